import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { checkDatabase, listen, newStore, put, valueOf } from "./fixture.ts";

Deno.test("a flushed database is empty and usable at once; its memory comes back in slices", () => {
  const store = newStore();
  const { database, keyspace, arena } = store;
  const flushed: number[] = [];
  listen(keyspace, { flushed: ({ index }) => void flushed.push(index) });
  const before = arena.usedBytes;
  for (let n = 0; n < 10_000; n++) put(database, `k${n}`, "x".repeat(n % 3000), n % 2 ? 9e12 : -1);
  const full = arena.usedBytes;
  assertEquals(keyspace.flush(database, true), 10_000);
  assertEquals([database.size, database.expires.length, flushed], [0, 0, [0]]);
  assert(arena.usedBytes > full * 0.9, "freeing waits");
  assertEquals(keyspace.graveyard.pending, 10_000);
  put(database, "k1", "new");
  let slices = 1;
  while (keyspace.graveyard.dig(500)) {
    assert(keyspace.graveyard.pending < 10_000);
    slices++;
  }
  assert(slices >= 15 && slices <= 30, `${slices} slices`);
  assertEquals(keyspace.graveyard.freed, 10_000);
  assertEquals(valueOf(database, "k1"), "new");
  keyspace.flush(database, false);
  assertEquals(arena.usedBytes, before);
});

Deno.test("a slice of freeing is short in a table that is nearly empty too", () => {
  const { database, keyspace } = newStore();
  database.table.reserve(200_000);
  put(database, "only", "v");
  keyspace.flush(database, true);
  let buckets = 0;
  for (;;) {
    const more = keyspace.graveyard.dig(100);
    buckets++;
    if (!more) break;
  }
  assert(buckets > 5, `the table was walked in ${buckets} slices`);
});

Deno.test("a database flushed in the middle of a rehash loses nothing of its memory", () => {
  const { database, keyspace, arena } = newStore();
  const before = arena.usedBytes;
  for (let n = 0; n < 3000 || !database.table.rehashing; n++) put(database, `k${n}`, "v");
  assert(database.table.rehashing);
  keyspace.flush(database, false);
  assertEquals(arena.usedBytes, before);
});

Deno.test("swapped databases exchange keys, expiries and nothing else", () => {
  const { keyspace } = newStore();
  const [a, b] = keyspace.databases;
  put(a, "in a", "1", keyspace.nowMs + 1000);
  put(b, "in b", "2");
  keyspace.swap(0, 1);
  assertEquals([a.index, b.index], [0, 1]);
  assertEquals([valueOf(b, "in a"), valueOf(a, "in b")], ["1", "2"]);
  assertEquals([a.expires.length, b.expires.length], [0, 1]);
  checkDatabase(a);
  checkDatabase(b);
  keyspace.swap(1, 1);
  assertEquals(valueOf(b, "in a"), "1");
});

Deno.test("the hash of every keyspace has another seed", () => {
  const keys = [1, 2, 3].map((seed) => newStore({ seed }).keyspace.hashKey);
  assertNotEquals(keys[0], keys[1]);
  assertNotEquals(keys[1], keys[2]);
});

Deno.test("a server that writes and deletes for ever does not grow", () => {
  const { database, keyspace, arena, clock } = newStore();
  let state = 7;
  const next = () => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) >>> 8;
  const work = (steps: number) => {
    for (let n = 0; n < steps; n++) {
      const key = `k${next() % 20_000}`;
      if (next() % 3 > 0) put(database, key, "x".repeat(next() % 400), next() % 2 ? 9e12 : -1);
      else put(database, key, "", keyspace.nowMs + 5);
      if (n % 1000 === 0) {
        clock.advanceMs(1);
        keyspace.freezeClock();
      }
    }
  };
  work(100_000);
  const { touchedBytes } = arena;
  work(500_000);
  const growth = arena.touchedBytes / touchedBytes;
  assert(growth < 1.15, `the memory grew to ${growth.toFixed(2)} times its size`);
});
