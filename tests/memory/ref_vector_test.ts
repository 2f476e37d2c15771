import { assert, assertEquals, assertThrows } from "@std/assert";
import { Arena, ArenaFullError } from "../../src/memory/arena.ts";
import { RefVector } from "../../src/memory/ref_vector.ts";
import { forEachSeed } from "../support/seeded.ts";

Deno.test("elements are found by position across chunks, as in an array", async () => {
  await forEachSeed(3, (random) => {
    const vector = new RefVector(new Arena(8 << 20));
    const model: number[] = [];
    for (let step = 0; step < 60_000; step++) {
      if (model.length === 0 || random.chance(step < 30_000 ? 0.8 : 0.3)) {
        const ref = random.below(2 ** 31);
        assertEquals(vector.push(ref), model.length);
        model.push(ref);
      } else if (random.chance(0.5)) {
        const position = random.below(model.length), ref = random.below(2 ** 31);
        vector.set(position, ref);
        model[position] = ref;
      } else assertEquals(vector.pop(), model.pop());
      if (model.length > 0) {
        const position = random.below(model.length);
        assertEquals(vector.get(position), model[position]);
      }
    }
    assertEquals(vector.length, model.length);
  });
});

Deno.test("chunks are given back as the vector shrinks, but not at each turn around a border", () => {
  const arena = new Arena(8 << 20);
  const vector = new RefVector(arena);
  for (let i = 0; i < 4096 * 5; i++) vector.push(i);
  assertEquals(vector.bytes, 5 * 16384);
  for (let i = 0; i < 4096 * 4; i++) vector.pop();
  assert(vector.bytes <= 2 * 16384);
  const before = arena.usedBytes;
  for (let i = 0; i < 10; i++) {
    vector.push(1);
    vector.pop();
  }
  assertEquals(arena.usedBytes, before);
  vector.clear();
  assertEquals(arena.usedBytes, 0);
  assertEquals(vector.length, 0);
});

Deno.test("a vector that cannot grow keeps its length", () => {
  const arena = new Arena(256 * 1024);
  const vector = new RefVector(arena);
  for (let i = 0; i < 4096; i++) vector.push(i);
  const fill: number[] = [];
  assertThrows(() => {
    for (;;) fill.push(arena.allocate(4096 * 4));
  }, ArenaFullError);
  assertThrows(() => vector.push(4096), ArenaFullError);
  assertEquals(vector.length, 4096);
  assertEquals(vector.pop(), 4095);
  assertEquals(vector.push(7), 4095);
});
