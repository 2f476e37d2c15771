// The walking half of the ordered tree: descending to an element, ranks, the cursor.
import type { Arena } from "./arena.ts";
import { compareMembers } from "./member_order.ts";
import { childOf, nodeCount, OrderedNodes } from "./ordered_nodes.ts";

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
      let slot = 0;
      for (let size = this.nodes.sizeOf(node, slot); rank >= size;) {
        rank -= size;
        size = this.nodes.sizeOf(node, ++slot);
      }
      this.path[level] = node;
      this.slots[level] = slot;
      node = childOf(i32, node, slot);
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
    let node = this.root, rank = 0;
    for (let level = 0; level < this.depth; level++) {
      // The last child whose least element is not there yet holds the place.
      let low = 0, high = nodeCount(this.arena.i32, node);
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        if (reached(nodes.leastScore(node, middle), nodes.leastMember(node, middle))) high = middle;
        else low = middle;
      }
      rank += this.#enter(level, node, low);
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
    this.rank = rank + low;
    return low < nodeCount(this.arena.i32, node) || this.#enterNextLeaf();
  }

  /** Notes a step of the path; answers how many elements stand before the child taken. */
  #enter(level: number, node: number, child: number): number {
    let before = 0;
    for (let slot = 0; slot < child; slot++) before += this.nodes.sizeOf(node, slot);
    this.path[level] = node;
    this.slots[level] = child;
    return before;
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

  /** Finds the place of (score, member): whether it is taken, with the path that leads there. */
  protected descend(score: number, member: number): boolean {
    const nodes = this.nodes, { i32 } = this.arena;
    let node = this.root, rank = 0;
    for (let level = 0; level < this.depth; level++) {
      let low = 0, high = nodeCount(i32, node);
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        const least = nodes.leastScore(node, middle);
        const order = least !== score
          ? least - score
          : compareMembers(this.arena, nodes.leastMember(node, middle), member);
        if (order > 0) high = middle;
        else low = middle;
      }
      rank += this.#enter(level, node, low);
      node = childOf(i32, node, low);
    }
    let low = 0, high = nodeCount(i32, node);
    let found = false;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = nodes.score(node, middle);
      const order = other !== score
        ? other - score
        : compareMembers(this.arena, nodes.member(node, middle), member);
      if (order < 0) low = middle + 1;
      else {
        high = middle;
        if (order === 0) found = true;
      }
    }
    this.leaf = node;
    this.index = low;
    this.rank = rank + low;
    return found;
  }

  /** Rank of an element, -1 when it is not in the tree. */
  rankOf(score: number, member: number): number {
    return this.size > 0 && this.descend(score, member) ? this.rank : -1;
  }
}
