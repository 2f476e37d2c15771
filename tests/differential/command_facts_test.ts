/** The facts of the command table beside those a real redis-server tells of itself. */

import { assertEquals } from "@std/assert";
import { allCommands } from "../../src/commands/registry.ts";
import { testWithRedis, versionOf, withRedis } from "../support/redis_server.ts";
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

testWithRedis("COMMAND INFO of every command says what redis-server says", async () => {
  await withRedis(async (redis) => {
    const isOlder = (await versionOf(redis))[1] < 2;
    await withMiniredis(async (ours) => {
      await Promise.all([redis.send("HELLO", "3"), ours.send("HELLO", "3")]);
      const expected = await factsOf(redis), actual = await factsOf(ours);
      const differences: string[] = [];
      for (const [name, facts] of actual) {
        const known = expected.get(name);
        if (known === undefined && isOlder && isNewIn7_2(name)) continue;
        for (const field of Object.keys(facts) as (keyof Facts)[]) {
          if (isOlder && CHANGED_IN_7_2[name]?.includes(field)) continue;
          const [theirs, own] = [JSON.stringify(known?.[field]), JSON.stringify(facts[field])];
          if (theirs !== own) differences.push(`${name} ${field}: ${own}, redis-server ${theirs}`);
        }
      }
      assertEquals(differences, []);
    });
  });
});

/** Commands whose arguments changed, or are described in another way, since Redis 7.0. */
const DOCS_CHANGED_SINCE_7_0 = new Set([
  "bitop",
  "client|kill",
  "client|list",
  "client|pause",
  "command|getkeys",
  "command|getkeysandflags",
  "config|get",
  "geohash",
  "geopos",
  "georadius",
  "georadiusbymember",
  "hscan",
  "pfmerge",
  "zrank",
  "zrevrank",
]);

testWithRedis("COMMAND DOCS describes arguments as redis-server does", async () => {
  await withRedis(async (redis) => {
    const isOlder = (await versionOf(redis))[1] < 2;
    await withMiniredis(async (ours) => {
      await Promise.all([redis.send("HELLO", "3"), ours.send("HELLO", "3")]);
      const expected = await docsOf(redis), actual = await docsOf(ours);
      const differences: string[] = [];
      for (const [name, docs] of actual) {
        const known = expected.get(name);
        if (isOlder && DOCS_CHANGED_SINCE_7_0.has(name)) continue;
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

function isNewIn7_2(fullName: string): boolean {
  const [name, sub] = fullName.split("|");
  const command = allCommands().find((row) => row.name === name);
  const row = sub === undefined ? command : command?.subcommands?.find((s) => s.name === sub);
  return row !== undefined && row.since >= "7.2";
}
