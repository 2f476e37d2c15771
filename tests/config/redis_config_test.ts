/** CONFIG GET and CONFIG SET beside a real redis-server. */

import { assert, assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { Config } from "../../src/config/config.ts";
import { IMMUTABLE } from "../../src/config/directive.ts";
import { DIRECTIVES, NAMES } from "../../src/config/directives.ts";
import { FakeDirectory } from "./fake_directory.ts";
import { testWithRedis, withRedis } from "../support/redis_server.ts";
import { type Plain, plain, type Reply } from "../support/reply.ts";
import type { RespClient } from "../support/resp_client.ts";

const FLAGS = { bind: "127.0.0.1", "enable-protected-configs": "yes" };
/** Names that this server has and Redis 7.0 has not. */
const NOT_IN_7_0 = [
  "cluster-announce-human-nodename",
  "cluster-ping-interval",
  "locale-collate",
  "rdb-version",
  "set-max-listpack-entries",
  "set-max-listpack-value",
];
/** Shown by patterns in 7.0, hidden in 7.2. */
const HIDDEN_SINCE_7_2 = ["aof-disable-auto-gc"];
/** Depends on the machine or on how the test started the servers. */
const OF_THE_PROCESS = ["port", "dir", "maxclients"];

function newConfig(): Config {
  const config = new Config(new FakeDirectory());
  for (
    const [name, words] of [
      ["save", [""]],
      ["enable-protected-configs", ["yes"]],
      ["bind", ["127.0.0.1"]],
    ] as const
  ) {
    assertEquals(config.assign(name, words), undefined);
  }
  return config;
}

function ourGet(config: Config, patterns: string[]): [string, string][] {
  return config.get(patterns.map(latin1Bytes)).map(([name, value]) => [
    latin1(name),
    latin1(value),
  ]);
}

/** A reply as text, an error with its `-`, or the items of an array. */
function told(reply: Reply): Plain {
  return reply.type === "error" ? `-${reply.text}` : plain(reply);
}

async function theirSet(client: RespClient, words: readonly string[]): Promise<Plain> {
  return told(await client.send("CONFIG", "SET", ...words));
}

async function theirGet(client: RespClient, patterns: string[]): Promise<[string, string][]> {
  const flat = told(await client.send("CONFIG", "GET", ...patterns)) as string[];
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
}

function sorted(pairs: [string, string][], without: readonly string[]): [string, string][] {
  return pairs.filter(([name]) => !without.includes(name)).sort(([a], [b]) => a < b ? -1 : 1);
}

function ourSet(config: Config, words: readonly string[]): string {
  const pairs: [Uint8Array, Uint8Array][] = [];
  for (let i = 0; i < words.length; i += 2) {
    pairs.push([latin1Bytes(words[i]), latin1Bytes(words[i + 1])]);
  }
  const { error } = config.set(pairs);
  // Redis 7.0 does not know the log level `nothing` yet.
  return error === undefined ? "OK" : `-${error.replace("warning, nothing", "warning")}`;
}

testWithRedis("CONFIG GET * has the names and defaults of redis-server", async () => {
  await withRedis(async (client) => {
    const theirs = sorted(await theirGet(client, ["*"]), [...HIDDEN_SINCE_7_2, ...OF_THE_PROCESS]);
    const ours = sorted(ourGet(newConfig(), ["*"]), [...NOT_IN_7_0, ...OF_THE_PROCESS]);
    assertEquals(ours, theirs);
    assert(ours.length > 180, `${ours.length} directives compared`);
  }, FLAGS);
}, { before: "7.2" });

testWithRedis("CONFIG GET answers names and patterns as redis-server does", async () => {
  const questions = [
    ["maxmemory"],
    ["MAXMEMORY"],
    ["maxmemory", "MaxMemory"],
    ["MaxMemory", "maxmemory*"],
    ["max*", "maxmemory"],
    ["slave*", "replica*"],
    ["slaveof", "replicaof"],
    ["*-[a-c]*s"],
    ["t?meout"],
    ["T[H-J]MEOUT", "nothing-like-this"],
    ["[^a-t]*"],
    ["time\\out", "tim\\eout*"],
    ["key-load-delay"],
    ["key-load-*"],
    ["nothing"],
    ["max*memory", "*"],
    ["timeout\0", "time*\0x"],
  ];
  await withRedis(async (client) => {
    const config = newConfig();
    for (const patterns of questions) {
      const theirs = sorted(await theirGet(client, patterns), [
        ...HIDDEN_SINCE_7_2,
        ...OF_THE_PROCESS,
      ]);
      const ours = sorted(ourGet(config, patterns), [...NOT_IN_7_0, ...OF_THE_PROCESS]);
      assertEquals(ours, theirs, patterns.join(" "));
    }
  }, FLAGS);
}, { before: "7.2" });

/** Given to every directive that can be given anything without harm to the server it runs in. */
const VALUES = [
  ..."yes|no|YES|nO|0|1|-1|2|10|99|100|500|501|65535|65536|2147483647|2147483648".split("|"),
  ..."-2147483648|-2147483649|4294967295|4294967296|9223372036854775807".split("|"),
  ..."9223372036854775808|-9223372036854775808|18446744073709551615".split("|"),
  ..."18446744073709551616|99999999999999999999|1b|1k|1kb|1KB|3m|2mb|1g|1gB|1gbb|1t".split("|"),
  ..."100%|101%|-5%|%|1%1|abc|+1|01|-0|0x10|1.5|007|a b|a/b|a\\b|default".split("|"),
  ..."save|nosave|SAVE now|save nosave|now force default|relative|local|always".split("|"),
  ..."allkeys-lru|ALLKEYS-LFU|notice|nothing-else|everysec|swapdb|host.name-1".split("|"),
  ..."under_score|{title} {port}|{title}|{nope}|{{x}|{|AKE|KEA$lshzxetdnm|gxn|KA|Kq".split("|"),
  ..."50 99 99.9|100.0|-1.0|0.5 1e1|0.0078125 0.0234375|0x1p-3|1e-9|inf|1e999|nan|50  60|1 2|900 1 300 10|900 x|0 1|1 -1"
    .split("|"),
  ..."0 200 800|-2000 0 2000|-2001 0 0|normal 0 0 0|SLAVE 1mb 1kb 10".split("|"),
  ..."replica 0 0 0 pubsub 1gb 32mb 60|master 0 0 0|pubsub 1 2|pubsub x 1 1|pubsub 1 1 -1".split(
    "|",
  ),
  ...["", " ", " 1", "1 ", "yes\0", "1\0", "1kb\0", "a\0b", "a\nb", "h\xe9llo", "x".repeat(300)],
];

/** Changing these would cut the client off, move the server, or ask the system for something. */
const NOT_TRIED = new Set([
  ...["port", "bind", "dir", "maxclients", "timeout", "appendonly", "watchdog-period"],
  ...["oom-score-adj", "oom-score-adj-values", "maxmemory-clients", "activedefrag"],
]);

testWithRedis("CONFIG SET takes and refuses values as redis-server does", async () => {
  await withRedis(async (client) => {
    const config = newConfig();
    let compared = 0;
    for (const name of NAMES.keys()) {
      const primary = NAMES.get(name)!;
      if (NOT_IN_7_0.includes(primary) || NOT_TRIED.has(primary) || primary.startsWith("tls-")) {
        continue;
      }
      const fixed = (DIRECTIVES.get(primary)!.flags & IMMUTABLE) !== 0;
      const values = fixed ? ["yes", "1"] : VALUES;
      const replies = await client.pipeline(values.flatMap((value) => [
        ["CONFIG", "SET", name, value],
        ["CONFIG", "GET", name],
      ]));
      for (const [i, value] of values.entries()) {
        const setting = `CONFIG SET ${name} ${JSON.stringify(value)}`;
        const theirs = [told(replies[2 * i]), told(replies[2 * i + 1])];
        const ours: Plain[] = [ourSet(config, [name, value]), ourGet(config, [name]).flat()];
        assertEquals(ours, theirs, setting);
        compared++;
      }
    }
    assert(compared > 10_000, `${compared} values compared`);
  }, FLAGS);
}, { before: "7.2" });

testWithRedis("CONFIG SET refuses dangerous values as redis-server does", async () => {
  const commands = [
    ["maxmemory-clients", "x"],
    ["maxmemory-clients", "101%"],
    ["maxmemory-clients", "-5%"],
    ["maxmemory-clients", "1 %"],
    ["maxmemory-clients", "100%"],
    ["maxmemory-clients", "4gb"],
    ["oom-score-adj", "maybe"],
    ["oom-score-adj-values", "1 2"],
    ["oom-score-adj-values", "1 2 2001"],
    ["oom-score-adj-values", ""],
    ["bind", Array(17).fill("127.0.0.1").join(" ")],
    ["bind", "127.0.0.1"],
    ["dir", "/missing"],
    ["timeout", "-1"],
    ["port", "65536"],
    ["port", "x"],
    ["maxclients", "0"],
    ["watchdog-period", "-1"],
    ["tls-port", "x"],
    ["tls-auth-clients", "maybe"],
    ["tls-session-caching", "maybe"],
    ["tls-auth-clients", "OPTIONAL"],
  ];
  await withRedis(async (client) => {
    const config = newConfig();
    for (const words of commands) {
      assertEquals(ourSet(config, words), await theirSet(client, words), words[0]);
      if (words[0] === "port" || words[0] === "dir" || words[0] === "maxclients") continue;
      assertEquals(ourGet(config, [words[0]]), await theirGet(client, [words[0]]));
    }
  }, FLAGS);
});

testWithRedis(
  "CONFIG SET of several parameters sets all or none, as redis-server does",
  async () => {
    const commands = [
      ["hz", "20", "loglevel", "verbose"],
      ["hz", "30", "loglevel", "loud"],
      ["hz", "40", "HZ", "50"],
      ["maxmemory", "1gb", "maxmemory-policy", "nope"],
      ["nothing", "1", "hz", "50"],
      ["hz", "50", "nothing", "1"],
      ["hz", "x", "Nothing", "1", "never", "2"],
      ["databases", "4", "nothing", "1"],
      ["nothing", "1", "databases", "4"],
      ["hz", "60", "Databases", "4"],
      ["slave-priority", "1", "replica-priority", "2"],
      ["replica-priority", "3", "slave-priority", "x"],
      ["Replica-Priority", "x"],
      ["a\r\nb", "1"],
      ["", ""],
      ["save", "900 1", "notify-keyspace-events", "!"],
      ["save", "900 1", "notify-keyspace-events", "KEA"],
      ["client-output-buffer-limit", "pubsub 1mb 1mb 10", "save", "1"],
    ];
    const watched = [
      "hz",
      "loglevel",
      "maxmemory*",
      "*-priority",
      "save",
      "client-out*",
      "notify*",
    ];
    await withRedis(async (client) => {
      const config = newConfig();
      for (const words of commands) {
        const reply = await theirSet(client, words);
        assertEquals(ourSet(config, words), reply, words.join(" "));
        const theirs = sorted(await theirGet(client, watched), []);
        assertEquals(sorted(ourGet(config, watched), []), theirs, words.join(" "));
      }
    }, FLAGS);
  },
  { before: "7.2" },
);

testWithRedis(
  "CONFIG SET of a protected parameter is refused as redis-server refuses it",
  async () => {
    await withRedis(async (client) => {
      const config = new Config(new FakeDirectory());
      for (const words of [["dir", "/tmp"], ["DBfilename", "x"], ["hz", "11", "dir", "/"]]) {
        assertEquals(ourSet(config, words), await theirSet(client, words));
      }
    });
  },
);
