/** The append-only file beside redis-server: writing through it, and loading it again. */

import { delay } from "./delay.ts";
import { setKeys } from "./memory.ts";
import { median, type Row, rowOf } from "./figures.ts";
import { alternate, type Bench, type Opponent, start } from "./opponents.ts";
import { redisBenchmark, type Run, type Sample } from "./throughput.ts";

const COMMANDS = 1_000_000;
/** Commands by depth. */
const RUNS: { fsync: "everysec" | "always"; requests: Record<number, number> }[] = [
  { fsync: "everysec", requests: { 16: 1_000_000, 1: 120_000 } },
  { fsync: "always", requests: { 16: 600_000, 1: 120_000 } },
];

export async function appendOnly(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { fsync, requests } of RUNS) {
    for (const pipeline of [16, 1]) {
      const run = { test: "set", requests: requests[pipeline], pipeline };
      rows.push(...await writingRows(bench, fsync, run));
    }
  }
  return [...rows, await loadingRow(bench)];
}

/** Throughput and processor time of SET, each server with a folder of its own on the same disk. */
async function writingRows(bench: Bench, fsync: string, run: Run): Promise<Row[]> {
  const flags = { appendonly: "yes", appendfsync: fsync };
  await using redis = await start(bench, "redis", flags);
  await using ours = await start(bench, "ours", flags);
  const servers = { redis, ours };
  const samples: Record<"ours" | "redis", Sample[]> = { ours: [], redis: [] };
  const speed = await alternate(bench, async (who) => {
    const sample = await redisBenchmark(servers[who], run);
    samples[who].push(sample);
    return sample.perSecond;
  });
  const processor = samples.ours.map(({ cpuMicroseconds }, pair) => ({
    ours: cpuMicroseconds,
    other: samples.redis[pair].cpuMicroseconds,
  }));
  const name = `SET -P ${run.pipeline}, appendfsync ${fsync}`;
  bench.say(`${name} measured`);
  return [
    rowOf({ name, unit: "requests/s", bar: { least: 1.0 } }, speed),
    rowOf({ name: `${name}, processor`, unit: "µs/request" }, processor),
  ];
}

/** How much longer a start takes with a file of a million SETs, written by the same server. */
async function loadingRow(bench: Bench): Promise<Row> {
  const folders = { ours: await temporary(), redis: await temporary() };
  const empty = await temporary();
  try {
    for (const who of ["ours", "redis"] as const) {
      await using server = await start(bench, who, WITHOUT_REWRITE, folders[who]);
      await setKeys(server, 0, COMMANDS, () => 64);
      await delay(2000); // appendfsync everysec
    }
    const emptyMs = {
      ours: await startsMs(bench, "ours", empty),
      redis: await startsMs(bench, "redis", empty),
    };
    const pairs = await alternate(
      bench,
      async (who) => await startMs(bench, who, folders[who], WITHOUT_REWRITE) - emptyMs[who],
    );
    const name = "loading its own append-only file of 1M commands";
    bench.say(`${name} measured`);
    return rowOf({ name, unit: "ms beyond the start", bar: { most: 1.0 } }, pairs);
  } finally {
    for (const folder of [folders.ours, folders.redis, empty]) {
      await Deno.remove(folder, { recursive: true });
    }
  }
}

/** The commands are to stay commands. */
const WITHOUT_REWRITE = {
  appendonly: "yes",
  appendfsync: "everysec",
  "auto-aof-rewrite-percentage": "0",
};

async function startsMs(bench: Bench, who: Opponent, folder: string): Promise<number> {
  const starts = [];
  for (let round = 0; round < bench.pairs; round++) {
    starts.push(await startMs(bench, who, folder, {}));
  }
  return median(starts);
}

async function startMs(
  bench: Bench,
  who: Opponent,
  folder: string,
  flags: Record<string, string>,
): Promise<number> {
  const began = performance.now();
  await using _server = await start(bench, who, flags, folder);
  return performance.now() - began;
}

function temporary(): Promise<string> {
  return Deno.makeTempDir({ prefix: "miniredis_bench_" });
}
