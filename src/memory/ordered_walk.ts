// The walking half of the ordered tree: descending to an element, ranks, the cursor.
import type { Arena } from "./arena.ts";
import { compareMembers } from "./member_order.ts";
import {
  childOf,
  memberAt,
  nodeCount,
  OrderedNodes,
  scoresAt,
  scoresBelow,
  sizesAt,
} from "./ordered_nodes.ts";

const MAX_DEPTH = 12;

/** A B+ tree that can be read; {@link OrderedTree} is the one that can be changed. */
export abstract class OrderedWalk {
  size = 0;
  protected readonly arena: Arena;
  protected readonly nodes: OrderedNodes;
  protected root = 0;
  /** Levels above the leaves. */
  protected depth = 0;
  protected firstLeaf = 0;
  protected lastLeaf = 0;
  /** The way of the last descent: inner nodes from the root down, and the child taken in each. */
  protected readonly path = new Int32Array(MAX_DEPTH);
  protected readonly slots = new Int32Array(MAX_DEPTH);
  protected leaf = 0;
  protected index = 0;
  /** Rank of the element the cursor is on, as of the last seek. */
  rank = 0;

  constructor(arena: Arena) {
    this.arena = arena;
    this.nodes = new OrderedNodes(arena);
  }

  /** Bytes of the nodes. */
  get bytes(): number {
    return this.nodes.bytes;
  }

  /** Score under the cursor. */
  score(): number {
    return this.nodes.score(this.leaf, this.index);
  }

  /** Member entry under the cursor. */
  member(): number {
    return this.nodes.member(this.leaf, this.index);
  }

  /** Puts the cursor on the element of a rank, 0 the lowest; false when there is none. */
  seekRank(rank: number): boolean {
    if (rank < 0 || rank >= this.size) return false;
    const { i32 } = this.arena;
    this.rank = rank;
    let node = this.root;
    for (let level = 0; level < this.depth; level++) {
      const sizes = sizesAt(node);
      let at = sizes;
      for (let size = i32[at]; rank >= size; size = i32[++at]) rank -= size;
      this.path[level] = node;
      this.slots[level] = at - sizes;
      node = childOf(i32, node, at - sizes);
    }
    this.leaf = node;
    this.index = rank;
    return true;
  }

  /**
   * Puts the cursor on the first element for which `reached` is true; false when there is none.
   * `reached` must be false for all elements up to some place, and true from there on.
   */
  seek(reached: (score: number, member: number) => boolean): boolean {
    if (this.size === 0) return false;
    const nodes = this.nodes;
    let node = this.root;
    for (let level = 0; level < this.depth; level++) {
      // The last child whose least element is not there yet holds the place.
      let low = 0, high = nodeCount(this.arena.i32, node);
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        if (reached(nodes.leastScore(node, middle), nodes.leastMember(node, middle))) high = middle;
        else low = middle;
      }
      this.path[level] = node;
      this.slots[level] = low;
      node = childOf(this.arena.i32, node, low);
    }
    let low = 0, high = nodeCount(this.arena.i32, node);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (reached(nodes.score(node, middle), nodes.member(node, middle))) high = middle;
      else low = middle + 1;
    }
    this.leaf = node;
    this.index = low;
    this.rank = this.rankHere();
    return low < nodeCount(this.arena.i32, node) || this.#enterNextLeaf();
  }

  /** Number of elements with a lower score, those with this score included if `orEqual`. */
  countBelow(score: number, orEqual: boolean): number {
    if (this.size === 0) return 0;
    const { i32, f64 } = this.arena;
    let node = this.root, rank = 0;
    for (let level = 0; level <= this.depth; level++) {
      const scores = scoresAt(node), count = nodeCount(i32, node);
      let low = scoresBelow(f64, scores, count, score);
      while (orEqual && low < count && f64[scores + low] === score) low++;
      if (level === this.depth) return rank + low;
      if (low === 0) return rank; // even the least element is above
      const sizes = sizesAt(node), end = sizes + low - 1;
      for (let at = sizes; at < end; at++) rank += i32[at];
      node = childOf(i32, node, low - 1);
    }
    return rank;
  }

  /** Rank of the place that the path leads to. */
  protected rankHere(): number {
    const { i32 } = this.arena;
    let rank = this.index;
    for (let level = 0; level < this.depth; level++) {
      const sizes = sizesAt(this.path[level]), end = sizes + this.slots[level];
      for (let at = sizes; at < end; at++) rank += i32[at];
    }
    return rank;
  }

  #enterNextLeaf(): boolean {
    const next = this.nodes.next(this.leaf);
    if (next === 0) return false;
    this.leaf = next;
    this.index = 0;
    return true;
  }

  /** Moves the cursor to the next element; false at the end, where it stays. */
  advance(): boolean {
    if (this.index + 1 >= nodeCount(this.arena.i32, this.leaf)) {
      if (!this.#enterNextLeaf()) return false;
    } else this.index++;
    this.rank++;
    return true;
  }

  /** Moves the cursor to the element before; false at the start, where it stays. */
  retreat(): boolean {
    if (this.index === 0) {
      const previous = this.nodes.previous(this.leaf);
      if (previous === 0) return false;
      this.leaf = previous;
      this.index = nodeCount(this.arena.i32, previous);
    }
    this.index--;
    this.rank--;
    return true;
  }

  /**
   * Copies up to `count` elements from the cursor on, upwards or `downwards`, as far as its leaf
   * goes, and leaves the cursor on the last one; answers how many. The arrays hold a leaf's elements.
   */
  copyElements(
    members: Int32Array,
    scores: Float64Array,
    count: number,
    downwards: boolean,
  ): number {
    const { i32, f64 } = this.arena, { leaf, index } = this;
    const step = downwards ? -1 : 1;
    const here = Math.min(count, downwards ? index + 1 : nodeCount(i32, leaf) - index);
    const firstScore = scoresAt(leaf) + index;
    for (let i = 0, at = 0; i < here; i++, at += step) {
      members[i] = memberAt(i32, leaf, index + at);
      scores[i] = f64[firstScore + at];
    }
    this.index = index + step * (here - 1);
    this.rank += step * (here - 1);
    return here;
  }

  /** Finds the place of (score, member): whether it is taken, with the path that leads there. */
  protected descend(score: number, member: number): boolean {
    const { i32, f64 } = this.arena;
    let node = this.root;
    for (let level = 0; level < this.depth; level++) {
      const scores = scoresAt(node), count = nodeCount(i32, node);
      let above = scoresBelow(f64, scores, count, score);
      if (above < count && f64[scores + above] === score) {
        above = this.#firstAbove(node, above, score, member);
      }
      const slot = above > 0 ? above - 1 : 0;
      this.path[level] = node;
      this.slots[level] = slot;
      node = childOf(i32, node, slot);
    }
    const scores = scoresAt(node), count = nodeCount(i32, node);
    const first = scoresBelow(f64, scores, count, score);
    this.leaf = node;
    this.index = first;
    if (first === count || f64[scores + first] !== score) return false;
    // Who is in the tree is known by its number, without a look at those beside it.
    for (let at = first; at < count && f64[scores + at] === score; at++) {
      if (memberAt(i32, node, at) !== member) continue;
      this.index = at;
      return true;
    }
    this.index = this.#firstAbove(node, first, score, member);
    return false;
  }

  /** The first element, or child, from `low` on, where scores are equal, that is above the member. */
  #firstAbove(node: number, low: number, score: number, member: number): number {
    const { i32, f64 } = this.arena, scores = scoresAt(node);
    let high = nodeCount(i32, node);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const isAbove = f64[scores + middle] !== score ||
        compareMembers(this.arena, memberAt(i32, node, middle), member) > 0;
      if (isAbove) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Rank of an element, -1 when it is not in the tree. */
  rankOf(score: number, member: number): number {
    return this.size > 0 && this.descend(score, member) ? this.rankHere() : -1;
  }
}
