import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../src/base/random.ts";
import { fairEntry, TableWalk } from "../../src/memory/table_walk.ts";
import { KeyTable } from "./table_fixture.ts";

function filled(count: number): KeyTable {
  const table = new KeyTable();
  for (let i = 0; i < count; i++) table.add(`k${i}`);
  return table;
}

function walked(keys: KeyTable): string[] {
  const walk = new TableWalk();
  const found: string[] = [];
  walk.begin(keys.table);
  for (let ref = walk.next(); ref !== 0; ref = walk.next()) found.push(keys.keyOf(ref));
  walk.end();
  return found;
}

Deno.test("a walk visits every entry once, also while the table moves to another size", () => {
  for (let count = 0; count < 200; count++) {
    const keys = filled(count);
    const found = walked(keys);
    assertEquals(found.length, count);
    assertEquals(new Set(found).size, count);
  }
});

Deno.test("the entry that a walk stepped to may be removed, down to the last one", () => {
  const keys = filled(5000);
  const walk = new TableWalk();
  let removed = 0;
  walk.begin(keys.table);
  for (let ref = walk.next(); ref !== 0; ref = walk.next()) {
    keys.table.unlink(ref);
    keys.arena.free(ref);
    removed++;
  }
  walk.end();
  assertEquals(removed, 5000);
  assertEquals(keys.table.size, 0);
  assertEquals(walked(keys), []);
});

Deno.test("random entries are nearly equally likely in small and in large tables", () => {
  const random = new SeededRandom(7);
  for (const count of [1, 2, 20, 100, 6000]) {
    const keys = filled(count);
    while (keys.table.rehash(100)) { /* until it has its size */ }
    const drawn = new Map<number, number>();
    const perEntry = 60;
    for (let i = 0; i < count * perEntry; i++) {
      const ref = fairEntry(keys.table, random);
      drawn.set(ref, (drawn.get(ref) ?? 0) + 1);
    }
    assertEquals(drawn.size, count, "every entry is drawn");
    let excess = 0;
    for (const times of drawn.values()) excess += (times - perEntry) ** 2 / perEntry;
    // The sum of squares is about one an entry; a random link of a random bucket makes five of it.
    assert(excess < count * 2 + 10, `${excess} for ${count} entries`);
  }
});

Deno.test("a table that only random picks shrink gets smaller all the same", () => {
  const random = new SeededRandom(3);
  const keys = filled(20_000);
  while (keys.table.size > 0) {
    const ref = fairEntry(keys.table, random);
    keys.table.unlink(ref);
    keys.arena.free(ref);
  }
  assert(keys.table.buckets < 4096, `${keys.table.buckets} buckets for nothing`);
});
