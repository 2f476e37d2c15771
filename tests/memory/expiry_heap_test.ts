import { assertEquals } from "@std/assert";
import { Arena } from "../../src/memory/arena.ts";
import { ExpiryHeap, instantOf, writeInstant } from "../../src/memory/expiry_heap.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const KEY_BYTES = 5;
const ENTRY_BYTES = 16 + 8 + 12;

/** An entry as a hash table has it, with words for an expiry behind its key. */
function entry(arena: Arena, atMs: number): number {
  const ref = arena.allocate(ENTRY_BYTES);
  arena.i32[ref * 2 + 2] = KEY_BYTES;
  writeInstant(arena, ref, atMs);
  return ref;
}

Deno.test("instants beyond 32 bits are kept", () => {
  const arena = new Arena(1 << 20);
  for (const atMs of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 1_700_000_000_123, 2 ** 46 - 1]) {
    assertEquals(instantOf(arena, entry(arena, atMs)), atMs);
  }
});

Deno.test("the entry that is over first is first, whatever is added, changed, moved, removed", async () => {
  await forEachSeed(20, (random) => {
    const arena = new Arena(16 << 20);
    const heap = new ExpiryHeap(arena);
    const entries: number[] = [];
    for (let step = 0; step < 400; step++) {
      change(arena, heap, entries, random);
      const instants = entries.map((ref) => instantOf(arena, ref));
      assertEquals(heap.length, entries.length);
      assertEquals(heap.firstAtMs, entries.length === 0 ? -1 : Math.min(...instants));
    }
    for (const ref of entries) arena.free(ref);
    heap.clear();
    assertEquals(arena.usedBytes, 0);
  });
});

function change(arena: Arena, heap: ExpiryHeap, entries: number[], random: Seeded): void {
  const which = random.below(entries.length + 1);
  const ref = entries[which];
  switch (ref === undefined ? 0 : random.below(4)) {
    case 0: {
      const added = entry(arena, random.below(50));
      heap.add(added);
      entries.push(added);
      return;
    }
    case 1:
      writeInstant(arena, ref, random.below(50));
      return heap.changed(ref);
    case 2: {
      const moved = arena.allocate(ENTRY_BYTES);
      arena.u8.copyWithin(moved * 8, ref * 8, ref * 8 + ENTRY_BYTES);
      heap.moved(moved);
      arena.free(ref);
      entries[which] = moved;
      return;
    }
    default:
      heap.remove(ref);
      arena.free(ref);
      entries.splice(which, 1);
  }
}
