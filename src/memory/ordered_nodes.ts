// The nodes of the ordered tree: where each field stands, and how elements and children are moved.
//
//   leaf:  count, previous, next, - | 64 scores (f64) | 64 members (i32)
//   inner: count, -, -, -           | 64 least scores | 64 least members | 64 children | 64 sizes
import type { Arena } from "./arena.ts";

export const LEAF_ELEMENTS = 64;
export const INNER_CHILDREN = 64;
const HEADER_BYTES = 16;
const HEADER_WORDS = HEADER_BYTES / 4;
const HEADER_DOUBLES = HEADER_BYTES / 8;
export const LEAF_BYTES = HEADER_BYTES + LEAF_ELEMENTS * 12;
export const INNER_BYTES = HEADER_BYTES + INNER_CHILDREN * 20;
const MEMBERS = HEADER_WORDS + LEAF_ELEMENTS * 2;
const CHILDREN = HEADER_WORDS + INNER_CHILDREN * 3;
const SIZES = HEADER_WORDS + INNER_CHILDREN * 4;

/** Elements of a leaf, children of an inner node. */
export function nodeCount(i32: Int32Array, node: number): number {
  return i32[node * 2];
}

export function childOf(i32: Int32Array, node: number, slot: number): number {
  return i32[node * 2 + CHILDREN + slot];
}

/** Word index of the sizes of an inner node's children. */
export function sizesAt(node: number): number {
  return node * 2 + SIZES;
}

/** Index among the doubles of a node's scores: of a leaf's elements, or the least ones of children. */
export function scoresAt(node: number): number {
  return node + HEADER_DOUBLES;
}

/** Member of an element of a leaf, or the least one below a child. */
export function memberAt(i32: Int32Array, node: number, index: number): number {
  return i32[node * 2 + MEMBERS + index];
}

/**
 * How many of `count` ascending scores from `at` on are below another. A binary search guesses wrong every
 * other time and asks for one line of memory after the other; here all are asked for at once, the last score
 * of each eight, then the eight between two of them, and nothing is guessed.
 */
export function scoresBelow(f64: Float64Array, at: number, count: number, score: number): number {
  const end = at + count;
  let from = at;
  for (let last = at + 7; last < end; last += 8) from += +(f64[last] < score) << 3;
  let place = from;
  for (const stop = Math.min(from + 8, end); from < stop; from++) place += +(f64[from] < score);
  return place - at;
}

/** Reads and writes nodes in the arena. Scores and members stand at the same places in both kinds. */
export class OrderedNodes {
  bytes = 0;
  readonly #arena: Arena;
  // Blocks for the split that comes next, from `reserve`.
  #spareLeaf = 0;
  readonly #spareInner: number[] = [];

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  newLeaf(): number {
    const spare = this.#spareLeaf;
    this.#spareLeaf = 0;
    return this.#open(spare !== 0 ? spare : this.#arena.allocate(LEAF_BYTES), LEAF_BYTES);
  }

  newInner(): number {
    return this.#open(this.#spareInner.pop() ?? this.#arena.allocate(INNER_BYTES), INNER_BYTES);
  }

  /**
   * Allocates what the next {@link newLeaf} and `inner` calls of {@link newInner} will use, all or
   * nothing: a split that has begun does not fail.
   */
  reserve(inner: number): void {
    const arena = this.#arena;
    this.#spareLeaf = arena.allocate(LEAF_BYTES);
    try {
      while (this.#spareInner.length < inner) this.#spareInner.push(arena.allocate(INNER_BYTES));
    } catch (error) {
      arena.free(this.#spareLeaf);
      this.#spareLeaf = 0;
      for (const node of this.#spareInner) arena.free(node);
      this.#spareInner.length = 0;
      throw error;
    }
  }

  #open(node: number, bytes: number): number {
    this.#arena.i32.fill(0, node * 2, node * 2 + HEADER_WORDS);
    this.bytes += bytes;
    return node;
  }

  freeLeaf(leaf: number): void {
    this.#arena.free(leaf);
    this.bytes -= LEAF_BYTES;
  }

  freeInner(node: number): void {
    this.#arena.free(node);
    this.bytes -= INNER_BYTES;
  }

  previous(leaf: number): number {
    return this.#arena.i32[leaf * 2 + 1];
  }

  next(leaf: number): number {
    return this.#arena.i32[leaf * 2 + 2];
  }

  /** Makes `right` follow `left`; either may be 0, the end. */
  link(left: number, right: number): void {
    if (left !== 0) this.#arena.i32[left * 2 + 2] = right;
    if (right !== 0) this.#arena.i32[right * 2 + 1] = left;
  }

  score(node: number, index: number): number {
    return this.#arena.f64[node + HEADER_DOUBLES + index];
  }

  setScore(leaf: number, index: number, score: number): void {
    this.#arena.f64[leaf + HEADER_DOUBLES + index] = score;
  }

  member(leaf: number, index: number): number {
    return this.#arena.i32[leaf * 2 + MEMBERS + index];
  }

  /** Score of the least element below a child. */
  leastScore(node: number, slot: number): number {
    return this.#arena.f64[node + HEADER_DOUBLES + slot];
  }

  /** Member of the least element below a child. */
  leastMember(node: number, slot: number): number {
    return this.#arena.i32[node * 2 + MEMBERS + slot];
  }

  setLeast(node: number, slot: number, score: number, member: number): void {
    this.#arena.f64[node + HEADER_DOUBLES + slot] = score;
    this.#arena.i32[node * 2 + MEMBERS + slot] = member;
  }

  /** Number of elements below a child. */
  sizeOf(node: number, slot: number): number {
    return this.#arena.i32[node * 2 + SIZES + slot];
  }

  addSize(node: number, slot: number, change: number): void {
    this.#arena.i32[node * 2 + SIZES + slot] += change;
  }

  insertElement(leaf: number, index: number, score: number, member: number): void {
    const { i32, f64 } = this.#arena;
    const count = i32[leaf * 2]++;
    const scores = leaf + HEADER_DOUBLES, members = leaf * 2 + MEMBERS;
    // Loops: two calls of `copyWithin` take longer than moving half a leaf.
    for (let at = count; at > index; at--) {
      f64[scores + at] = f64[scores + at - 1];
      i32[members + at] = i32[members + at - 1];
    }
    f64[scores + index] = score;
    i32[members + index] = member;
  }

  /** Adds an element behind the others of a leaf that is not full. */
  appendElement(leaf: number, score: number, member: number): void {
    const { i32, f64 } = this.#arena;
    const count = i32[leaf * 2]++;
    f64[leaf + HEADER_DOUBLES + count] = score;
    i32[leaf * 2 + MEMBERS + count] = member;
  }

  removeElement(leaf: number, index: number): void {
    const { i32, f64 } = this.#arena;
    const count = i32[leaf * 2]--;
    const scores = leaf + HEADER_DOUBLES, members = leaf * 2 + MEMBERS;
    for (let at = index + 1; at < count; at++) {
      f64[scores + at - 1] = f64[scores + at];
      i32[members + at - 1] = i32[members + at];
    }
  }

  /** Appends the elements of a leaf from `from` on to another leaf, which has room. */
  moveElements(leaf: number, from: number, to: number): void {
    const { i32, f64 } = this.#arena;
    const moved = i32[leaf * 2] - from, at = i32[to * 2];
    const scores = leaf + HEADER_DOUBLES + from, members = leaf * 2 + MEMBERS + from;
    f64.copyWithin(to + HEADER_DOUBLES + at, scores, scores + moved);
    i32.copyWithin(to * 2 + MEMBERS + at, members, members + moved);
    i32[leaf * 2] = from;
    i32[to * 2] = at + moved;
  }

  /** Puts a child at `slot`; its least element and size are read from it. */
  insertChild(node: number, slot: number, child: number, isLeaf: boolean): void {
    const { i32, f64 } = this.#arena;
    const count = i32[node * 2]++;
    const base = node * 2;
    const scores = node + HEADER_DOUBLES;
    f64.copyWithin(scores + slot + 1, scores + slot, scores + count);
    for (const column of [MEMBERS, CHILDREN, SIZES]) {
      i32.copyWithin(base + column + slot + 1, base + column + slot, base + column + count);
    }
    i32[base + CHILDREN + slot] = child;
    this.renewChild(node, slot, isLeaf);
  }

  removeChild(node: number, slot: number): void {
    const { i32, f64 } = this.#arena;
    const count = i32[node * 2]--;
    const base = node * 2;
    const scores = node + HEADER_DOUBLES;
    f64.copyWithin(scores + slot, scores + slot + 1, scores + count);
    for (const column of [MEMBERS, CHILDREN, SIZES]) {
      i32.copyWithin(base + column + slot, base + column + slot + 1, base + column + count);
    }
  }

  /** Leaves out the last child, which the caller freed; answers how many are left. */
  forgetLastChild(node: number): number {
    return --this.#arena.i32[node * 2];
  }

  /** Appends the children of a node from `from` on to another node, which has room. */
  moveChildren(node: number, from: number, to: number): void {
    const { i32, f64 } = this.#arena;
    const moved = i32[node * 2] - from, at = i32[to * 2];
    const scores = node + HEADER_DOUBLES + from;
    f64.copyWithin(to + HEADER_DOUBLES + at, scores, scores + moved);
    for (const column of [MEMBERS, CHILDREN, SIZES]) {
      const start = node * 2 + column + from;
      i32.copyWithin(to * 2 + column + at, start, start + moved);
    }
    i32[node * 2] = from;
    i32[to * 2] = at + moved;
  }

  /** Reads least element and size of a child anew. */
  renewChild(node: number, slot: number, isLeaf: boolean): void {
    const { i32 } = this.#arena;
    const child = i32[node * 2 + CHILDREN + slot];
    const count = i32[child * 2];
    let size = count;
    if (!isLeaf) {
      size = 0;
      for (let i = 0; i < count; i++) size += i32[child * 2 + SIZES + i];
    }
    i32[node * 2 + SIZES + slot] = size;
    if (count > 0) this.setLeast(node, slot, this.score(child, 0), this.member(child, 0));
  }
}
