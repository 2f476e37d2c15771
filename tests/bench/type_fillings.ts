/** Large collections of every type: what the rows about memory and about loading fill servers with. */

import type { ServerProcess } from "../support/server_process.ts";
import { feed, keyOf } from "./feed.ts";
import type { Filling } from "./memory.ts";

export const HASH_KEY = "large:hash";
export const ZSET_KEY = "large:zset";
export const STREAM_KEY = "large:stream";
const LARGE = 1_000_000;
const ITEMS_PER_COMMAND = 10;
const STREAM_START_MS = 1_700_000_000_000;

/** A command as the bytes that go over the wire. */
function encode(...words: (string | number)[]): string {
  let text = `*${words.length}\r\n`;
  for (const word of words) {
    const part = String(word);
    text += `$${part.length}\r\n${part}\r\n`;
  }
  return text;
}

/** A member, field or element by its number; redis-benchmark's `member:__rand_int__` looks like it. */
export function memberOf(number: number): string {
  return `member:${String(number).padStart(12, "0")}`;
}

function items(first: number, count: number, words: (number: number) => (string | number)[]) {
  return Array.from({ length: count }, (_, i) => words(first + i)).flat();
}

async function fillHashes({ port }: ServerProcess): Promise<void> {
  const fields = (key: number) =>
    items(0, 8, (field) => [`field:${field}`, `value:${key}:${field}`]);
  await feed({
    port,
    from: 0,
    to: 200_000,
    command: (number) => encode("HSET", `h${keyOf(number)}`, ...fields(number)),
    replyLength: ":8\r\n".length,
  });
}

/** Ten items of `total` with each command. */
async function fillLarge(
  { port }: ServerProcess,
  total: number,
  command: (first: number) => (string | number)[],
): Promise<void> {
  await feed({
    port,
    from: 0,
    to: total / ITEMS_PER_COMMAND,
    command: (number) => encode(...command(number * ITEMS_PER_COMMAND)),
    replyLength: ":10\r\n".length,
  });
}

export function fillLargeHash(server: ServerProcess): Promise<void> {
  return fillLarge(server, LARGE, (first) => [
    "HSET",
    HASH_KEY,
    ...items(first, ITEMS_PER_COMMAND, (number) => [memberOf(number), `value:${number}`]),
  ]);
}

/** Scores in no order. */
export function fillLargeZset(server: ServerProcess): Promise<void> {
  return fillLarge(server, LARGE, (first) => [
    "ZADD",
    ZSET_KEY,
    ...items(first, ITEMS_PER_COMMAND, (number) => [
      Math.imul(number, 0x9e3779b1) >>> 8,
      memberOf(number),
    ]),
  ]);
}

/** A set of `size` members from number `first` on. */
export function fillSet(
  server: ServerProcess,
  key: string,
  first: number,
  size: number,
): Promise<void> {
  return fillLarge(server, size, (at) => [
    "SADD",
    key,
    ...items(first + at, ITEMS_PER_COMMAND, (number) => [memberOf(number)]),
  ]);
}

async function fillSets(server: ServerProcess): Promise<void> {
  for (let set = 0; set < 10; set++) await fillSet(server, `set:${set}`, set * 1000, 100_000);
}

async function fillLists({ port }: ServerProcess): Promise<void> {
  await feed({
    port,
    from: 0,
    to: 10_000,
    command: (list) =>
      encode("RPUSH", `list:${list}`, ...items(0, 100, (number) => [memberOf(list * 7 + number)])),
    replyLength: ":100\r\n".length,
  });
}

/** A list of a million elements. */
export async function fillLargeList({ port }: ServerProcess, key: string): Promise<void> {
  // RPUSH answers the length: one feed for each number of digits that has.
  for (let from = 0, digits = 2; from < LARGE; digits++) {
    const to = Math.min(LARGE, 10 ** digits - ITEMS_PER_COMMAND);
    await feed({
      port,
      from: from / ITEMS_PER_COMMAND,
      to: to / ITEMS_PER_COMMAND,
      command: (number) =>
        encode(
          "RPUSH",
          key,
          ...items(number * ITEMS_PER_COMMAND, ITEMS_PER_COMMAND, (item) => [memberOf(item)]),
        ),
      replyLength: digits + ":\r\n".length,
    });
    from = to;
  }
}

export async function fillStream({ port }: ServerProcess): Promise<void> {
  const id = (number: number) => `${STREAM_START_MS + number}-0`;
  await feed({
    port,
    from: 0,
    to: LARGE,
    command: (number) =>
      encode("XADD", STREAM_KEY, id(number), "sensor", number % 100, "v", number),
    replyLength: `$15\r\n${id(0)}\r\n`.length,
  });
}

/** ID of the entry of a number. */
export function entryId(number: number): string {
  return `${STREAM_START_MS + number}-0`;
}

export const TYPE_FILLINGS: Filling[] = [
  { title: "200,000 hashes of 8 fields", bar: 1.0, fill: fillHashes },
  { title: "a hash of 1M fields", bar: 1.0, fill: fillLargeHash },
  { title: "a sorted set of 1M members", bar: 1.0, fill: fillLargeZset },
  { title: "10 sets of 100,000 members", bar: 1.0, fill: fillSets },
  { title: "10,000 lists of 100 elements", bar: 1.0, fill: fillLists },
  { title: "a stream of 1M entries", bar: 1.0, fill: fillStream },
];

/** All of them together. */
export async function fillAllTypes(server: ServerProcess): Promise<void> {
  for (const { fill } of TYPE_FILLINGS) await fill(server);
}
