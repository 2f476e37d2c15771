// Dumps that others wrote: every one is served as its JSON view says, or refused as redis-server does.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ExpireCycle } from "../../src/store/expire_cycle.ts";
import { Loading, pairsOf, viewKey } from "./loading.ts";
import type { Plain } from "../support/reply.ts";

const FOLDER = new URL("../../../shared/dumps/", import.meta.url);
const available = isFolder(FOLDER);
if (!available) console.log("../shared/dumps is absent: its dumps are not loaded");

/** Dump and the JSON view of what it holds. */
const VIEWS: Record<string, string> = {
  "librdb/cluster_slot_info.rdb": "cluster_slot_info.json",
  "librdb/function2.rdb": "function2.json",
  "librdb/hash_lp_v11.rdb": "hash_lp_v11_data.json",
  "librdb/hash_lp_with_hexpire_v12.rdb": "hash_lp_ex_v12_data.json",
  "librdb/hash_v3.rdb": "hash_data.json",
  "librdb/hash_with_expire_v12.rdb": "hash_ex_v12_data.json",
  "librdb/hash_zl_v6.rdb": "hash_zl_v6_data.json",
  "librdb/hash_zm_v2.rdb": "hash_zm_v2_data.json",
  "librdb/mem_policy_lfu.rdb": "mem_policy_lfu.json",
  "librdb/mem_policy_lru.rdb": "mem_policy_lru.json",
  "librdb/multiple_dbs.rdb": "multiple_dbs_data.json",
  "librdb/multiple_lists_strings.rdb": "multiple_lists_strings_data.json",
  "librdb/plain_list_v6.rdb": "plain_list_v6_data.json",
  "librdb/plain_set_v6.rdb": "plain_set_v6_data.json",
  "librdb/plain_zset_2_v11.rdb": "plain_zset_2_v11_data.json",
  "librdb/plain_zset_v6.rdb": "plain_zset_v6_data.json",
  "librdb/quicklist.rdb": "quicklist_data.json",
  "librdb/quicklist2_v11.rdb": "single_list_data.json",
  "librdb/set_is_v11.rdb": "set_is_v11_data.json",
  "librdb/set_lp_v11.rdb": "set_lp_v11_data.json",
  "librdb/set_not_expired_v11.rdb": "set_not_expired.json",
  "librdb/single_key.rdb": "single_key_data.json",
  "librdb/stream_v11.rdb": "stream_data_with_meta.json",
  "librdb/string_int_encoded.rdb": "string_int_encoded.json",
  "librdb/ziplist_v3.rdb": "ziplist_data.json",
  "librdb/zset_lp_v11.rdb": "zset_lp_v11_data.json",
  "librdb/zset_zl_v6.rdb": "zset_zl_v6_data.json",
};

/** Dumps without a view: how many keys they bring. */
const KEY_COUNTS: Record<string, number> = {
  "librdb/100_lists.rdb": 100,
  "librdb/empty.rdb": 0,
  "librdb/function.rdb": 0,
  "librdb/misc_with_stream.rdb": 12,
  "librdb/module_aux.rdb": 1,
  "librdb/module_aux_empty.rdb": 0,
  "librdb/redis_ent_opcode_ram_lru.rdb": 3,
  "librdb/script.rdb": 0,
  "librdb/script_legacy.rdb": 0,
  "librdb/set_expired_v11.rdb": 0,
  "librdb/string_lzf.rdb": 2,
  "redis-7.2.4/corrupt_empty_keys.rdb": 0,
  "redis-7.2.4/encodings.rdb": 13,
  "redis-7.2.4/hash-ziplist.rdb": 1,
  "redis-7.2.4/hash-zipmap.rdb": 1,
  "redis-7.2.4/list-quicklist.rdb": 2,
  "redis-7.2.4/rdb-preamble.aof": 2,
  "redis-7.2.4/scriptbackup.rdb": 0,
  "redis-7.2.4/zset-ziplist.rdb": 1,
};

const REFUSED: Record<string, string> = {
  "librdb/future_v19.rdb": "Can't handle RDB format version 99",
  "librdb/invalid_chksum_v8.rdb": "wrong checksum",
  "librdb/module.rdb": 'module type "test__rdb", which is not available; key "key1"',
  "librdb/module_aux_v12.rdb": 'module type "test__rdb", which is not available; key "mykey"',
  "redis-7.2.4/corrupt_ziplist.rdb":
    'key "key:000000000091", type hash-ziplist (13) (at byte offset 494)',
};

test("every dump of the shared folder is named here", () => {
  const found: string[] = [];
  for (const folder of ["librdb", "redis-7.2.4"]) {
    for (const { name } of Deno.readDirSync(new URL(folder, FOLDER))) {
      if (/\.(rdb|aof)$/.test(name)) found.push(`${folder}/${name}`);
    }
  }
  const named = [VIEWS, KEY_COUNTS, REFUSED].flatMap((table) => Object.keys(table));
  assertEquals(found.sort(), named.sort());
});

for (const [path, view] of Object.entries(VIEWS)) {
  test(`${path} is served as ${view} says`, async () => {
    using loading = new Loading();
    await loading.loadWhole(readDump(path));
    const databases = readView(view);
    for (const [database, expected] of databases.entries()) {
      loading.harness.run(`SELECT ${database}`);
      const keys = loading.harness.run("KEYS *") as string[];
      assertEquals(keys.sort(), Object.keys(expected).sort());
      for (const [key, value] of Object.entries(expected)) {
        // The members of sets have no order.
        const isSet = loading.harness.run(["TYPE", key]) === "set";
        const wanted = isSet ? (value as string[]).toSorted() : value;
        assertEquals(await asInView(loading, key), wanted);
      }
    }
  });
}

for (const [path, keys] of Object.entries(KEY_COUNTS)) {
  test(`${path} brings ${keys} keys`, async () => {
    using loading = new Loading();
    await loading.loadWhole(readDump(path));
    assertEquals(loading.harness.keyspace.size, keys);
  });
}

for (const [path, reason] of Object.entries(REFUSED)) {
  test(`${path} is refused, and what it brought before takes no memory once it is gone`, async () => {
    using loading = new Loading();
    const before = loading.harness.arena.usedBytes;
    const message = await loading.load(readDump(path));
    assertStringIncludes(String(message), reason);
    assert(/\(at byte offset \d+\)/.test(message!), message);
    loading.harness.run("FLUSHALL SYNC");
    assertEquals(loading.harness.arena.usedBytes, before);
  });
}

const ITEMS = ["1", "2", "3", "a", "b", "c", "100000", "6000000000"];
const SMALL_HASH = [["a", "1"], ["b", "2"], ["c", "3"]];
const OLD_ENCODINGS: Record<string, [type: string, encoding: string, value: unknown]> = {
  list: ["list", "listpack", [...ITEMS, ...ITEMS, ...ITEMS]],
  list_zipped: ["list", "listpack", ITEMS],
  number: ["string", "int", "10"],
  set: ["set", "listpack", ITEMS.toSorted()],
  set_zipped_1: ["set", "intset", ["1", "2", "3", "4"]],
  set_zipped_2: ["set", "intset", ["1", "2", "3", "4"].map((digit) => digit + "00000")],
  set_zipped_3: [
    "set",
    "intset",
    ["1", "2", "3", "4", "5", "6"].map((digit) => digit + "000000000"),
  ],
  hash_zipped: ["hash", "listpack", SMALL_HASH],
  string: ["string", "embstr", "Hello World"],
  zset_zipped: ["zset", "listpack", SMALL_HASH.flat()],
};

test("a dump with a value of every old encoding is read back whole", async () => {
  using loading = new Loading();
  await loading.loadWhole(readDump("redis-7.2.4/encodings.rdb"));
  for (const [key, [type, encoding, value]] of Object.entries(OLD_ENCODINGS)) {
    assertEquals(await viewKey(loading.ask, key), { type, encoding, expireAtMs: -1, value });
  }
  assertEquals(loading.harness.run("ZRANGE zset -3 -1"), ["aaaa", "cccc", "bbbb"]);
  assertEquals(loading.harness.run("HGET hash eee"), "5000000000");
});

test("fields that expire do so after the load, and their hash with the last of them", async () => {
  for (const path of ["librdb/hash_lp_with_hexpire_v12.rdb", "librdb/hash_with_expire_v12.rdb"]) {
    using loading = new Loading();
    await loading.loadWhole(readDump(path));
    const { harness } = loading;
    const fields = harness.run("HKEYS myhash") as string[];
    const times = harness.run(["HPEXPIRETIME", "myhash", "FIELDS", fields.length, ...fields]);
    const latestMs = Math.max(...times as number[]);
    assert(latestMs > harness.keyspace.nowMs);
    harness.later(latestMs + 1 - harness.keyspace.nowMs);
    const lasting = fields.length - (times as number[]).filter((ms) => ms > 0).length;
    assertEquals((harness.run("HKEYS myhash") as string[]).length, lasting);
    harness.later(1, () => new ExpireCycle(harness.keyspace).run(1000, 1));
    assertEquals(harness.run("HLEN myhash"), lasting);
  }
});

/** A key in the shape of a view. */
async function asInView({ ask }: Loading, key: string): Promise<unknown> {
  const { type, value } = await viewKey(ask, key);
  if (type === "hash") return Object.fromEntries(value as [string, string][]);
  if (type === "zset") return Object.fromEntries(pairsOf(value as Plain[]));
  if (type !== "stream") return value;
  // deno-lint-ignore no-explicit-any
  const { entries, facts } = value as any;
  return {
    entries: entries.map(([id, items]: [string, Plain[]]) => ({
      id,
      items: Object.fromEntries(pairsOf(items)),
    })),
    length: facts["length"],
    entriesAdded: facts["entries-added"],
    firstID: facts["recorded-first-entry-id"],
    lastID: facts["last-generated-id"],
    maxDelEntryID: facts["max-deleted-entry-id"],
    groups: facts.groups.map(groupInView),
  };
}

// deno-lint-ignore no-explicit-any
function groupInView(group: any): unknown {
  return {
    name: group.name,
    lastid: group["last-delivered-id"],
    entriesRead: group["entries-read"],
    pending: group.pending.map(([id, _, sent, count]: Plain[]) => ({ sent, id, count })),
    // deno-lint-ignore no-explicit-any
    consumers: group.consumers.map((consumer: any) => ({
      name: consumer.name,
      activeTime: consumer["seen-time"],
      seenTime: consumer["seen-time"],
      ...(consumer.pending.length === 0
        ? {}
        : { pending: consumer.pending.map(([id]: Plain[]) => ({ id })) }),
    })),
  };
}

/** Views, one a database. */
function readView(name: string): Record<string, unknown>[] {
  const text = Deno.readTextFileSync(new URL(`librdb/${name}`, FOLDER));
  if (text.trimStart().startsWith("[")) return JSON.parse(text);
  const { __aux__, __func__, __dbsize__, __slotinfo__, ...values } = JSON.parse(`{${text}}`);
  return [values];
}

function readDump(path: string): Uint8Array {
  return Deno.readFileSync(new URL(path, FOLDER));
}

function isFolder(url: URL): boolean {
  try {
    return Deno.statSync(url).isDirectory;
  } catch {
    return false;
  }
}

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, ignore: !available, fn });
}
