/** redis-benchmark against both servers in turn: requests a second, and processor time a request. */

import { findProgram } from "../support/programs.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { meanOf, median, type Row, rowOf } from "./figures.ts";
import { alternate, type Bench, start } from "./opponents.ts";
import { cpuTimeMs } from "./process_facts.ts";

/** Commands redis-benchmark knows by name, and how many of them one run sends at each depth. */
export interface Load {
  /** The name of redis-benchmark's `-t`. */
  test: string;
  title: string;
  requests: Record<number, number>;
  /** The bar for processor time a request at -P 16, ours to redis-server. */
  cpuBar?: number;
}

const LOADS: Load[] = [
  { test: "set", title: "SET", requests: { 16: 1_000_000, 1: 120_000 }, cpuBar: 0.85 },
  { test: "get", title: "GET", requests: { 16: 1_000_000, 1: 120_000 }, cpuBar: 0.85 },
  { test: "incr", title: "INCR", requests: { 16: 1_000_000, 1: 120_000 }, cpuBar: 0.85 },
  { test: "mset", title: "MSET (10 keys)", requests: { 16: 250_000, 1: 100_000 }, cpuBar: 0.85 },
  { test: "ping_mbulk", title: "PING", requests: { 16: 1_500_000, 1: 120_000 } },
];

const CLIENTS = 50;
const KEYS = 100_000;
const VALUE_SIZE = 64;
const ECHO_BAR = 1.1;

/** One run of redis-benchmark. */
export interface Run {
  /** The name of its `-t`, or the words of a command, where `__rand_int__` is drawn anew each time. */
  test: string | readonly string[];
  requests: number;
  pipeline: number;
  /** `__rand_int__` is below this; 100,000 without. */
  range?: number;
}

/** What a run measured. */
export interface Sample {
  perSecond: number;
  cpuMicroseconds: number;
}

export async function throughput(bench: Bench): Promise<Row[]> {
  await using redis = await start(bench, "redis");
  await using ours = await start(bench, "ours");
  await using echo = await start(bench, "echo");
  const servers = { redis, ours, echo };
  // GET has to find keys: every key name of the range is written before.
  for (const server of [redis, ours]) {
    await redisBenchmark(server, { test: "set", requests: KEYS * 8, pipeline: 16 });
  }
  return [
    ...await atDepth(bench, servers, 16),
    ...await atDepth(bench, servers, 1),
  ];
}

type Servers = Record<"redis" | "ours" | "echo", ServerProcess>;

async function atDepth(bench: Bench, servers: Servers, pipeline: number): Promise<Row[]> {
  const speed: Row[] = [];
  const cpu: Row[] = [];
  for (const load of LOADS) {
    const run = { test: load.test, requests: load.requests[pipeline], pipeline };
    const samples: Record<"ours" | "redis", Sample[]> = { ours: [], redis: [] };
    const speedPairs = await alternate(bench, async (who) => {
      const sample = await redisBenchmark(servers[who], run);
      samples[who].push(sample);
      return sample.perSecond;
    });
    const cpuPairs = samples.ours.map((sample, index) => ({
      ours: sample.cpuMicroseconds,
      other: samples.redis[index].cpuMicroseconds,
    }));
    const name = `${load.title} -P ${pipeline}`;
    const bar = pipeline === 16 ? { least: 1.0 } : undefined;
    speed.push(rowOf({ name, unit: "requests/s", bar }, speedPairs));
    cpu.push(rowOf({
      name: `${name}, processor`,
      unit: "µs/request",
      bar: pipeline === 16 && load.cpuBar ? { most: load.cpuBar } : undefined,
    }, cpuPairs));
    if (pipeline === 1) {
      cpu.push(besideEcho(name, cpuPairs, await echoFloor(bench, servers.echo, run)));
    }
    bench.say(`${name} measured`);
  }
  const bar = { least: pipeline === 16 ? 1.2 : 1.0 };
  return [...speed, meanOf(`-P ${pipeline}, geometric mean of throughput`, speed, bar), ...cpu];
}

/**
 * Processor time of the bare echo for the same requests, in microseconds each; median of as many runs
 * as pairs. One read holds one request at -P 1, so any command can be answered with `+PONG`.
 */
async function echoFloor(bench: Bench, echo: ServerProcess, run: Run): Promise<number> {
  const floor = [];
  for (let round = 0; round < bench.pairs; round++) {
    floor.push((await redisBenchmark(echo, run)).cpuMicroseconds);
  }
  return median(floor);
}

function besideEcho(name: string, pairs: readonly { ours: number }[], echo: number): Row {
  return rowOf(
    {
      name: `${name}, processor beside a bare echo`,
      unit: "µs/request",
      against: "echo",
      bar: { most: ECHO_BAR },
    },
    pairs.map(({ ours }) => ({ ours, other: echo })),
  );
}

export async function redisBenchmark(server: ServerProcess, run: Run): Promise<Sample> {
  const program = findProgram("redis-benchmark");
  if (program === null) throw new Error("redis-benchmark is not on the PATH");
  const before = await cpuTimeMs(server.pid);
  const flags = {
    p: server.port,
    c: CLIENTS,
    P: run.pipeline,
    d: VALUE_SIZE,
    r: run.range ?? KEYS,
    n: run.requests,
  };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`-${flag}`, String(value)]);
  const what = typeof run.test === "string" ? ["-t", run.test] : run.test;
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: ["-h", "127.0.0.1", ...args, "--csv", ...what],
  }).output();
  const used = await cpuTimeMs(server.pid) - before;
  const output = new TextDecoder().decode(stdout);
  // The last line is "NAME","requests a second",...
  const perSecond = Number(output.trim().split("\n").at(-1)?.split('","')[1]);
  if (!success || !(perSecond > 0)) {
    throw new Error(`redis-benchmark failed: ${output}${new TextDecoder().decode(stderr)}`);
  }
  return { perSecond, cpuMicroseconds: used * 1000 / run.requests };
}
