import { assert, assertEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../src/base/invariant.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { Arena, ArenaFullError } from "../../src/memory/arena.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { KeyTable } from "./table_fixture.ts";

/** Keys of all lengths, zero included, with bytes that are not text. */
function someKey(random: Seeded, variety: number): string {
  const n = random.below(variety);
  if (n === 0) return "";
  return String.fromCharCode(n & 255) + "\0".repeat(n % 7) + n;
}

function checkSame(keys: KeyTable, model: Set<string>): void {
  assertEquals(keys.table.size, model.size);
  assertEquals(keys.keys().sort(), [...model].sort());
}

Deno.test("add, delete, move and find answer as a Set while the table grows and shrinks", async () => {
  await forEachSeed(3, (random) => {
    const keys = new KeyTable(random.next32());
    const model = new Set<string>();
    let sawGrowth = false, sawShrinking = false, movedWhileRehashing = false;
    for (let step = 0; step < 60_000; step++) {
      const key = someKey(random, 6000);
      const growing = step % 30_000 < 11_000;
      const before = keys.table.buckets, wasRehashing = keys.table.rehashing;
      if (random.chance(growing ? 0.75 : 0.01)) {
        assertEquals(keys.add(key), !model.has(key));
        model.add(key);
      } else if (random.chance(0.8)) assertEquals(keys.delete(key), model.delete(key));
      else {
        const moved = keys.move(key);
        assertEquals(moved, model.has(key));
        movedWhileRehashing ||= moved && keys.table.rehashing;
      }
      if (!wasRehashing && keys.table.rehashing) {
        if (keys.table.buckets > before * 2) sawGrowth = true;
        else sawShrinking = true;
      }
      const probe = someKey(random, 6000);
      assertEquals(keys.has(probe), model.has(probe));
      if (step % 10_000 === 0) checkSame(keys, model);
    }
    checkSame(keys, model);
    assert(sawGrowth && sawShrinking && movedWhileRehashing, "all phases were seen");
  });
});

Deno.test("removing everything gives all memory back but the smallest table", () => {
  const keys = new KeyTable();
  for (let n = 0; n < 50_000; n++) keys.add(`k${n}`);
  for (let n = 0; n < 50_000; n++) assert(keys.delete(`k${n}`));
  assertEquals(keys.table.size, 0);
  while (keys.table.rehash(1000));
  assertEquals(keys.table.rehash(1), false);
  assertEquals(keys.arena.usedBytes, keys.table.tableBytes);
  assert(keys.table.tableBytes <= 512, `${keys.table.tableBytes} bytes of buckets are left`);
  keys.table.reset();
  assertEquals(keys.arena.usedBytes, 0);
  assert(keys.add("again") && keys.has("again"));
});

Deno.test("no operation moves more than one full bucket", () => {
  const keys = new KeyTable();
  keys.table.reserve(4096);
  while (keys.table.size * 2 < keys.table.buckets) keys.add(`k${keys.table.size}`);
  let finds = 0;
  keys.add("one more");
  keys.add("and one");
  assert(keys.table.rehashing);
  while (keys.table.rehashing) {
    keys.find("nobody");
    finds++;
  }
  assert(finds > 1000, `the table was moved by ${finds} lookups`);
});

Deno.test("a reserved table takes so many keys without rehashing", () => {
  const keys = new KeyTable();
  keys.table.reserve(10_000);
  const { buckets } = keys.table;
  for (let n = 0; n < 10_000; n++) keys.add(`k${n}`);
  assertEquals(keys.table.rehashing, false);
  assertEquals(keys.table.buckets, buckets);
  keys.table.reserve(100_000);
  assert(keys.table.rehashing);
  for (let n = 0; n < 10_000; n++) assert(keys.has(`k${n}`));
});

Deno.test("the cron shrinks a table that was reserved for keys that never came", () => {
  const keys = new KeyTable();
  keys.table.reserve(1_000_000);
  keys.add("only");
  while (keys.table.rehash(10_000));
  while (keys.table.rehash(10_000));
  assert(keys.table.tableBytes <= 512);
  assert(keys.has("only"));
});

Deno.test("a paused table keeps its entries where they are, and nests", () => {
  const keys = new KeyTable();
  for (let n = 0; keys.table.rehashing || n < 1000; n++) keys.add(`k${n}`);
  keys.table.reserve(keys.table.size * 8);
  keys.table.pauseRehash();
  keys.table.pauseRehash();
  keys.table.resumeRehash();
  for (let n = 0; n < 100_000; n++) keys.find("x");
  assert(keys.table.rehash(1_000_000), "not even the cron moves anything");
  keys.table.resumeRehash();
  while (keys.table.rehash(1000));
  assertEquals(keys.table.rehashing, false);
});

Deno.test("a walk sees every key that is there from its start to its end, whatever else happens", async () => {
  await forEachSeed(6, (random) => {
    const keys = new KeyTable(random.next32());
    const stable: string[] = [];
    for (let n = random.between(5, 400); n > 0; n--) {
      stable.push(`stable ${n}`);
      keys.add(`stable ${n}`);
    }
    const filler = random.between(0, 4000);
    const growing = random.chance(0.5);
    if (!growing) { for (let n = 0; n < filler; n++) keys.add(`filler ${n}`); }
    const seen = new Set<string>();
    let cursor = 0, steps = 0, next = 0;
    const perStep = random.between(0, 40);
    do {
      cursor = keys.scan(cursor, seen);
      for (let n = 0; n < perStep && next < filler; n++, next++) {
        if (growing) keys.add(`filler ${next}`);
        else keys.delete(`filler ${next}`);
      }
      if (random.chance(0.2)) keys.table.rehash(random.below(200));
      if (++steps > 1_000_000) throw new Error("the walk does not end");
    } while (cursor !== 0);
    for (const key of stable) assert(seen.has(key), `${key} was missed`);
  });
});

Deno.test("a walk over a table at rest sees every key exactly once", () => {
  const keys = new KeyTable();
  for (let n = 0; n < 5000; n++) keys.add(`k${n}`);
  while (keys.table.rehash(1000));
  let visits = 0, cursor = 0;
  do cursor = keys.table.scan(cursor, () => visits++); while (cursor !== 0);
  assertEquals(visits, 5000);
  assertEquals(new KeyTable().table.scan(0, () => {}), 0);
});

Deno.test("a random entry is any entry, about equally often, and also of a sparse table", () => {
  const keys = new KeyTable(9);
  const random = new SeededRandom(5);
  assertEquals(keys.table.randomEntry(random), 0);
  keys.table.reserve(20_000);
  for (let n = 0; n < 200; n++) keys.add(`k${n}`);
  const counts = new Map<string, number>();
  for (let n = 0; n < 20_000; n++) {
    const key = keys.keyOf(keys.table.randomEntry(random));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assertEquals(counts.size, 200);
  assert(Math.min(...counts.values()) > 20 && Math.max(...counts.values()) < 250);
  // While entries move, both arrays are drawn from.
  const moving = new KeyTable(10);
  for (let n = 0; n < 1100; n++) moving.add(`k${n}`);
  moving.table.reserve(20_000);
  moving.table.rehash(600);
  assert(moving.table.rehashing);
  const drawn = new Set<string>();
  for (let n = 0; n < 60_000; n++) drawn.add(moving.keyOf(moving.table.randomEntry(random)));
  assertEquals(drawn.size, 1100);
});

Deno.test("draining takes each entry once, also in the middle of a rehash", async () => {
  await forEachSeed(4, (random) => {
    const keys = new KeyTable(random.next32());
    const count = random.between(0, 3000);
    for (let n = 0; n < count; n++) keys.add(`k${n}`);
    if (count > 0) keys.table.reserve(count * random.between(1, 4));
    keys.table.rehash(random.below(500));
    const taken: string[] = [];
    let cursor = 0;
    do {
      cursor = keys.table.drainBucket(cursor, (ref) => {
        taken.push(keys.keyOf(ref));
        keys.arena.free(ref);
      });
    } while (cursor !== 0);
    assertEquals(new Set(taken).size, count);
    assertEquals(taken.length, count);
    assertEquals(keys.table.size, 0);
    keys.table.reset();
    assertEquals(keys.arena.usedBytes, 0);
  });
});

Deno.test("unlinking what is not in the table is noticed instead of looping for ever", () => {
  const keys = new KeyTable();
  keys.add("a");
  const ref = keys.find("a");
  keys.table.unlink(ref);
  assertThrows(() => keys.table.unlink(ref), InvariantError);
});

Deno.test("a table that cannot grow or shrink for want of memory goes on working", () => {
  const keys = new KeyTable(3, new Arena(1 << 20));
  const blocks: number[] = [];
  assertThrows(() => {
    for (let n = 0;; n++) {
      keys.add(`key number ${n}`);
      if (n % 4 === 3) blocks.push(keys.arena.allocate(100));
    }
  }, ArenaFullError);
  const count = keys.table.size;
  assert(count > 5000, `${count} keys went in`);
  assertEquals(keys.keys().length, count);
  for (const key of keys.keys()) assert(keys.delete(key));
  for (const ref of blocks) keys.arena.free(ref);
  keys.table.reset();
  assertEquals(keys.arena.usedBytes, 0);
});

Deno.test("the buckets looked at ahead of time are those that hold the keys", () => {
  const keys = new KeyTable(), { arena, table } = keys;
  const entries = new Int32Array(2), hashes = new Int32Array(2);
  table.fetchFirst(hashes.fill(123), 2, entries.fill(7));
  assertEquals([...entries], [0, 0]);
  let rehashing = 0;
  for (let n = 0; n < 3000; n++) {
    keys.add(`k${n}`);
    const bytes = [`k${n >> 1}`, `k${n}`].map((key) => new TextEncoder().encode(key));
    bytes.forEach((key, i) => hashes[i] = table.hash(key, 0, key.length));
    table.fetchFirst(hashes, 2, entries);
    bytes.forEach((key, i) => {
      const wanted = table.find(key, 0, key.length, hashes[i]);
      let ref = entries[i];
      while (ref !== 0 && ref !== wanted) ref = arena.i32[ref * 2];
      // While entries move, a key may still be behind the other one of its two buckets.
      if (!table.rehashing) assertEquals(ref, wanted, `k${n}`);
      else if (ref === wanted) rehashing++;
    });
  }
  assert(rehashing > 100, `${rehashing} found while entries move`);
});
