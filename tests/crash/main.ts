/**
 * Every way to die: kills servers, damages their files, takes their disks away, and prints what came
 * of it. Exit status 1 when a promise was broken.
 *
 *     make crash ARGS="--only always,everysec --rounds 50"
 */

import { parseArgs } from "@std/cli/parse-args";
import { KINDS } from "./case_kinds.ts";
import { COMPANY_SCENARIOS } from "./company_scenarios.ts";
import { DISK_SCENARIOS } from "./disk_scenarios.ts";
import { CLOCK_SCENARIOS } from "./clock_scenarios.ts";
import { LIMIT_SCENARIOS } from "./limit_scenarios.ts";
import { killRounds, LANES } from "./kill_rounds.ts";
import {
  CASES_HEADER,
  casesRow,
  KILL_HEADER,
  killRow,
  SCENARIO_HEADER,
  scenarioRow,
  table,
} from "./report.ts";
import { runCases } from "./run_cases.ts";
import { makeSample } from "./sample.ts";
import { runScenarios } from "./scenario.ts";
import { START_SCENARIOS } from "./start_scenarios.ts";
import { executablePath } from "../support/executable_path.ts";

const DEFAULT_ROUNDS = 300;
const VALUE_CASES = 10_000;
const FILE_CASES = 3000;
const DEFAULT_SEED = 20_260_000;
const BALLAST_KEYS = 10_000;
const PARTS = [...Object.keys(LANES), "once", "files", "values"];

const flags = parseArgs(Deno.args, {
  string: ["only", "rounds", "cases", "seed", "executable"],
  boolean: ["source", "together", "help"],
  unknown: (name: string) => {
    console.error(`unknown flag: ${name}`);
    Deno.exit(1);
  },
});

if (flags.help) {
  console.log(`parts: ${PARTS.join(", ")}
--only PART,PART     these parts
--rounds N           kills of each way of saving, ${DEFAULT_ROUNDS} without it
--cases N            damaged values of each kind, ${VALUE_CASES} without it; of files a third
--seed N             other random choices
--together           the ways of saving at the same time: for a machine with cores to spare
--executable FILE    the executable to try; dist/miniredis where it exists
--source             try the source instead`);
  Deno.exit(0);
}

const wanted: string[] = flags.only?.split(",") ?? PARTS;
const unknown = wanted.find((part) => !PARTS.includes(part));
if (unknown !== undefined) {
  console.error(`unknown part: ${unknown}; there are ${PARTS.join(", ")}`);
  Deno.exit(1);
}

const executable = flags.source ? undefined : executablePath(flags.executable);
const seed = Number(flags.seed ?? DEFAULT_SEED);
const faults: string[] = [];
const say = (text: string) => console.error(`  ${text}`);
console.error(`trying ${executable ?? "the source"}, seed ${seed}`);

await kill();
if (wanted.includes("once")) await once();
await damage();
for (const fault of faults) console.error(`\n${fault}`);
console.error(`\n${faults.length === 0 ? "nothing was lost" : `${faults.length} FAILED`}`);
Deno.exit(faults.length === 0 ? 0 : 1);

async function kill(): Promise<void> {
  const lanes = Object.keys(LANES).filter((lane) => wanted.includes(lane));
  if (lanes.length === 0) return;
  const rounds = Number(flags.rounds ?? DEFAULT_ROUNDS);
  const run = async (name: string): Promise<string[][]> => {
    const lane = LANES[name];
    try {
      const options = { rounds, seed, executable, ballastKeys: BALLAST_KEYS, say };
      return [killRow(lane.name, await killRounds(lane, options))];
    } catch (error) {
      faults.push((error as Error).message);
      return [];
    }
  };
  const rows: string[][] = [];
  if (flags.together) rows.push(...(await Promise.all(lanes.map(run))).flat());
  else for (const lane of lanes) rows.push(...await run(lane));
  console.log(`${table(KILL_HEADER, rows)}\n`);
}

async function once(): Promise<void> {
  const results = await runScenarios(
    [
      ...DISK_SCENARIOS,
      ...LIMIT_SCENARIOS,
      ...COMPANY_SCENARIOS,
      ...CLOCK_SCENARIOS,
      ...START_SCENARIOS,
    ],
    executable,
  );
  for (const { name, outcome, detail } of results) {
    if (outcome === "FAILED") faults.push(`${name}: ${detail}`);
  }
  console.log(`${table(SCENARIO_HEADER, results.map(scenarioRow))}\n`);
}

/** Values first: they are many, files are large. */
async function damage(): Promise<void> {
  const cases = Number(flags.cases ?? VALUE_CASES);
  const kinds = Object.keys(KINDS)
    .map((kind) => ({ kind, part: /sanitize/.test(kind) ? "values" : "files" }))
    .filter(({ part }) => wanted.includes(part));
  if (kinds.length === 0) return;
  const sample = Deno.makeTempDirSync({ prefix: "miniredis_crash_" });
  const rows: string[][] = [];
  try {
    await makeSample(sample, executable);
    for (const { kind, part } of kinds) {
      const count = part === "values" ? cases : Math.ceil(cases * FILE_CASES / VALUE_CASES);
      const result = await runCases({ kind, cases: count, seed, sample });
      if (result.fault !== undefined) faults.push(`${kind}: ${result.fault}`);
      rows.push(casesRow(kind, result));
      say(`${kind}: done`);
    }
  } finally {
    Deno.removeSync(sample, { recursive: true });
  }
  console.log(`${table(CASES_HEADER, rows)}\n`);
}
