/**
 * Speed and memory beside redis-server, measured in one run.
 *
 *     make bench ARGS="--only throughput,memory --pairs 5 --executable dist/miniredis --markdown"
 */

import { parseArgs } from "@std/cli/parse-args";
import { executablePath } from "../support/executable_path.ts";
import { redisServerPath } from "../support/redis_server.ts";
import { findProgram } from "../support/programs.ts";
import { appendOnly } from "./append_only.ts";
import { keepsBar, type Row } from "./figures.ts";
import { growth } from "./growth.ts";
import { loading } from "./loading.ts";
import { memory } from "./memory.ts";
import type { Bench } from "./opponents.ts";
import { line, markdown } from "./report.ts";
import { saving } from "./saving.ts";
import { throughput } from "./throughput.ts";
import { types } from "./types.ts";

/** The parts of a run, in order. */
const PARTS: Record<string, (bench: Bench) => Promise<Row[]>> = {
  throughput,
  memory,
  loading,
  growth,
  types,
  saving,
  "append-only": appendOnly,
};

const DEFAULT_PAIRS = 5;

const flags = parseArgs(Deno.args, {
  string: ["only", "pairs", "executable"],
  boolean: ["markdown", "help", "source"],
  unknown: (name: string) => {
    console.error(`unknown flag: ${name}`);
    Deno.exit(1);
  },
});

if (flags.help) {
  console.log(`parts: ${Object.keys(PARTS).join(", ")}
--only PART,PART     measure these parts
--pairs N            median of N alternating pairs, ${DEFAULT_PAIRS} without it
--executable FILE    the executable to measure; dist/miniredis where it exists
--source             measure the source instead
--markdown           print the table of the README`);
  Deno.exit(0);
}
if (Deno.build.os !== "linux" || redisServerPath === null || !findProgram("redis-benchmark")) {
  console.error("the benchmark needs Linux, redis-server and redis-benchmark");
  Deno.exit(1);
}

const wanted = flags.only?.split(",") ?? Object.keys(PARTS);
const unknown = wanted.find((part: string) => !(part in PARTS));
if (unknown !== undefined) {
  console.error(`unknown part: ${unknown}; there are ${Object.keys(PARTS).join(", ")}`);
  Deno.exit(1);
}

const executable = flags.source ? undefined : executablePath(flags.executable);
const bench: Bench = {
  pairs: Number(flags.pairs ?? DEFAULT_PAIRS),
  executable,
  say: (text) => console.error(`  ${text}`),
};
console.error(`measuring ${executable ?? "the source"}, ${bench.pairs} pairs`);

const rows: Row[] = [];
for (const part of wanted) {
  const measured = await PARTS[part](bench);
  rows.push(...measured);
  if (!flags.markdown) { for (const row of measured) console.log(line(row)); }
}
if (flags.markdown) console.log(markdown(rows));
const missed = rows.filter((row) => !keepsBar(row));
console.error(`${rows.length} rows, ${missed.length} bars missed`);
