// Dumps written by others, beside the project: each loads to what its JSON view says, or stops with
// a clear error.
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ByteSource } from "../../src/rdb/byte_source.ts";
import { RdbError } from "../../src/rdb/rdb_error.ts";
import { loadFrom, type RecordingSink } from "./recording_sink.ts";

const FOLDER = new URL("../../../shared/dumps/", import.meta.url);
const available = isFolder(FOLDER);
if (!available) console.log("../shared/dumps is absent: its dumps are not tested");

type Values = Record<string, string>;

interface Expectation {
  /** Name of the JSON view of the same dump. */
  json?: string;
  /** Where there is none: the values by database. */
  databases?: Record<number, Values>;
}

const STRING_DUMPS: Record<string, Expectation> = {
  "librdb/cluster_slot_info.rdb": { json: "librdb/cluster_slot_info.json" },
  "librdb/empty.rdb": { databases: {} },
  "librdb/function.rdb": { databases: {} },
  "librdb/function2.rdb": { json: "librdb/function2.json" },
  "librdb/mem_policy_lfu.rdb": { json: "librdb/mem_policy_lfu.json" },
  "librdb/mem_policy_lru.rdb": { json: "librdb/mem_policy_lru.json" },
  "librdb/module_aux.rdb": { databases: { 9: { x: "1" } } },
  "librdb/module_aux_empty.rdb": { databases: {} },
  "librdb/multiple_dbs.rdb": { json: "librdb/multiple_dbs_data.json" },
  "librdb/redis_ent_opcode_ram_lru.rdb": { databases: { 0: { a: "b", c: "d", e: "f" } } },
  "librdb/script.rdb": { databases: {} },
  "librdb/script_legacy.rdb": { databases: {} },
  "librdb/set_expired_v11.rdb": { json: "librdb/set_not_expired.json" },
  "librdb/set_not_expired_v11.rdb": { json: "librdb/set_not_expired.json" },
  "librdb/single_key.rdb": { json: "librdb/single_key_data.json" },
  "librdb/string_int_encoded.rdb": { json: "librdb/string_int_encoded.json" },
  "librdb/string_lzf.rdb": {
    databases: {
      0: {
        ["y".repeat(50)]: "B".repeat(116),
        ["x".repeat(26)]: "A".repeat(64),
      },
    },
  },
  "redis-7.2.4/rdb-preamble.aof": { databases: { 0: { k1: "v1", k2: "v2" } } },
  "redis-7.2.4/scriptbackup.rdb": { databases: {} },
};

const REFUSED_DUMPS: Record<string, string> = {
  "librdb/future_v19.rdb": "Can't handle RDB format version 99",
  "librdb/invalid_chksum_v8.rdb": "wrong checksum",
  "librdb/module.rdb": 'module type "test__rdb", which is not available; key "key1"',
  "librdb/module_aux_v12.rdb": 'module type "test__rdb", which is not available; key "mykey"',
};

const UNSUPPORTED_DUMPS: Record<string, string> = {
  "librdb/100_lists.rdb": 'key "mylist89", type quicklist-v2 (18)',
  "librdb/hash_lp_v11.rdb": 'key "hash2", type hash-listpack (16)',
  "librdb/hash_lp_with_hexpire_v12.rdb": 'key "myhash", type hash-listpack-md-pre-release (23)',
  "librdb/hash_v3.rdb": 'key "myhash1", type hash-hashtable (4)',
  "librdb/hash_with_expire_v12.rdb": 'key "myhash", type hash-hashtable-md-pre-release (22)',
  "librdb/hash_zl_v6.rdb": 'key "myhash", type hash-ziplist (13)',
  "librdb/hash_zm_v2.rdb": 'key "myhash", type hash-zipmap (9)',
  "librdb/misc_with_stream.rdb": 'key "stream3", type stream (15)',
  "librdb/multiple_lists_strings.rdb": 'key "mylist1", type quicklist-v2 (18)',
  "librdb/plain_list_v6.rdb": 'key "ll", type list-linked (1)',
  "librdb/plain_set_v6.rdb": 'key "myset", type set-hashtable (2)',
  "librdb/plain_zset_2_v11.rdb": 'key "myzset", type zset-v2 (5)',
  "librdb/plain_zset_v6.rdb": 'key "myzset", type zset-v1 (3)',
  "librdb/quicklist.rdb": 'key "list", type quicklist (14)',
  "librdb/quicklist2_v11.rdb": 'key "mylist", type quicklist-v2 (18)',
  "librdb/set_is_v11.rdb": 'key "myintest", type set-intset (11)',
  "librdb/set_lp_v11.rdb": 'key "myset", type set-listpack (20)',
  "librdb/stream_v11.rdb": 'key "mystream", type stream-v3 (21)',
  "librdb/ziplist_v3.rdb": 'key "ziplist_compresses_easily", type list-ziplist (10)',
  "librdb/zset_lp_v11.rdb": 'key "myzset", type zset-listpack (17)',
  "librdb/zset_zl_v6.rdb": 'key "myzset", type zset-ziplist (12)',
  "redis-7.2.4/corrupt_empty_keys.rdb": 'key "set", type set-hashtable (2)',
  "redis-7.2.4/corrupt_ziplist.rdb": 'key "mylist", type quicklist (14)',
  "redis-7.2.4/encodings.rdb": 'key "zset", type zset-v1 (3)',
  "redis-7.2.4/hash-ziplist.rdb": 'key "hash", type hash-ziplist (13)',
  "redis-7.2.4/hash-zipmap.rdb": 'key "hash", type hash-zipmap (9)',
  "redis-7.2.4/list-quicklist.rdb": 'key "list", type quicklist (14)',
  "redis-7.2.4/zset-ziplist.rdb": 'key "zset", type zset-ziplist (12)',
};

test("every dump of the shared folder has its place in a table of this test", () => {
  const found: string[] = [];
  for (const folder of ["librdb", "redis-7.2.4"]) {
    for (const { name } of Deno.readDirSync(new URL(folder, FOLDER))) {
      if (/\.(rdb|aof)$/.test(name)) found.push(`${folder}/${name}`);
    }
  }
  const named = [STRING_DUMPS, REFUSED_DUMPS, UNSUPPORTED_DUMPS].flatMap((table) =>
    Object.keys(table)
  );
  assertEquals(found.sort(), named.sort());
});

for (const [path, expectation] of Object.entries(STRING_DUMPS)) {
  test(`${path} loads to what it holds`, () => {
    const { sink } = loadDump(path);
    const { json, databases } = expectation;
    if (json === undefined) assertEquals(valuesByDatabase(sink), databases);
    else assertAsViewed(sink, json);
  });
}

for (const [path, reason] of Object.entries({ ...REFUSED_DUMPS, ...UNSUPPORTED_DUMPS })) {
  test(`${path} stops the load with a clear error`, () => {
    const error = assertThrows(() => loadDump(path), RdbError);
    assertStringIncludes(error.message, reason);
    assertStringIncludes(error.message, `at byte offset ${error.offset}`);
  });
}

test("the checksum of a dump is verified, unless the file says it has none", () => {
  assertEquals(loadDump("librdb/single_key.rdb").reader.checksumVerified, true);
  assertEquals(loadDump("librdb/script.rdb").reader.checksumVerified, false);
});

test("a key is skipped after its expiry and loaded before", () => {
  const path = "librdb/set_expired_v11.rdb";
  const { sink } = loadDump(path);
  const expireAtMs = sink.databases.get(0)!.get("mykey")!.expireAtMs;
  const bytes = Deno.readFileSync(new URL(path, FOLDER));
  const values = (nowMs: number) =>
    loadFrom(ByteSource.overBytes(bytes), { nowMs, checksum: true }).sink.values();
  assertEquals(values(expireAtMs), { mykey: "myval" });
  assertEquals(values(expireAtMs + 1), {});
});

test("idle time and frequency of a dump arrive with the key", () => {
  const metaOf = (path: string) => [...loadDump(path).sink.databases.get(0)!.values()][0];
  assertEquals(metaOf("librdb/mem_policy_lfu.rdb").frequency, 5);
  assertEquals(metaOf("librdb/mem_policy_lru.rdb").idleSeconds, 24);
});

function test(name: string, fn: () => void): void {
  Deno.test({ name, ignore: !available, fn });
}

function loadDump(path: string) {
  const url = new URL(path, FOLDER);
  using file = Deno.openSync(url);
  return loadFrom(ByteSource.overFile(file, Deno.statSync(url).size, 100));
}

function valuesByDatabase(sink: RecordingSink): Record<number, Values> {
  return Object.fromEntries([...sink.databases.keys()].map((db) => [db, sink.values(db)]));
}

/** Compares with a view as librdb writes it: names of its own between double underscores. */
function assertAsViewed(sink: RecordingSink, path: string): void {
  const text = Deno.readTextFileSync(new URL(path, FOLDER));
  if (text.startsWith("[")) {
    const views: Values[] = JSON.parse(text);
    assertEquals(valuesByDatabase(sink), Object.fromEntries(views.map((view, db) => [db, view])));
    return;
  }
  const { __aux__, __func__, __dbsize__, __slotinfo__, ...values } = JSON.parse(`{${text}}`);
  assertEquals(sink.values(), values);
  if (__aux__ !== undefined) assertEquals(Object.fromEntries(sink.auxFields), __aux__);
  assertEquals(sink.functions, Object.values(__func__ ?? {}));
  if (__dbsize__ !== undefined) {
    assertEquals(sink.resizes, [[0, __dbsize__.size, __dbsize__.expires]]);
  }
}

function isFolder(url: URL): boolean {
  try {
    return Deno.statSync(url).isDirectory;
  } catch {
    return false;
  }
}
