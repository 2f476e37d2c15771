/**
 * Every way to die: kills servers, damages files and payloads, and prints what came of it.
 *
 *     make crash ARGS="--only always,everysec --rounds 50"
 */

import { parseArgs } from "@std/cli/parse-args";
import { resolve } from "node:path";
import { killRounds, LANES } from "./kill_rounds.ts";
import { KILL_HEADER, killRow, table } from "./report.ts";

const flags = parseArgs(Deno.args, {
  string: ["only", "rounds", "seed", "executable"],
  boolean: ["source"],
});
const executable = flags.executable ? resolve(flags.executable) : undefined;
const rows = await Promise.all(
  (flags.only?.split(",") ?? Object.keys(LANES)).map(async (lane: string) => {
    const figures = await killRounds(LANES[lane], {
      rounds: Number(flags.rounds ?? 300),
      seed: Number(flags.seed ?? 1),
      executable,
      ballastKeys: 20000,
      say: (t) => console.error(t),
    });
    return killRow(LANES[lane].name, figures);
  }),
);
console.log(table(KILL_HEADER, rows));
