// Linking many entries at once against linking them one by one.
import { assertEquals } from "@std/assert";
import { Arena } from "../../src/memory/arena.ts";
import { HashTable } from "../../src/memory/hash_table.ts";
import { linkEntries } from "../../src/memory/table_link.ts";

const BATCH = 64;

function entry(arena: Arena, key: string): number {
  const ref = arena.allocate(16 + key.length);
  arena.i32[ref * 2 + 2] = key.length;
  for (let i = 0; i < key.length; i++) arena.u8[ref * 8 + 16 + i] = key.charCodeAt(i);
  return ref;
}

/** Links keys in batches; answers how many were linked before one was there already. */
function linkAll(table: HashTable, keys: string[], hashOf: (ref: number) => number): number {
  const refs = new Int32Array(BATCH), hashes = new Int32Array(BATCH);
  for (let first = 0; first < keys.length; first += BATCH) {
    const count = Math.min(BATCH, keys.length - first);
    for (let i = 0; i < count; i++) {
      refs[i] = entry(table.arena, keys[first + i]);
      hashes[i] = hashOf(refs[i]);
    }
    const linked = linkEntries(table, refs, hashes, 0, count);
    if (linked < count) return first + linked;
  }
  return keys.length;
}

function find(table: HashTable, key: string, hashOf: (ref: number) => number): boolean {
  const ref = entry(table.arena, key), { u8 } = table.arena, start = ref * 8 + 16;
  return table.find(u8, start, start + key.length, hashOf(ref)) !== 0;
}

const KEYS = Array.from({ length: 3000 }, (_, n) => `key:${n}`);

for (const reserved of [0, KEYS.length, 4096]) {
  for (const few of [false, true]) {
    const hashes = few ? "of which many are equal" : "of the table";
    Deno.test(`all keys are found with room for ${reserved} and hashes ${hashes}`, () => {
      const arena = new Arena(), table = new HashTable(arena, { k0: 1, k1: 2 });
      const hashOf = (ref: number) => {
        const start = ref * 8 + 16, end = start + arena.i32[ref * 2 + 2];
        const hash = table.hash(arena.u8, start, end);
        return few ? hash % 500 : hash;
      };
      if (reserved > 0) table.reserve(reserved);
      assertEquals(linkAll(table, KEYS, hashOf), KEYS.length);
      assertEquals(table.size, KEYS.length);
      for (const key of KEYS) assertEquals(find(table, key, hashOf), true);
      assertEquals(find(table, "key:", hashOf), false);
      assertEquals(find(table, "key:3000", hashOf), false);
      // In the third of the entries that come, and in the table already.
      assertEquals(linkAll(table, ["new:1", "new:2", "key:77", "new:3"], hashOf), 2);
      assertEquals(table.size, KEYS.length + 2);
      // Twice among those that come.
      assertEquals(linkAll(table, ["new:4", "new:5", "new:4"], hashOf), 2);
      assertEquals(table.size, KEYS.length + 4);
    });
  }
}
