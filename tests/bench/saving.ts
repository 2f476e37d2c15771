/** SAVE beside redis-server, and what clients feel of a BGSAVE. */

import { findProgram } from "../support/programs.ts";
import { plain } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { delay } from "./delay.ts";
import { keyOf } from "./feed.ts";
import { median, type Pair, percentile, type Row, rowOf } from "./figures.ts";
import { setKeys } from "./memory.ts";
import { alternate, type Bench, start } from "./opponents.ts";
import { fillAllTypes } from "./type_fillings.ts";

const KEYS = 1_000_000;
const VALUE_SIZE = 64;
const SETTLE_MS = 1000;
const WITHOUT_MS = 2000;
/** In which each of a million keys is written some four times. */
const OVERWRITE_MS = 5000;
const LOOK_MS = 20;
const TIMEOUT_MS = 120_000;

const SAVES = [
  {
    title: "SAVE of 1M string keys",
    fill: (server: ServerProcess) => setKeys(server, 0, KEYS, () => VALUE_SIZE),
  },
  { title: "SAVE of all types together", fill: fillAllTypes },
];

export async function saving(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { title, fill } of SAVES) {
    await using redis = await start(bench, "redis");
    await using ours = await start(bench, "ours");
    const servers = { redis, ours };
    await Promise.all([fill(redis), fill(ours)]);
    const pairs = await alternate(bench, (who) => saveMs(servers[who]));
    rows.push(rowOf({ name: title, unit: "ms", bar: { most: 1.2 } }, pairs));
    bench.say(`${title} measured`);
  }
  return [...rows, ...await inBackground(bench)];
}

async function saveMs(server: ServerProcess): Promise<number> {
  using client = await connect(server);
  const began = performance.now();
  await expectReply(client, "SAVE", "OK");
  return performance.now() - began;
}

/** What one BGSAVE of a server under writes did. */
interface BackgroundSample {
  /** Commands a millisecond while it ran, and while it did not. */
  speed: Pair;
  /** Milliseconds that a GET took. */
  latencies: Float64Array;
  lengthMs: number;
  /** The most resident memory while it ran, and that before. */
  memory: Pair;
}

/**
 * BGSAVE of a million keys while redis-benchmark writes them and a client reads one after the other; how
 * much of its speed redis-server keeps, which forks, stands beside it.
 */
async function inBackground(bench: Bench): Promise<Row[]> {
  const ours = await backgroundOf(bench, "ours"), redis = await backgroundOf(bench, "redis");
  const kept = ({ speed }: BackgroundSample) => speed.ours / speed.other;
  return [
    ...rowsOf(ours.samples, median(ours.saves)),
    rowOf(
      { name: "SETs that a server keeps during BGSAVE", unit: "share" },
      ours.samples.map((sample, round) => ({
        ours: kept(sample),
        other: kept(redis.samples[round]),
      })),
    ),
  ];
}

/** How long SAVE takes a server, ms, and what BGSAVEs under writes do. */
async function backgroundOf(bench: Bench, who: "ours" | "redis") {
  await using server = await start(bench, who);
  await setKeys(server, 0, KEYS, () => VALUE_SIZE);
  // What redis-benchmark writes does not compress, which takes longer: SAVE is to have the same data.
  {
    await using _load = writes(server);
    await delay(OVERWRITE_MS);
  }
  const saves: number[] = [], samples: BackgroundSample[] = [];
  for (let round = 0; round < bench.pairs; round++) saves.push(await saveMs(server));
  {
    await using _load = writes(server);
    await delay(SETTLE_MS);
    for (let round = 0; round < bench.pairs; round++) samples.push(await sample(server));
  }
  bench.say(`BGSAVE under writes measured (${who})`);
  return { saves, samples };
}

function rowsOf(samples: readonly BackgroundSample[], saveMs: number): Row[] {
  const p99s = samples.map(({ latencies }) => percentile(latencies, 0.99));
  return [
    rowOf({
      name: "SET -P 16 during BGSAVE of 1M keys",
      unit: "commands/ms",
      against: "without it",
      bar: { least: 0.7 },
    }, samples.map(({ speed }) => speed)),
    rowOf({
      name: "p99 of GET -P 1 meanwhile",
      unit: "ms",
      against: "the bar",
      bar: { most: 5, absolute: true },
    }, p99s.map((ours) => ({ ours, other: 5 }))),
    rowOf({
      name: "length of that BGSAVE",
      unit: "ms",
      against: "SAVE",
      bar: { most: 3 },
    }, samples.map(({ lengthMs }) => ({ ours: lengthMs, other: saveMs }))),
    rowOf({
      name: "resident memory during that BGSAVE",
      unit: "MB",
      against: "before it",
      bar: { most: 1.1 },
    }, samples.map(({ memory }) => memory)),
  ];
}

async function sample(server: ServerProcess): Promise<BackgroundSample> {
  using client = await connect(server);
  const without = await speedOf(client, () => delay(WITHOUT_MS));
  const before = await figureOf(client, "memory", "used_memory_rss");
  let most = before;
  const save = async () => {
    await expectReply(client, "BGSAVE", "Background saving started");
    do {
      await delay(LOOK_MS);
      most = Math.max(most, await figureOf(client, "memory", "used_memory_rss"));
    } while (await figureOf(client, "persistence", "rdb_bgsave_in_progress") === 1);
    const seconds = await figureOf(client, "persistence", "rdb_last_bgsave_time_sec");
    if (seconds < 0) throw new Error("BGSAVE failed");
  };
  const during = await speedOf(client, save);
  // Another one: a reader takes processor time from the writers.
  const reader = readKeys(server);
  await save();
  const latencies = await reader.stop();
  return {
    speed: { ours: during.perMs, other: without.perMs },
    latencies,
    lengthMs: during.ms,
    memory: { ours: most / 1e6, other: before / 1e6 },
  };
}

/** Commands that a server did a millisecond while something took its time. */
async function speedOf(client: RespClient, work: () => Promise<unknown>) {
  const before = await figureOf(client, "stats", "total_commands_processed");
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  const commands = await figureOf(client, "stats", "total_commands_processed") - before;
  return { ms, perMs: commands / ms };
}

/** Reads random keys one after the other until it is stopped; answers how long each took. */
function readKeys(server: ServerProcess): { stop: () => Promise<Float64Array> } {
  let goesOn = true;
  const read = async () => {
    using client = await connect(server);
    const latencies: number[] = [];
    while (goesOn) {
      const began = performance.now();
      await client.send("GET", keyOf(Math.floor(Math.random() * KEYS)));
      latencies.push(performance.now() - began);
    }
    return Float64Array.from(latencies);
  };
  const done = read();
  return {
    stop: () => {
      goesOn = false;
      return done;
    },
  };
}

/** redis-benchmark writing random keys of the million until it is disposed of. */
function writes(server: ServerProcess): AsyncDisposable {
  const program = findProgram("redis-benchmark");
  if (program === null) throw new Error("redis-benchmark is not on the PATH");
  const flags = `-h 127.0.0.1 -p ${server.port} -t set -P 16 -c 50 -q -n 2000000000`;
  const child = new Deno.Command(program, {
    args: [...flags.split(" "), "-r", String(KEYS), "-d", String(VALUE_SIZE)],
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.status;
    },
  };
}

function connect({ port }: ServerProcess): Promise<RespClient> {
  return RespClient.connect({ port, timeoutMs: TIMEOUT_MS });
}

async function expectReply(client: RespClient, command: string, reply: string): Promise<void> {
  const answered = plain(await client.send(command));
  if (answered !== reply) throw new Error(`${command} answered ${answered}`);
}

async function figureOf(client: RespClient, section: string, name: string): Promise<number> {
  const text = String(plain(await client.send("INFO", section)));
  return Number(text.match(new RegExp(`^${name}:([-\\d.]+)`, "m"))?.[1]);
}
