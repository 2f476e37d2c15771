/** The facts of the command table beside those a real redis-server tells of itself. */

import { assertEquals } from "@std/assert";
import { allCommands } from "../../src/commands/registry.ts";
import { isOlder, redisServerVersion, testWithRedis, withRedis } from "../support/redis_server.ts";
import { withMiniredis } from "../support/miniredis_server.ts";
import { type Plain, plain } from "../support/reply.ts";
import type { RespClient } from "../support/resp_client.ts";

/** What COMMAND INFO says of one command, made comparable: sets sorted, free texts left out. */
interface Facts {
  arity: Plain;
  flags: string[];
  range: Plain[];
  categories: string[];
  tips: string[];
  keys: string[];
}

/** Facts that Redis 7.2 changed; an older redis-server is not asked for them. */
const CHANGED_IN_7_2: Record<string, (keyof Facts)[]> = {
  "acl|deluser": ["tips"],
  "acl|save": ["tips"],
  "acl|setuser": ["tips"],
  "blmove": ["flags"],
  "blpop": ["flags"],
  "brpop": ["flags"],
  "brpoplpush": ["flags"],
  "bzpopmax": ["flags"],
  "bzpopmin": ["flags"],
  "client|setname": ["tips"],
  "command|getkeys": ["arity"],
  "command|getkeysandflags": ["arity"],
  "config|resetstat": ["tips"],
  "config|rewrite": ["tips"],
  "latency|reset": ["tips"],
  "msetnx": ["tips"],
  "randomkey": ["tips"],
  "scan": ["tips"],
  "wait": ["flags"],
  "zrank": ["arity"],
  "zrevrank": ["arity"],
};

/** Facts of commands that were there before, and another one in Redis 7.4 or 8.0. */
const CHANGED_SINCE: Record<string, Record<string, (keyof Facts)[]>> = {
  "7.4": { sinterstore: ["keys"], wait: ["flags", "categories"], waitaof: ["flags", "categories"] },
};

/** Facts of the fields that expire which Redis 8.0 put right. */
const CHANGED_IN_8_0: Record<string, (keyof Facts)[]> = {
  hexpire: ["flags"],
  hexpireat: ["flags"],
  hpexpire: ["flags"],
  hpexpireat: ["flags"],
  hpttl: ["tips"],
  httl: ["tips"],
};

/** Whether a fact is one that the redis-server at hand has otherwise, for it is older or newer. */
function differsByVersion(name: string, field: keyof Facts): boolean {
  const version = redisServerVersion;
  const among = (table: Record<string, (keyof Facts)[]>) => table[name]?.includes(field) ?? false;
  return isOlder(version, "7.2") && among(CHANGED_IN_7_2) ||
    isOlder(version, "8.0") && among(CHANGED_IN_8_0) ||
    Object.entries(CHANGED_SINCE).some(([since, table]) =>
      !isOlder(version, since) && among(table)
    );
}

testWithRedis("COMMAND INFO of every command says what redis-server says", async () => {
  await withRedis(async (redis) => {
    await withMiniredis(async (ours) => {
      await Promise.all([redis.send("HELLO", "3"), ours.send("HELLO", "3")]);
      const expected = await factsOf(redis), actual = await factsOf(ours);
      const differences: string[] = [];
      for (const [name, facts] of actual) {
        const known = expected.get(name);
        if (known === undefined && isNewer(name)) continue;
        for (const field of Object.keys(facts) as (keyof Facts)[]) {
          if (differsByVersion(name, field)) continue;
          const [theirs, own] = [JSON.stringify(known?.[field]), JSON.stringify(facts[field])];
          if (theirs !== own) differences.push(`${name} ${field}: ${own}, redis-server ${theirs}`);
        }
      }
      assertEquals(differences, []);
    });
  });
});

/** Commands whose arguments changed, or are described in another way, in Redis 7.2. */
const DOCS_CHANGED_IN_7_2 = new Set([
  "bitop",
  "client|list",
  "client|pause",
  "command|getkeys",
  "command|getkeysandflags",
  "config|get",
  "geohash",
  "geopos",
  "georadius",
  "georadiusbymember",
  "pfmerge",
  "zrank",
  "zrevrank",
]);

function docsDifferByVersion(name: string): boolean {
  const version = redisServerVersion;
  if (name === "hscan") return isOlder(version, "7.4");
  if (name === "client|kill") return isOlder(version, "7.2") || !isOlder(version, "7.4");
  return isOlder(version, "7.2") && DOCS_CHANGED_IN_7_2.has(name);
}

testWithRedis("COMMAND DOCS describes arguments as redis-server does", async () => {
  await withRedis(async (redis) => {
    await withMiniredis(async (ours) => {
      await Promise.all([redis.send("HELLO", "3"), ours.send("HELLO", "3")]);
      const expected = await docsOf(redis), actual = await docsOf(ours);
      const differences: string[] = [];
      for (const [name, docs] of actual) {
        const known = expected.get(name);
        if (docsDifferByVersion(name)) continue;
        if (known !== undefined && known !== docs) differences.push(`${name}: ${docs} | ${known}`);
      }
      assertEquals(differences, []);
    });
  });
});

/** Version, group and arguments of every command, in one line each. */
async function docsOf(client: RespClient): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const visit = ([name, fields]: [string, [string, Plain][]]): void => {
    const docs = new Map(fields);
    const args = argumentsText(docs.get("arguments"));
    found.set(name, `${docs.get("since")} ${docs.get("group")} ${args}`);
    for (const sub of (docs.get("subcommands") ?? []) as [string, [string, Plain][]][]) visit(sub);
  };
  for (const entry of plain(await client.send("COMMAND", "DOCS")) as Plain[]) {
    visit(entry as [string, [string, Plain][]]);
  }
  return found;
}

/**
 * Arguments as a line of tokens, types and key specs: `[..]` optional, `(a|b)` one of, `..+` repeated.
 * Names are for people, and how what belongs together is grouped changes nothing.
 */
function argumentsText(args: Plain | undefined): string {
  return argumentTexts(args).join(" ");
}

function argumentTexts(args: Plain | undefined): string[] {
  return ((args ?? []) as [string, Plain][][]).map((entries) => {
    const fields = new Map(entries);
    const type = fields.get("type") as string;
    const inner = fields.get("arguments");
    let text = `${type}${fields.get("key_spec_index") ?? ""}`;
    if (type === "oneof") text = `(${argumentTexts(inner).join("|")})`;
    else if (type === "block") text = argumentsText(inner);
    const token = fields.has("token") ? JSON.stringify(fields.get("token")) : "";
    if (type === "pure-token") text = token;
    else if (token !== "") text = `${token} ${text}`;
    const flags = sorted(fields.get("flags") ?? []);
    if (flags.includes("multiple_token")) text = `(${text})++`;
    else if (flags.includes("multiple")) text = `(${text})+`;
    return flags.includes("optional") ? `[${text}]` : text;
  });
}

async function factsOf(client: RespClient): Promise<Map<string, Facts>> {
  const names = allCommands().map(({ name }) => name);
  const found = new Map<string, Facts>();
  for (const info of plain(await client.send("COMMAND", "INFO", ...names)) as Plain[]) {
    if (info !== null) collect(info as Plain[], found);
  }
  return found;
}

function collect(info: Plain[], found: Map<string, Facts>): void {
  const [name, arity, flags, first, last, step, categories, tips, keys, subcommands] = info;
  found.set(name as string, {
    arity,
    flags: sorted(flags),
    range: [first, last, step],
    categories: sorted(categories),
    tips: sorted(tips),
    keys: (keys as [string, Plain][][]).map(withoutNotes),
  });
  for (const subcommand of subcommands as Plain[][]) collect(subcommand, found);
}

function withoutNotes(spec: [string, Plain][]): string {
  const fields = spec.filter(([name]) => name !== "notes")
    .map(([name, value]) => name === "flags" ? [name, sorted(value)] : [name, value]);
  return JSON.stringify(fields);
}

function sorted(words: Plain): string[] {
  return (words as string[]).toSorted();
}

/** Whether a command is newer than the redis-server at hand. */
function isNewer(fullName: string): boolean {
  const [name, sub] = fullName.split("|");
  const command = allCommands().find((row) => row.name === name);
  const row = sub === undefined ? command : command?.subcommands?.find((s) => s.name === sub);
  return row !== undefined && isOlder(redisServerVersion, row.since);
}
