/** Values to be damaged: each in every form that it has in a payload or in a dump. */

import { latin1Bytes } from "../../src/base/bytes.ts";
import { Crc64 } from "../../src/base/crc64.ts";
import { bytesOf, littleEndian, plain as textOf } from "../rdb/dump_builder.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import { type Plain, plain } from "../support/reply.ts";
import { type Argument, RespClient } from "../support/resp_client.ts";
import { withRedis } from "../support/redis_server.ts";
import { KEY, ONE_VALUE_DUMPS, valueOffset } from "./one_value_dumps.ts";

/** One value: the byte of its type, and what follows it behind the key. */
export interface FormedValue {
  readonly name: string;
  /** As SEQUENCES names the commands for it. */
  readonly commands: string;
  readonly body: Uint8Array;
  /** The format's version that knows the type. */
  readonly version: number;
}

const FOOTER_BYTES = 10;
/** The version that Valkey gives its files and payloads. */
const VALKEY_VERSION = 80;
const DUMP_CHECKSUM_BYTES = 9;

const FILLING: Record<string, string[]> = {
  strings: [
    `SET text ${"ab".repeat(30)}`,
    "SET small-integer 12",
    "SET integer 123456789",
    "SET word x",
  ],
  bitmaps: ["SETBIT bits 100 1"],
  hyperloglogs: ["PFADD sparse a b c d e", ...many(40, 50, (i) => `PFADD dense e:${i}`)],
  geo: ["GEOADD places 13.4 52.5 berlin 2.3 48.9 paris -0.1 51.5 london"],
  lists: [
    "RPUSH short-list a 1 300 70000 5000000000 text",
    ...many(4, 50, (i) => `RPUSH long-list ${"e".repeat(100)}${i}`),
    `RPUSH huge-element-list a ${"b".repeat(9000)} c`,
  ],
  sets: [
    "SADD integers 1 2 3",
    "SADD wide-integers 1 70000 5000000000",
    "SADD words a b 7",
    ...many(4, 50, (i) => `SADD many m:${i}`),
  ],
  sortedSets: ["ZADD few 1 a 2.5 b -inf c", ...many(4, 50, (i) => `ZADD many-z ${i} m:${i}`)],
  hashes: [
    "HSET pairs f0 1 f1 text f2 2",
    ...many(4, 50, (i) => `HSET many-h f${i} ${"v".repeat(70)}`),
    "HSET expiring f0 1 f1 2 f2 3",
    "HPEXPIRE expiring 100000000 FIELDS 1 f0",
    ...many(4, 50, (i) => `HSET many-expiring f${i} ${"v".repeat(70)}`),
    "HPEXPIRE many-expiring 100000000 FIELDS 2 f3 f4",
  ],
  streams: [
    "XADD log 1-1 f 1 g 2",
    "XADD log 1-2 f 1 g 3",
    "XADD log 2-0 x y",
    "XGROUP CREATE log g1 0",
    "XREADGROUP GROUP g1 alice COUNT 2 STREAMS log >",
    "XDEL log 1-2",
    ...many(6, 40, (i) => `XADD long-log ${i}-1 f ${i}`),
    "XGROUP CREATE long-log g1 0",
    "XGROUP CREATE long-log g2 7-1",
    "XREADGROUP GROUP g1 alice COUNT 20 STREAMS long-log >",
    "XREADGROUP GROUP g1 bob COUNT 5 STREAMS long-log >",
  ],
};

function many(times: number, each: number, line: (i: number) => string): string[] {
  return Array.from({ length: times * each }, (_, i) => line(i + 1));
}

/** Commands for a form of {@link ONE_VALUE_DUMPS}, by a word of its name. */
const COMMANDS_FOR: [word: RegExp, commands: string][] = [
  [/list$|^quicklist|^list/, "lists"],
  [/^sorted set/, "sortedSets"],
  [/hash/, "hashes"],
  [/stream/, "streams"],
  [/set/, "sets"],
];

/** Values as this server's DUMP writes them: as it likes best, and in the oldest and newest version. */
export function ownValues(): FormedValue[] {
  const values: FormedValue[] = [];
  for (const [commands, lines] of Object.entries(FILLING)) {
    const config = { "stream-node-max-entries": "50", "list-max-listpack-size": "-1" };
    const harness = new EngineHarness({ arenaBytes: 1 << 24, config });
    for (const line of lines) {
      const reply = harness.run(line);
      if (reply instanceof Error) throw new Error(`${line}: ${reply}`);
    }
    for (const version of ["auto", "12", "9"]) {
      harness.run(`CONFIG SET rdb-version ${version}`);
      for (const key of harness.keys()) {
        const payload = harness.run(["DUMP", key]);
        if (version === "9" && payload instanceof Error) continue; // its fields expire
        const bytes = latin1Bytes(payload as string);
        values.push(formed(`${key}, rdb-version ${version}`, commands, bytes));
      }
    }
  }
  return values;
}

/** Values in forms that only other servers and older ones write. */
export function foreignValues(): FormedValue[] {
  return Object.entries(ONE_VALUE_DUMPS).map(([name, bytes]) => {
    const from = valueOffset(bytes), type = bytes[from - textOf(KEY).length - 1];
    const commands = COMMANDS_FOR.find(([word]) => word.test(name))![1];
    const body = bytesOf(type, bytes.subarray(from, bytes.length - DUMP_CHECKSUM_BYTES));
    return { name, commands, body, version: bytes[0] === 0x56 ? VALKEY_VERSION : 12 };
  });
}

/** Values as redis-server's DUMP writes them. */
export async function redisValues(): Promise<FormedValue[]> {
  const values: FormedValue[] = [];
  await withRedis(async (client) => {
    for (const [commands, lines] of Object.entries(FILLING)) {
      await client.send("FLUSHALL");
      const known = lines.filter((line) => !line.startsWith("HPEXPIRE"));
      await client.pipeline(known.map((line): Argument[] => line.split(" ")));
      for (const key of (plain(await client.send("KEYS", "*")) as string[]).sort()) {
        const payload = latin1Bytes(await dumpOver(client, key));
        values.push(formed(`${key} of redis-server`, commands, payload));
      }
    }
  });
  return values;
}

async function dumpOver(client: RespClient, key: string): Promise<string> {
  return plain(await client.send("DUMP", key)) as Plain as string;
}

function formed(name: string, commands: string, payload: Uint8Array): FormedValue {
  const end = payload.length - FOOTER_BYTES;
  const version = payload[end] | payload[end + 1] << 8;
  return { name, commands, body: payload.slice(0, end), version };
}

/** What RESTORE takes: the value, the version, and the checksum that belongs to them. */
export function payloadOf({ body, version }: FormedValue): Uint8Array {
  const bytes = bytesOf(body, version & 0xff, version >> 8, new Uint8Array(8));
  new Crc64().update(bytes, 0, bytes.length - 8).write(bytes, bytes.length - 8);
  return bytes;
}

/** A dump of values, as `k0`, `k1` and so on, without checksum; they are of one kind of server. */
export function dumpFileOf(values: readonly FormedValue[]): Uint8Array {
  const header = values[0].version === VALKEY_VERSION ? "VALKEY080" : "REDIS0012";
  return bytesOf(
    header,
    bytesOf(250, textOf("redis-ver"), textOf("7.2.0"), 254, 0, 251, values.length, 1),
    ...values.map(({ body }, i) => {
      const expiry = i === 1 ? bytesOf(252, littleEndian(4_000_000_000_000n, 8)) : bytesOf();
      return bytesOf(expiry, body[0], textOf(`k${i}`), body.subarray(1));
    }),
    255,
    new Uint8Array(8),
  );
}

/** Whether two values can stand in the same file. */
export function sameServer(one: FormedValue, other: FormedValue): boolean {
  return (one.version === VALKEY_VERSION) === (other.version === VALKEY_VERSION);
}
