/** SCAN's guarantee while the table grows and shrinks between calls, and walks within one call. */

import { assert, assertEquals } from "@std/assert";
import type { Database } from "../../src/store/database.ts";
import { eachLiveKey, randomKey, scanTable, tableCursor } from "../../src/store/scan.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { drop, put, smallKeyspace, textOf } from "./small_keyspace.ts";

/** Grows or shrinks the database at random, without touching the keys that begin with "stays". */
function disturb(database: Database, random: Seeded, passing: string[]): void {
  const how = random.below(5);
  if (how === 0) {
    for (let n = random.below(random.pick([10, 300, 3000])); n > 0; n--) {
      const name = `passes:${random.next32()}`;
      put(database, name);
      passing.push(name);
    }
  } else if (how === 1) {
    const kept = random.pick([0, passing.length >> 1, passing.length >> 4]);
    while (passing.length > kept) drop(database, passing.pop()!);
  } else if (how === 2) {
    // Lookups move a bucket each while the table is being resized.
    for (let n = random.below(100); n > 0; n--) drop(database, "nothing");
  } else if (how === 3) database.table.rehash(random.below(50));
}

Deno.test("SCAN returns every key that stays, however the table grows and shrinks meanwhile", async () => {
  await forEachSeed(60, (random) => {
    const database = smallKeyspace(random.next32()).keyspace.databases[0];
    const passing: string[] = [];
    const stays = Array.from({ length: random.below(400) }, (_, i) => `stays:${i}`);
    for (const name of stays) put(database, name);
    for (let n = random.below(4); n > 0; n--) disturb(database, random, passing);
    const seen = new Set<string>();
    const count = random.pick([1, 3, 10, 100]);
    let cursor = 0, calls = 0;
    do {
      cursor = scanTable(database.table, cursor, count, (ref) => {
        seen.add(textOf(database.keyOf(ref)));
      });
      disturb(database, random, passing);
      assert(++calls < 100_000, "the walk ends");
    } while (cursor !== 0);
    assertEquals(stays.filter((name) => !seen.has(name)), []);
  });
});

Deno.test("SCAN returns each key once while nothing changes, in the middle of a resize too", async () => {
  await forEachSeed(100, (random) => {
    const database = smallKeyspace(random.next32()).keyspace.databases[0];
    const count = random.below(3000);
    for (let i = 0; i < count; i++) put(database, `k${i}`);
    if (random.chance(0.5)) {
      for (let i = random.below(count + 1); i < count; i++) drop(database, `k${i}`);
    }
    const seen: string[] = [];
    let cursor = 0;
    do {
      cursor = scanTable(database.table, cursor, random.between(1, 50), (ref) => {
        seen.push(textOf(database.keyOf(ref)));
      });
    } while (cursor !== 0);
    assertEquals(seen.length, database.size);
    assertEquals(new Set(seen).size, database.size);
  });
});

Deno.test("one call sees about as many keys as it is asked for, and gives up in a sparse table", () => {
  const database = smallKeyspace().keyspace.databases[0];
  for (let i = 0; i < 5000; i++) put(database, `k${i}`);
  while (database.table.rehash(1000));
  let seen = 0;
  const next = scanTable(database.table, 0, 100, () => seen++);
  assert(next !== 0);
  assert(seen >= 100 && seen < 130, `${seen} keys`);
  const sparse = smallKeyspace().keyspace.databases[0];
  sparse.table.reserve(1 << 20);
  put(sparse, "alone");
  let calls = 0, cursor = 0, found = 0;
  do {
    cursor = scanTable(sparse.table, cursor, 10_000, () => found++);
    calls++;
  } while (cursor !== 0);
  assertEquals(found, 1);
  assert(calls > 5, `${calls} calls`);
});

Deno.test("a cursor no table gave out ends the walk like any other", () => {
  const database = smallKeyspace().keyspace.databases[0];
  assertEquals(scanTable(database.table, 17, 10, () => {}), 0);
  for (let i = 0; i < 100; i++) put(database, `k${i}`);
  for (const odd of [12345, 2 ** 32 - 1, 2 ** 40 + 5, 2n ** 64n - 1n]) {
    let cursor = tableCursor(odd), calls = 0;
    do cursor = scanTable(database.table, cursor, 10, () => {}); while (
      cursor !== 0 && ++calls < 99
    );
    assertEquals(cursor, 0);
  }
});

Deno.test("a walk over all keys leaves out those whose time is over and removes nothing", () => {
  const { keyspace, clock } = smallKeyspace();
  const database = keyspace.databases[0];
  put(database, "lives");
  put(database, "later", "", keyspace.nowMs + 1000);
  put(database, "over", "", keyspace.nowMs + 10);
  clock.advanceMs(10);
  keyspace.freezeClock();
  const seen: string[] = [];
  eachLiveKey(database, (ref) => seen.push(textOf(database.keyOf(ref))));
  assertEquals(seen.sort(), ["later", "lives"]);
  assertEquals(database.size, 3);
});

Deno.test("a random key is any key, and removes those it meets whose time is over", () => {
  const { keyspace, clock } = smallKeyspace();
  const database = keyspace.databases[0];
  assertEquals(randomKey(database), 0);
  for (let i = 0; i < 20; i++) put(database, `k${i}`);
  for (let i = 0; i < 50; i++) put(database, `over${i}`, "", keyspace.nowMs + 1);
  clock.advanceMs(1);
  keyspace.freezeClock();
  const seen = new Set<string>();
  for (let i = 0; i < 2000; i++) seen.add(textOf(database.keyOf(randomKey(database))));
  assertEquals(seen.size, 20);
  assertEquals(database.size, 20);
  for (let i = 0; i < 20; i++) drop(database, `k${i}`);
  put(database, "over", "", keyspace.nowMs);
  assertEquals(randomKey(database), 0);
  assertEquals(database.size, 0);
});

Deno.test("a replica without any other key answers one whose time is over, and keeps it", () => {
  const { keyspace } = smallKeyspace();
  keyspace.expiresKeys = false;
  const database = keyspace.databases[0];
  put(database, "over", "", keyspace.nowMs);
  assertEquals(textOf(database.keyOf(randomKey(database))), "over");
  assertEquals(database.size, 1);
});
