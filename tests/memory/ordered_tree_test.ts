// The ordered tree against a sorted array, over seeded steps.
import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../src/base/random.ts";
import { Arena } from "../../src/memory/arena.ts";
import { INNER_BYTES, LEAF_BYTES } from "../../src/memory/ordered_nodes.ts";
import { OrderedTree } from "../../src/memory/ordered_tree.ts";
import { FillingArena } from "../support/filling_arena.ts";

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

/** Elements from the highest to the lowest; every third has the score of the one before. */
function falling(arena: Arena, count: number): Element[] {
  return Array.from({ length: count }, (_, n) => {
    const name = `m${String(count - n).padStart(6, "0")}`;
    return { score: -Math.floor(n * 2 / 3), name, member: memberEntry(arena, name) };
  });
}

function insertBelow(tree: OrderedTree, elements: Element[]): boolean {
  const scores = Float64Array.from(elements, ({ score }) => score);
  const members = Int32Array.from(elements, ({ member }) => member);
  return tree.insertBelow(scores, members, elements.length);
}

Deno.test("leaves that are added below all others make the tree that elements make one by one", () => {
  for (const count of [1, 63, 64, 65, 64 * 64, 64 * 64 * 3 + 7]) {
    const arena = new Arena(), tree = new OrderedTree(arena), elements = falling(arena, count);
    for (let first = 0; first < count; first += 64) {
      assert(insertBelow(tree, elements.slice(first, first + 64)));
    }
    checkWhole(tree, elements.toReversed());
    // Leaves and counts are what insertions and removals rely on.
    const model = elements.toReversed();
    for (let n = 0; n < 200 && model.length > 0; n++) {
      const gone = n * 37 % model.length;
      assert(tree.remove(model[gone].score, model[gone].member));
      model.splice(gone, 1);
      const added = { score: -n * 5.5, name: `x${n}`, member: memberEntry(arena, `x${n}`) };
      tree.insert(added.score, added.member);
      model.splice(placeOf(model, added), 0, added);
    }
    checkWhole(tree, model);
    tree.clear();
    assertEquals(tree.bytes, 0);
  }
});

Deno.test("elements that do not fall, or not below all others, change nothing", () => {
  const arena = new Arena(), tree = new OrderedTree(arena), elements = falling(arena, 200);
  assert(!insertBelow(tree, elements.slice(0, 3).toReversed()));
  assert(!insertBelow(tree, [elements[0], elements[0]]));
  assert(!insertBelow(tree, elements.slice(0, 65)), "more than a leaf holds");
  assertEquals(tree.size, 0);
  assert(insertBelow(tree, elements.slice(10, 74)));
  assert(!insertBelow(tree, elements.slice(0, 10)), "above");
  assert(!insertBelow(tree, elements.slice(73, 80)), "the least one again");
  assert(insertBelow(tree, elements.slice(74, 80)));
  assert(!insertBelow(tree, elements.slice(80, 90)), "the first leaf is not full");
  checkWhole(tree, elements.slice(10, 80).toReversed());
});

/** A tree of elements with rising scores 0, 1, 2, ...: full leaves, but for the last one. */
function rising(count: number) {
  const arena = new FillingArena(), tree = new OrderedTree(arena);
  const model = Array.from({ length: count }, (_, score): Element => {
    const name = `m${score}`;
    return { score, name, member: memberEntry(arena, name) };
  });
  for (const { score, member } of model) tree.insert(score, member);
  return { arena, tree, model };
}

for (const count of [100, 65, 64 + 17]) {
  Deno.test(`a move without memory changes nothing: leaves of 64 and ${count - 64}`, () => {
    const { arena, tree, model } = rising(count);
    arena.left = 0;
    for (const { score, member } of model) {
      try {
        tree.move(score, 3.5, member);
      } catch { /* nothing of it may be seen */ }
      const [moved] = contents(tree).filter(([, other]) => other === member);
      if (moved[0] !== score) tree.move(moved[0], score, member);
      checkWhole(tree, model);
    }
    assert(arena.refused > 0, "there was memory");
  });
}

Deno.test("-0 and 0 take each other's place", () => {
  for (const count of [1, 65]) {
    const { tree, model } = rising(count), [{ member }] = model;
    for (const [from, to] of [[0, -0], [-0, 0], [0, -0]]) {
      tree.move(from, to, member);
      tree.seekRank(0);
      assertEquals([tree.score(), tree.member(), tree.size], [to, member, count]);
    }
  }
});

Deno.test("where the only element of a leaf is moved away the leaf goes", () => {
  const { tree, model } = rising(65), { bytes } = tree;
  const last = model.pop()!;
  tree.move(last.score, -1, last.member);
  checkWhole(tree, [{ ...last, score: -1 }, ...model]);
  assertEquals(tree.bytes, bytes, "one leaf came, and one went");
});
