/** Data that nobody changes: it makes saves, rewrites and loads last, and has to survive all of them. */

import { RespClient } from "../support/resp_client.ts";
import type { Argument } from "../support/resp_client.ts";
import { ask } from "./read_state.ts";

/** Behind those of the clients. */
const DATABASE = 9;
const LARGE = ["large list", "large hash", "large set", "large zset", "large stream"];
const ELEMENTS_AT_ONCE = 50;

/** Stores so many strings, and one large value of each type with a tenth as many elements. */
export async function storeBallast(client: RespClient, keys: number): Promise<void> {
  await ask(client, [["SELECT", DATABASE]]);
  const commands: Argument[][] = [];
  for (let i = 0; i < keys; i++) {
    commands.push(["SET", `ballast:${i}`, `${i}:`.repeat(12)]);
    if (i % (10 * ELEMENTS_AT_ONCE) === 0) commands.push(...elementsFrom(i));
    if (commands.length < 1000) continue;
    await ask(client, commands.splice(0));
  }
  await ask(client, commands);
}

function elementsFrom(first: number): Argument[][] {
  const numbers = Array.from({ length: ELEMENTS_AT_ONCE }, (_, i) => first + i);
  const [list, hash, set, zset, stream] = LARGE;
  return [
    ["RPUSH", list, ...numbers.map((i) => `element ${i}`)],
    ["HSET", hash, ...numbers.flatMap((i) => [`field ${i}`, i])],
    ["SADD", set, ...numbers.map((i) => `member ${i}`)],
    ["ZADD", zset, ...numbers.flatMap((i) => [i / 4, `member ${i}`])],
    ...numbers.map((i) => ["XADD", stream, `${i + 1}-1`, "field", i]),
  ];
}

/** Text that changes when the ballast does. */
export async function ballastDigest(client: RespClient): Promise<string> {
  const [, size, digests] = await ask(client, [
    ["SELECT", DATABASE],
    ["DBSIZE"],
    ["DEBUG", "DIGEST-VALUE", ...LARGE, "ballast:0"],
  ]);
  return `${size} keys, ${digests}`;
}
