/** Lists, hashes, sets, sorted sets and streams: memory, requests, and values of a million elements. */

import { meanOf, type Row, rowOf } from "./figures.ts";
import { residentGrowth } from "./memory.ts";
import { alternate, type Bench, start } from "./opponents.ts";
import { redisBenchmark, type Run } from "./throughput.ts";
import {
  entryId,
  fillLargeList,
  fillLargeZset,
  fillSet,
  fillStream,
  STREAM_KEY,
  TYPE_FILLINGS,
  ZSET_KEY,
} from "./type_fillings.ts";

/** A command, or a test of redis-benchmark, and how many requests one run sends at each depth. */
interface Load {
  title: string;
  test: Run["test"];
  requests: Record<number, number>;
  range?: number;
}

/** As in `throughput.ts`: enough that the first thousands, which no compiler has seen, do not count. */
const MANY = { 16: 1_000_000, 1: 120_000 };

/** In an order in which each finds something: what is pushed and added is popped later. */
const LOADS: Load[] = [
  { title: "LPUSH", test: "lpush", requests: MANY },
  { title: "RPUSH", test: "rpush", requests: MANY },
  { title: "LPOP", test: "lpop", requests: MANY },
  { title: "RPOP", test: "rpop", requests: MANY },
  { title: "SADD", test: "sadd", requests: MANY },
  { title: "HSET", test: "hset", requests: MANY },
  { title: "SPOP", test: "spop", requests: MANY },
  { title: "ZADD", test: "zadd", requests: MANY },
  { title: "ZPOPMIN", test: "zpopmin", requests: MANY },
  { title: "LRANGE_100", test: "lrange_100", requests: { 16: 150_000, 1: 60_000 } },
  { title: "LRANGE_300", test: "lrange_300", requests: { 16: 50_000, 1: 25_000 } },
  { title: "LRANGE_500", test: "lrange_500", requests: { 16: 30_000, 1: 16_000 } },
  { title: "LRANGE_600", test: "lrange_600", requests: { 16: 25_000, 1: 14_000 } },
  { title: "XADD", test: ["XADD", "stream", "*", "field", "value"], requests: MANY },
];

const MILLION = 1_000_000;
const LIST_KEY = "large:list";

/** Commands on values of a million elements, somewhere in their middle. */
const LARGE_LOADS: Load[] = [
  {
    title: "ZRANK, 1M members",
    test: ["ZRANK", ZSET_KEY, "member:__rand_int__"],
    requests: { 1: 120_000 },
    range: MILLION,
  },
  {
    title: "ZRANGE of 10 in the middle of 1M",
    test: ["ZRANGE", ZSET_KEY, "500000", "500009"],
    requests: { 1: 120_000 },
  },
  {
    title: "LINDEX in the middle of 1M",
    test: ["LINDEX", LIST_KEY, "500000"],
    requests: { 1: 120_000 },
  },
  {
    title: "XRANGE of 10 from the middle of 1M",
    test: ["XRANGE", STREAM_KEY, entryId(MILLION / 2), "+", "COUNT", "10"],
    requests: { 1: 120_000 },
  },
  {
    title: "SINTER of 1M and 1M members, 1,000 in both",
    test: ["SINTER", "large:set:1", "large:set:2"],
    requests: { 1: 10 },
  },
];

export async function types(bench: Bench): Promise<Row[]> {
  return [
    ...await residentGrowth(bench, TYPE_FILLINGS),
    ...await requestRows(bench),
    ...await largeRows(bench),
  ];
}

async function requestRows(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const pipeline of [16, 1]) {
    await using redis = await start(bench, "redis");
    await using ours = await start(bench, "ours");
    const speed: Row[] = [];
    for (const load of LOADS) speed.push(await speedRow(bench, { redis, ours }, load, pipeline));
    const bar = { least: pipeline === 16 ? 1.2 : 1.0 };
    rows.push(...speed, meanOf(`-P ${pipeline}, geometric mean of all types`, speed, bar));
  }
  return rows;
}

type Servers = Record<"redis" | "ours", Awaited<ReturnType<typeof start>>>;

async function speedRow(
  bench: Bench,
  servers: Servers,
  { title, test, requests, range }: Load,
  pipeline: number,
): Promise<Row> {
  const run = { test, requests: requests[pipeline], pipeline, range };
  const pairs = await alternate(
    bench,
    async (who) => (await redisBenchmark(servers[who], run)).perSecond,
  );
  const name = `${title} -P ${pipeline}`;
  bench.say(`${name} measured`);
  return rowOf({ name, unit: "requests/s", bar: { least: 1.0 } }, pairs);
}

async function largeRows(bench: Bench): Promise<Row[]> {
  await using redis = await start(bench, "redis");
  await using ours = await start(bench, "ours");
  for (const server of [redis, ours]) {
    await fillLargeZset(server);
    await fillLargeList(server, LIST_KEY);
    await fillStream(server);
    await fillSet(server, "large:set:1", 0, MILLION);
    await fillSet(server, "large:set:2", MILLION - 1000, MILLION);
  }
  const rows: Row[] = [];
  for (const load of LARGE_LOADS) rows.push(await speedRow(bench, { redis, ours }, load, 1));
  return rows;
}
