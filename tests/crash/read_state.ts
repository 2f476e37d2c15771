/** Reads what a server has, in the form in which the model tells what it should have. */

import { type Plain, plain } from "../support/reply.ts";
import type { Argument, RespClient } from "../support/resp_client.ts";
import { joined, type View } from "./numbered_writes.ts";

/** All keys of a database but those that are about to expire. */
export async function readView(client: RespClient, database: number): Promise<View> {
  await ask(client, [["SELECT", database]]);
  const keys = ((await ask(client, [["KEYS", "*"]]))[0] as string[])
    .filter((key) => key !== "short-lived").sort();
  const types = await ask(client, keys.map((key) => ["TYPE", key]));
  const values = await ask(client, keys.map((key, i) => readingCommand(String(types[i]), key)));
  const expiries = await ask(client, keys.map((key) => ["PEXPIRETIME", key]));
  return new Map(keys.map((key, i) => {
    const until = expiries[i] === -1 ? "" : ` until ${expiries[i]}`;
    return [key, textOf(String(types[i]), values[i]) + until];
  }));
}

/** Runs commands of which none may fail. */
export async function ask(client: RespClient, commands: Argument[][]): Promise<Plain[]> {
  const replies = (await client.pipeline(commands)).map(plain);
  const failed = replies.findIndex((reply) => reply instanceof Error);
  if (failed >= 0) throw new Error(`${commands[failed].join(" ")}: ${replies[failed]}`);
  return replies;
}

function readingCommand(type: string, key: string): Argument[] {
  switch (type) {
    case "string":
      return ["GET", key];
    case "list":
      return ["LRANGE", key, 0, -1];
    case "hash":
      return ["HGETALL", key];
    case "zset":
      return ["ZRANGE", key, 0, -1, "WITHSCORES"];
    case "set":
      return ["SMEMBERS", key];
    default:
      return ["XRANGE", key, "-", "+"];
  }
}

function textOf(type: string, value: Plain): string {
  if (type === "string") return String(value);
  const items = value as Plain[];
  switch (type) {
    case "hash":
      return joined(pairs(items).sort());
    case "zset":
      return joined(pairs(items));
    case "set":
      return joined(items.map(String).sort());
    case "stream":
      return joined(items.map((entry) => (entry as Plain[]).flat().join(" ")));
    default:
      return joined(items.map(String));
  }
}

function pairs(items: readonly Plain[]): string[] {
  return items.flatMap((item, i) => i % 2 === 0 ? [`${item} ${items[i + 1]}`] : []);
}
