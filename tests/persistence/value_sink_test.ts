// What a load makes of values that contradict themselves, repeat themselves, or do not fit.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MovingArena } from "../memory/moving_arena.ts";
import { bytesOf, dump, lengthOf, plain } from "../rdb/dump_builder.ts";
import { type Element, listpack } from "../rdb/encodings/packed_builder.ts";
import { Loading, NOW_MS, viewKey } from "./loading.ts";
import {
  dumpOf,
  float64,
  int64,
  KEY,
  packed,
  STREAM_BLOCK,
  STREAM_BLOCKS,
  STREAM_FACTS,
  STREAM_GROUP,
  streamId,
} from "./one_value_dumps.ts";

const small = (integer: number): Element => ({ integer: BigInt(integer), encoding: 0 });
const id16 = packed(streamId(5));

/** Values that redis-server refuses too, or that would harm who reads them; and why they are refused. */
const REFUSED: [name: string, bytes: Uint8Array, reason: string][] = [
  [
    "set",
    dumpOf(2, 3, plain("a"), plain("b"), plain("a")),
    "set with a member that is in it twice",
  ],
  ["set of integers", dumpOf(2, 2, 0xc0, 7, plain("7")), "in it twice"],
  ["set as text and integer", dumpOf(2, 3, plain("a"), 0xc0, 7, plain("7")), "in it twice"],
  ["large set", largeSet(1000), "set with a member that is in it twice"],
  [
    "set of 200 in a listpack",
    dumpOf(20, packed(listpack(repeated(200, 1)))),
    "repeats an earlier",
  ],
  [
    "hash",
    dumpOf(4, 2, ...["f", "v", "f", "w"].map(plain)),
    "hash with a field that is in it twice",
  ],
  [
    "hash of long values",
    dumpOf(4, 2, plain("f"), plain("v".repeat(99)), plain("f"), plain("w")),
    "hash with a field that is in it twice",
  ],
  [
    "hash of a field with and one without expiry",
    dumpOf(
      24,
      int64(NOW_MS * 2),
      2,
      0,
      plain("f"),
      plain("v".repeat(99)),
      1,
      plain("f"),
      plain("w"),
    ),
    "hash with a field that is in it twice",
  ],
  ["hash of 600 in a listpack", dumpOf(16, packed(listpack(repeated(600, 2)))), "in it twice"],
  [
    "sorted set",
    dumpOf(5, 2, plain("m"), float64(1), plain("m"), float64(2)),
    "sorted set with a member that is in it twice",
  ],
  ["large sorted set", largeZset(500), "sorted set with a member that is in it twice"],
  [
    "sorted set of 200 in a listpack",
    dumpOf(17, packed(listpack(repeated(200, 2)))),
    "in it twice",
  ],
  ["score that is no number", dumpOf(5, 1, plain("m"), float64(NaN)), "no number"],
  [
    "stream of two blocks of the same ID",
    dumpOf(21, 2, id16, packed(STREAM_BLOCK), id16, packed(STREAM_BLOCK), STREAM_FACTS, 0),
    "stream with two blocks of the ID 5-0",
  ],
  [
    "stream without blocks",
    dumpOf(21, 0, STREAM_FACTS, 0),
    "stream of 2 entries that has no block",
  ],
  [
    "stream whose last ID lies among its entries",
    dumpOf(21, STREAM_BLOCKS, 2, 5, 0, 5, 0, 0, 0, 2, 0),
    "stream whose last ID is 5-0, below that of an entry",
  ],
  [
    "two groups of the same name",
    dumpOf(21, STREAM_BLOCKS, STREAM_FACTS, 2, STREAM_GROUP, STREAM_GROUP),
    "two consumer groups of the same name",
  ],
  [
    "entry that is pending twice",
    withGroup(2, streamId(5), int64(1), 1, streamId(5), int64(1), 1, 0),
    "pending twice",
  ],
  ["entry that nobody has", withGroup(1, streamId(5), int64(1), 1, 0), "that no consumer has"],
  [
    "consumer with an entry that is not pending",
    withGroup(0, 1, plain("ann"), int64(1), int64(1), 1, streamId(5)),
    "consumer with the entry 5-0, not pending in its group",
  ],
  [
    "two consumers with the same entry",
    withGroup(
      ...[1, streamId(5), int64(1), 1, 2],
      ...[plain("ann"), int64(1), int64(1), 1, streamId(5)],
      ...[plain("bob"), int64(1), int64(1), 1, streamId(5)],
    ),
    "consumers that both have the entry 5-0",
  ],
  [
    "two consumers of the same name",
    withGroup(0, 2, plain("ann"), int64(1), int64(1), 0, plain("ann"), int64(1), int64(1), 0),
    "two consumers of the same name",
  ],
];

/** A stream with one group, from its pending entries on. */
function withGroup(...rest: (number | Uint8Array)[]): Uint8Array {
  return dumpOf(21, STREAM_BLOCKS, STREAM_FACTS, 1, plain("group"), 6, 0, 2, ...rest);
}

/** Elements in groups, of which the last one repeats the first. */
function repeated(groups: number, groupLength: number): Element[] {
  return Array.from({ length: groups }, (_, i) => {
    const name = `element ${i % (groups - 1)}`;
    return [name, ...Array.from({ length: groupLength - 1 }, () => small(1))];
  }).flat();
}

function largeSet(size: number): Uint8Array {
  const members = Array.from({ length: size }, (_, i) => plain(`member ${i % (size - 1)}`));
  return dumpOf(2, lengthOf(size), ...members);
}

function largeZset(size: number): Uint8Array {
  const members = Array.from(
    { length: size },
    (_, i) => bytesOf(plain(`member ${i % (size - 1)}`), float64(size - i)),
  );
  return dumpOf(5, lengthOf(size), ...members);
}

for (const [name, bytes, reason] of REFUSED) {
  Deno.test(`refused: ${name}`, async () => {
    using loading = new Loading();
    const before = loading.harness.arena.usedBytes;
    const message = await loading.load(bytes);
    assertStringIncludes(String(message), reason);
    assertStringIncludes(String(message), `key "${KEY}"`);
    loading.harness.run("FLUSHALL SYNC");
    assertEquals(loading.harness.arena.usedBytes, before);
  });
}

Deno.test("a key that is in the file twice is refused, whatever its types are", async () => {
  using loading = new Loading();
  const list = bytesOf(1, plain(KEY), 1, plain("a"));
  for (const other of [list, bytesOf(0, plain(KEY), plain("v"))]) {
    const message = await loading.load(dump("REDIS0011", list, other));
    assertStringIncludes(String(message), `the key is in the file twice; key "${KEY}"`);
    loading.harness.run("FLUSHALL SYNC");
  }
});

Deno.test("small sorted sets that are out of order are put in order", async () => {
  // Members go from one form to the other, while the memory that they lie in may move.
  using loading = new Loading({ arena: new MovingArena() });
  const elements: Element[] = ["c", "2.5", "a", small(1), "b", small(2)];
  await loading.loadWhole(dumpOf(17, packed(listpack(elements))));
  const { value } = await viewKey(loading.ask, KEY);
  assertEquals(value, ["a", "1", "b", "2", "c", "2.5"]);
  assertEquals(loading.harness.run(["ZRANK", KEY, "c"]), 2);
});

Deno.test("fields that expire out of order do so in order, and for good", async () => {
  using loading = new Loading();
  const at = (ms: number): Element => ({ integer: BigInt(NOW_MS + ms), encoding: 0xf4 });
  const elements: Element[] = [
    "late",
    "1",
    at(2000),
    "never",
    "2",
    small(0),
    "soon",
    "3",
    at(1000),
  ];
  await loading.loadWhole(dumpOf(25, int64(NOW_MS), packed(listpack(elements))));
  const { harness } = loading;
  const ask = ["HPTTL", KEY, "FIELDS", 3, "late", "never", "soon"];
  assertEquals(harness.run(ask), [2000, -1, 1000]);
  harness.later(1500);
  assertEquals(harness.run(ask), [500, -1, -2]);
  harness.later(1500);
  assertEquals(harness.run(["HGETALL", KEY]), ["never", "2"]);
});

Deno.test("fields of a large hash keep their expiries", async () => {
  using loading = new Loading();
  const fields = Array.from({ length: 600 }, (_, i) => {
    const expiry = i % 3 === 0 ? lengthOf(1 + i) : 0;
    return bytesOf(expiry, plain(`field ${i}`), plain(`value ${i}`));
  });
  await loading.loadWhole(dumpOf(24, int64(NOW_MS + 1000), lengthOf(600), ...fields));
  const { harness } = loading;
  assertEquals(harness.run(["OBJECT", "ENCODING", KEY]), "hashtable");
  assertEquals(harness.run(["HPTTL", KEY, "FIELDS", 3, "field 0", "field 1", "field 597"]), [
    1000,
    -1,
    1597,
  ]);
  harness.later(1300);
  assertEquals(harness.run(["HMGET", KEY, "field 300", "field 303", "field 1"]), [
    null,
    "value 303",
    "value 1",
  ]);
});

Deno.test("a stream says how many entries it has and which is the first, whatever the file says", async () => {
  using loading = new Loading();
  await loading.loadWhole(
    dumpOf(21, STREAM_BLOCKS, bytesOf(9, 6, 0, 3, 0, 0, 0, 9), 1, STREAM_GROUP),
  );
  const { harness } = loading;
  assertEquals(harness.run(["XLEN", KEY]), 2);
  const { value } = await viewKey(loading.ask, KEY);
  // deno-lint-ignore no-explicit-any
  const { facts } = value as any;
  assertEquals(facts["recorded-first-entry-id"], "5-0");
  assertEquals(harness.run(["XPENDING", KEY, "group", "-", "+", 9]), [[
    "5-0",
    "ann",
    NOW_MS - 1000,
    3,
  ]]);
  assertEquals(harness.run(["XACK", KEY, "group", "5-0"]), 1);
});

Deno.test("streams of before Redis 7.0 get the counters that can be told from their entries", async () => {
  using loading = new Loading();
  const group = bytesOf(plain("group"), 5, 0, 0, 0);
  await loading.loadWhole(dumpOf(15, STREAM_BLOCKS, 2, 6, 0, 1, group));
  const { value } = await viewKey(loading.ask, KEY);
  // deno-lint-ignore no-explicit-any
  const { facts } = value as any;
  assertEquals([facts["entries-added"], facts["recorded-first-entry-id"]], [2, "5-0"]);
  assertEquals([facts.groups[0]["entries-read"], facts.groups[0].lag], [1, 1]);
});

Deno.test("idle time and frequency of a key are kept, whatever its type", async () => {
  const list = bytesOf(1, plain("k"), 1, plain("a"));
  using idle = new Loading();
  await idle.loadWhole(dump("REDIS0011", 0xf8, lengthOf(100), list));
  assertEquals(idle.harness.run("OBJECT IDLETIME k"), 100);
  using frequent = new Loading({ config: { "maxmemory-policy": "allkeys-lfu" } });
  await frequent.loadWhole(dump("REDIS0011", 0xf9, 42, list));
  assertEquals(frequent.harness.run("OBJECT FREQ k"), 42);
});

Deno.test("a value that is over is passed over", async () => {
  using loading = new Loading();
  const hash = bytesOf(4, plain("over"), 1, plain("f"), plain("v"));
  const stream = bytesOf(21, plain("s"), STREAM_BLOCKS, STREAM_FACTS, 1, STREAM_GROUP);
  const over = bytesOf(0xfc, int64(NOW_MS - 1));
  await loading.loadWhole(dump("REDIS0011", over, hash, over, stream, 0, plain("k"), plain("v")));
  assertEquals(loading.harness.run("KEYS *"), ["k"]);
  assertEquals(loading.loader.lastKeysExpired, 2);
});

Deno.test("when memory runs out in the middle of a value, all of it is given back", async () => {
  const member = (i: number) => plain(`a member of some length, number ${i}`);
  const items = Array.from({ length: 30_000 }, (_, i) => i);
  const dumps: [string, Uint8Array][] = [
    ["set", dumpOf(2, lengthOf(30_000), ...items.map(member))],
    ["hash", dumpOf(4, lengthOf(15_000), ...items.map(member))],
    ["zset", dumpOf(5, lengthOf(30_000), ...items.map((i) => bytesOf(member(i), float64(-i))))],
    ["list", dumpOf(1, lengthOf(30_000), ...items.map(member))],
  ];
  for (const [type, bytes] of dumps) {
    using loading = new Loading({ arenaBytes: 1 << 20 });
    const before = loading.harness.arena.usedBytes;
    assertStringIncludes(String(await loading.load(bytes)), "does not fit in memory", type);
    assertEquals(loading.harness.arena.usedBytes, before, type);
    assert(loading.harness.keyspace.size === 0);
  }
});

Deno.test("what was skipped because it is empty is told in the log's summary", async () => {
  using loading = new Loading();
  await loading.loadWhole(dump("REDIS0011", 1, plain("empty"), 0, 0, plain("k"), plain("v")));
  assertEquals(loading.log.at(-2)?.includes("keys expired: 0, empty keys skipped: 1."), true);
});
