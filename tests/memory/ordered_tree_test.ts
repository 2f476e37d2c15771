// The ordered tree against a sorted array, over seeded steps.
import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../src/base/random.ts";
import { Arena } from "../../src/memory/arena.ts";
import { INNER_BYTES, LEAF_BYTES } from "../../src/memory/ordered_nodes.ts";
import { OrderedTree } from "../../src/memory/ordered_tree.ts";

/** A member entry as the hash table lays it out: 16 bytes of header with the length, then the key. */
function memberEntry(arena: Arena, name: string): number {
  const bytes = new TextEncoder().encode(name);
  const ref = arena.allocate(16 + bytes.length);
  arena.i32[ref * 2 + 2] = bytes.length;
  arena.u8.set(bytes, ref * 8 + 16);
  return ref;
}

interface Element {
  score: number;
  name: string;
  member: number;
}

function inOrder(a: Element, b: Element): number {
  return a.score - b.score || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

function placeOf(model: Element[], element: Element): number {
  let low = 0, high = model.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (inOrder(model[middle], element) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function contents(tree: OrderedTree): [number, number][] {
  const found: [number, number][] = [];
  if (!tree.seekRank(0)) return found;
  do found.push([tree.score(), tree.member()]); while (tree.advance());
  return found;
}

function checkWhole(tree: OrderedTree, model: Element[]): void {
  assertEquals(tree.size, model.length);
  assertEquals(contents(tree), model.map((e) => [e.score, e.member]));
  for (let rank = 0; rank < model.length; rank++) {
    assertEquals(tree.rankOf(model[rank].score, model[rank].member), rank);
  }
  if (model.length === 0) return;
  tree.seekRank(model.length - 1);
  let rank = model.length - 1;
  do assertEquals(tree.member(), model[rank--].member); while (tree.retreat());
  assertEquals(rank, -1);
}

function runSteps(seed: number, steps: number, distinctScores: number): void {
  const random = new SeededRandom(seed);
  const arena = new Arena();
  const before = arena.usedBytes;
  const tree = new OrderedTree(arena);
  const model: Element[] = [];
  let name = 0;
  for (let step = 0; step < steps; step++) {
    const growing = Math.floor(step / (steps / 3)) % 2 === 0;
    if (model.length === 0 || random.below(100) < (growing ? 80 : 20)) {
      const score = random.below(distinctScores) - distinctScores / 2;
      const element = { score, name: `m${name++ * 7919 % 1000003}`, member: 0 };
      element.member = memberEntry(arena, element.name);
      tree.insert(score, element.member);
      model.splice(placeOf(model, element), 0, element);
    } else {
      const rank = random.below(model.length);
      const [element] = model.splice(rank, 1);
      if (random.below(2) === 0) assertEquals(tree.removeRank(rank), element.member);
      else assertEquals(tree.remove(element.score, element.member), true);
      arena.free(element.member);
    }
    if (step % 4999 === 0) checkWhole(tree, model);
    if (model.length > 0) {
      const rank = random.below(model.length);
      assertEquals(tree.seekRank(rank), true);
      assertEquals(tree.member(), model[rank].member);
      const limit = random.below(distinctScores) - distinctScores / 2;
      const expected = model.findIndex((e) => e.score >= limit);
      assertEquals(tree.seek((score) => score >= limit), expected >= 0);
      if (expected >= 0) assertEquals(tree.member(), model[expected].member);
      if (expected >= 0) assertEquals(tree.rank, expected);
    }
  }
  checkWhole(tree, model);
  for (const { member } of model) arena.free(member);
  tree.clear();
  assertEquals(tree.bytes, 0);
  assertEquals(arena.usedBytes, before);
}

for (const seed of [1, 2, 3, 4]) {
  const scores = [3, 50, 100000, 1][seed - 1];
  Deno.test(`an ordered tree equals a sorted array (seed ${seed}, ${scores} scores)`, () => {
    runSteps(seed, 36000, scores);
  });
}

Deno.test("a tree is drained leaf by leaf, a bounded number at a time", () => {
  for (const count of [1, 64, 65, 300_000]) {
    const arena = new Arena();
    const tree = new OrderedTree(arena);
    const member = memberEntry(arena, "m");
    const before = arena.usedBytes;
    for (let i = 0; i < count; i++) tree.insert(i, member);
    let slices = 0;
    for (let done = false; !done; slices++) {
      const used = arena.usedBytes;
      done = tree.drain(10);
      // Ten leaves, and at most two inner nodes with them.
      assert(used - arena.usedBytes <= 10 * LEAF_BYTES + 2 * INNER_BYTES + 512);
    }
    assert(slices >= Math.ceil(count / 640), `${slices} slices for ${count}`);
    assertEquals([tree.bytes, arena.usedBytes, tree.size], [0, before, 0]);
    tree.insert(1, member); // usable as a new one
    assertEquals(contents(tree), [[1, member]]);
  }
});

Deno.test("a tree filled in ascending or descending order keeps its leaves full", () => {
  for (const direction of [1, -1]) {
    const arena = new Arena();
    const tree = new OrderedTree(arena);
    const member = memberEntry(arena, "m");
    const count = 50000;
    for (let i = 0; i < count; i++) tree.insert(i * direction, member);
    assertEquals(tree.size, count);
    assertEquals(tree.bytes / count < 14, true, `${tree.bytes / count} bytes an element`);
    for (let rank = 0; rank < count; rank += 777) {
      assertEquals(tree.seekRank(rank), true);
      assertEquals(tree.score(), direction > 0 ? rank : rank - count + 1);
    }
    while (tree.size > 0) tree.removeRank(direction > 0 ? 0 : tree.size - 1);
    assertEquals(tree.bytes, 0);
  }
});

Deno.test("seeking beyond the last element finds nothing", () => {
  const arena = new Arena();
  const tree = new OrderedTree(arena);
  assertEquals(tree.seek(() => true), false);
  assertEquals(tree.seekRank(0), false);
  assertEquals(tree.remove(1, memberEntry(arena, "a")), false);
  tree.insert(Infinity, memberEntry(arena, "a"));
  tree.insert(-Infinity, memberEntry(arena, "b"));
  assertEquals(tree.seek((score) => score > Infinity), false);
  assertEquals(contents(tree).map(([score]) => score), [-Infinity, Infinity]);
});
