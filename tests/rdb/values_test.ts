// Values of every type, from dumps that others wrote and from a real redis-server.
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ByteSource } from "../../src/rdb/byte_source.ts";
import { RdbError } from "../../src/rdb/rdb_error.ts";
import { loadInto, READ_ALL, RecordingSink } from "./recording_sink.ts";
import { RecordingValueSink } from "./recording_value_sink.ts";
import { RedisServer, redisServerAvailable } from "./redis_server.ts";

const FOLDER = new URL("../../../shared/dumps/", import.meta.url);
const available = isFolder(FOLDER);
if (!available) console.log("../shared/dumps is absent: its values are not tested");

/** Dump and the JSON view of what it holds. */
const VIEWS: Record<string, string> = {
  "hash_v3.rdb": "hash_data.json",
  "hash_lp_v11.rdb": "hash_lp_v11_data.json",
  "hash_lp_with_hexpire_v12.rdb": "hash_lp_ex_v12_data.json",
  "hash_with_expire_v12.rdb": "hash_ex_v12_data.json",
  "hash_zl_v6.rdb": "hash_zl_v6_data.json",
  "hash_zm_v2.rdb": "hash_zm_v2_data.json",
  "multiple_lists_strings.rdb": "multiple_lists_strings_data.json",
  "plain_list_v6.rdb": "plain_list_v6_data.json",
  "plain_set_v6.rdb": "plain_set_v6_data.json",
  "plain_zset_2_v11.rdb": "plain_zset_2_v11_data.json",
  "plain_zset_v6.rdb": "plain_zset_v6_data.json",
  "quicklist.rdb": "quicklist_data.json",
  "quicklist2_v11.rdb": "single_list_data.json",
  "set_is_v11.rdb": "set_is_v11_data.json",
  "set_lp_v11.rdb": "set_lp_v11_data.json",
  "stream_v11.rdb": "stream_data_with_meta.json",
  "ziplist_v3.rdb": "ziplist_data.json",
  "zset_lp_v11.rdb": "zset_lp_v11_data.json",
  "zset_zl_v6.rdb": "zset_zl_v6_data.json",
};

for (const [dump, view] of Object.entries(VIEWS)) {
  test(`the values of ${dump} are what ${view} says`, () => {
    const expected = comparable(readView(`librdb/${view}`));
    for (const chunkBytes of [64, 7, 100_000]) {
      assertEquals(comparable(loadValues(`librdb/${dump}`, chunkBytes).values), expected);
    }
  });
}

test("the expiries of fields are read from both forms of Redis 7.4's candidates", () => {
  const names = ["librdb/hash_lp_with_hexpire_v12.rdb", "librdb/hash_with_expire_v12.rdb"];
  for (const name of names) {
    const expiries = Object.values(loadValues(name).fieldExpiries.myhash);
    assert(expiries.length > 0);
    for (const expireAtMs of expiries) assert(expireAtMs > 1_700_000_000_000, `${expireAtMs}`);
  }
});

test("keys of empty values are skipped, as redis-server does", () => {
  const { counts, values } = loadValues("redis-7.2.4/corrupt_empty_keys.rdb");
  assertEquals(counts, { keysLoaded: 0, keysExpired: 0, emptyKeysSkipped: 9 });
  assertEquals(values, {});
});

test("a damaged ziplist names the key and the place that redis-server names", () => {
  const error = assertThrows(() => loadValues("redis-7.2.4/corrupt_ziplist.rdb"), RdbError);
  assertEquals(error.offset, 494);
  assertStringIncludes(error.message, 'key "key:000000000091", type hash-ziplist (13)');
});

test("all dumps of every encoding load whole", () => {
  const loaded = (path: string) => loadValues(path).counts.keysLoaded;
  assertEquals(loaded("redis-7.2.4/encodings.rdb"), 13);
  assertEquals(loaded("librdb/misc_with_stream.rdb"), 12);
  assertEquals(loaded("librdb/100_lists.rdb"), 100);
});

const LUA_FILL = `
for i = 1, tonumber(ARGV[2]) do
  local n = ARGV[3] .. i
  local t = ARGV[1]
  if t == 'list' then redis.call('RPUSH', KEYS[1], n)
  elseif t == 'set' then redis.call('SADD', KEYS[1], n)
  elseif t == 'zset' then redis.call('ZADD', KEYS[1], i * 1.5 - 7, n)
  elseif t == 'hash' then redis.call('HSET', KEYS[1], n, 'v' .. n)
  else redis.call('XADD', KEYS[1], i .. '-1', 'f', n, 'g' .. (i % 3), '') end
end`;

Deno.test({
  name: "values of all sizes that redis-server saves load to what it answers",
  ignore: !redisServerAvailable,
  fn: async () => {
    await using server = await RedisServer.start();
    const reads: Record<string, (key: string) => string[]> = {
      list: (key) => ["LRANGE", key, "0", "-1"],
      set: (key) => ["SMEMBERS", key],
      zset: (key) => ["ZRANGE", key, "0", "-1", "WITHSCORES"],
      hash: (key) => ["HGETALL", key],
    };
    const expected: Record<string, unknown> = {};
    for (const type of Object.keys(reads)) {
      for (const count of [1, 100, 1000]) {
        for (const prefix of ["", "member:", "x".repeat(100)]) {
          const key = `${type} of ${count} ${prefix.length}`;
          await server.command("EVAL", LUA_FILL, 1, key, type, count, prefix);
          const items = await server.list(...reads[type](key));
          if (type === "list") expected[key] = items;
          else expected[key] = type === "set" ? items.toSorted() : pairsOf(items);
        }
      }
    }
    const bytes = await server.dump();
    for (const chunkBytes of [100, 65536]) {
      const { values, counts } = loadBytes(bytes, chunkBytes);
      assertEquals(comparable(values), comparable(expected));
      assertEquals(counts.keysLoaded, Object.keys(expected).length);
    }
  },
});

Deno.test({
  name: "streams with groups that redis-server saves load whole",
  ignore: !redisServerAvailable,
  fn: async () => {
    await using server = await RedisServer.start();
    await server.command("EVAL", LUA_FILL, 1, "s", "stream", 500, "m");
    await server.command("XDEL", "s", "1-1", "250-1");
    await server.command("XGROUP", "CREATE", "s", "group", "0");
    await server.command("XGROUP", "CREATE", "s", "unknown", "7-0", "ENTRIESREAD", -1);
    for (const consumer of ["one", "two"]) {
      await server.list("XREADGROUP", "GROUP", "group", consumer, "COUNT", 2, "STREAMS", "s", ">");
    }
    await server.command("XADD", "empty", "1-1", "a", "b");
    await server.command("XDEL", "empty", "1-1");
    const bytes = await server.dump();
    const { values } = loadBytes(bytes, 65536);
    for (let chunkBytes = 1; chunkBytes < 100; chunkBytes++) {
      assertEquals(loadBytes(bytes, chunkBytes).values, values);
    }
    // deno-lint-ignore no-explicit-any
    const { entries, groups, ...facts } = values.s as any;
    assertEquals(entries.length, 498);
    assertEquals(entries[0], { id: "2-1", items: { f: "m2", g2: "" } });
    assertEquals(facts, {
      length: 498,
      entriesAdded: 500,
      firstID: "2-1",
      lastID: "500-1",
      maxDelEntryID: "250-1",
    });
    const [group, unknown] = groups;
    assertEquals([group.name, group.lastid], ["group", "5-1"]);
    // deno-lint-ignore no-explicit-any
    const ids = (pending: any[]) => pending.map(({ id }) => id);
    assertEquals(ids(group.pending), ["2-1", "3-1", "4-1", "5-1"]);
    // deno-lint-ignore no-explicit-any
    const consumers = group.consumers.map(({ name, pending }: any) => [name, ids(pending)]);
    assertEquals(consumers, [["one", ["2-1", "3-1"]], ["two", ["4-1", "5-1"]]]);
    assertEquals([unknown.lastid, unknown.entriesRead], ["7-0", -1]);
    // deno-lint-ignore no-explicit-any
    assertEquals((values.empty as any).length, 0);
  },
});

function loadBytes(bytes: Uint8Array, chunkBytes: number) {
  let at = 0;
  const readSync = (target: Uint8Array) => {
    const part = bytes.subarray(at, at + target.length);
    target.set(part);
    at += part.length;
    return part.length === 0 ? null : part.length;
  };
  const valueSink = new RecordingValueSink();
  const source = ByteSource.overFile({ readSync }, bytes.length, chunkBytes);
  const options = { ...READ_ALL, sanitize: true };
  const { sink, reader } = loadInto(new RecordingSink(valueSink), source, options, 1000);
  const { fieldExpiries, sizes } = valueSink;
  return {
    values: { ...valueSink.values, ...sink.values() },
    fieldExpiries,
    sizes,
    counts: reader.counts,
  };
}

function loadValues(path: string, chunkBytes = 1000) {
  return loadBytes(Deno.readFileSync(new URL(path, FOLDER)), chunkBytes);
}

function readView(path: string): Record<string, unknown> {
  const { __aux__, ...values } = JSON.parse(
    `{${Deno.readTextFileSync(new URL(path, FOLDER))}}`,
  );
  return values;
}

/** Sets have no order and scores are spelt in more than one way. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === "string")
      ? value.toSorted()
      : value.map(comparable);
  }
  if (typeof value === "string") {
    const number = Number(value.replace("inf", "Infinity"));
    return value === "" || Number.isNaN(number) ? value : String(number);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => !isEmptyList(item)).map((
      [name, item],
    ) => [name, comparable(item)]),
  );
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function pairsOf(items: string[]): Record<string, string> {
  return Object.fromEntries(items.flatMap((key, i) => i % 2 === 0 ? [[key, items[i + 1]]] : []));
}

function test(name: string, fn: () => void): void {
  Deno.test({ name, ignore: !available, fn });
}

function isFolder(url: URL): boolean {
  try {
    return Deno.statSync(url).isDirectory;
  } catch {
    return false;
  }
}
