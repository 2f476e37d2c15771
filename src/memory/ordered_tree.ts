// A B+ tree of (score, member) pairs with ranks: the ordered side of a large sorted set.
import { invariant } from "../base/invariant.ts";
import type { Arena } from "./arena.ts";
import { compareMembers } from "./member_order.ts";
import { childOf, INNER_CHILDREN, LEAF_ELEMENTS, nodeCount } from "./ordered_nodes.ts";
import { OrderedWalk } from "./ordered_walk.ts";

/**
 * Elements are ordered by score, then by the bytes of their member. A member is a hash table entry
 * (its key is compared), which must stay where it is while it is in the tree. All operations take
 * time in proportion to the logarithm of the size. The cursor is the tree's only one: it is valid
 * until the next change.
 */
export class OrderedTree extends OrderedWalk {
  /** Adds an element that is not in the tree. When memory runs out, nothing has changed. */
  insert(score: number, member: number): void {
    if (this.root === 0) {
      this.root = this.firstLeaf = this.lastLeaf = this.nodes.newLeaf();
      this.depth = 0;
    }
    this.descend(score, member);
    let leaf = this.leaf, index = this.index;
    if (nodeCount(this.arena.i32, leaf) === LEAF_ELEMENTS) {
      this.nodes.reserve(this.#fullAbove());
      const right = this.#splitLeaf(leaf, index);
      const kept = nodeCount(this.arena.i32, leaf);
      const goesRight = index > kept || index === kept && kept === LEAF_ELEMENTS;
      this.#linkChild(this.depth - 1, right);
      if (goesRight) {
        leaf = right;
        index -= kept;
        this.#pathToRightSibling(right);
      }
    }
    this.#insertHere(leaf, index, score, member);
  }

  /** The leaf, to which the path leads, has room. */
  #insertHere(leaf: number, index: number, score: number, member: number): void {
    this.nodes.insertElement(leaf, index, score, member);
    this.size++;
    this.#countUp(1);
    if (index === 0) this.#renewLeast(leaf);
  }

  /**
   * Adds up to a leaf's elements that are not in the tree, the highest first, as dumps hold them. False,
   * and nothing changed, unless they are in order and below all that are there and fill a new leaf.
   */
  insertBelow(scores: Float64Array, members: Int32Array, count: number): boolean {
    const nodes = this.nodes, leaf = this.firstLeaf;
    if (count > LEAF_ELEMENTS || !this.#isFalling(scores, members, count)) return false;
    if (leaf !== 0) {
      if (nodeCount(this.arena.i32, leaf) < LEAF_ELEMENTS) return false;
      const score = nodes.score(leaf, 0), member = nodes.member(leaf, 0);
      if (!isBelow(this.arena, scores[0], members[0], score, member)) return false;
    }
    this.insert(scores[count - 1], members[count - 1]);
    for (let at = count - 2; at >= 0; at--) {
      nodes.appendElement(this.firstLeaf, scores[at], members[at]);
    }
    this.size += count - 1;
    this.#countUp(count - 1);
    return true;
  }

  #isFalling(scores: Float64Array, members: Int32Array, count: number): boolean {
    for (let at = 1; at < count; at++) {
      const above = at - 1;
      if (!isBelow(this.arena, scores[at], members[at], scores[above], members[above])) {
        return false;
      }
    }
    return count > 0;
  }

  /** How many inner nodes a leaf that is split needs above it: for every full one, for a new root. */
  #fullAbove(): number {
    const { i32 } = this.arena;
    let level = this.depth - 1;
    while (level >= 0 && nodeCount(i32, this.path[level]) === INNER_CHILDREN) level--;
    return this.depth - 1 - level + (level < 0 ? 1 : 0);
  }

  /**
   * Moves the upper half of a full leaf to a new one. A tree that is filled from one end keeps its
   * leaves full: then only the element to come goes to the new leaf.
   */
  #splitLeaf(leaf: number, index: number): number {
    const nodes = this.nodes;
    const right = nodes.newLeaf();
    let keep = LEAF_ELEMENTS / 2;
    if (index === LEAF_ELEMENTS && leaf === this.lastLeaf) keep = LEAF_ELEMENTS;
    else if (index === 0 && leaf === this.firstLeaf) keep = 0;
    nodes.moveElements(leaf, keep, right);
    const next = nodes.next(leaf);
    nodes.link(leaf, right);
    nodes.link(right, next);
    if (leaf === this.lastLeaf) this.lastLeaf = right;
    return right;
  }

  /** Puts `right`, split off the child on the path at `level`, behind it; splits upwards. */
  #linkChild(level: number, right: number): void {
    const nodes = this.nodes;
    if (level < 0) return this.#growRoot(right);
    let node = this.path[level], slot = this.slots[level];
    const overLeaves = level === this.depth - 1;
    nodes.renewChild(node, slot, overLeaves);
    if (nodeCount(this.arena.i32, node) < INNER_CHILDREN) {
      nodes.insertChild(node, slot + 1, right, overLeaves);
      return;
    }
    const sibling = nodes.newInner();
    const keep = slot + 1 === INNER_CHILDREN ? INNER_CHILDREN : INNER_CHILDREN / 2;
    nodes.moveChildren(node, keep === INNER_CHILDREN ? keep - 1 : keep, sibling);
    const kept = nodeCount(this.arena.i32, node);
    const depthBefore = this.depth;
    this.#linkChild(level - 1, sibling);
    const here = level + this.depth - depthBefore; // a new root pushes every level down
    if (slot >= kept) {
      node = sibling;
      slot -= kept;
      this.path[here] = node;
      this.slots[here] = slot;
      this.slots[here - 1]++;
    }
    nodes.insertChild(node, slot + 1, right, overLeaves);
    this.#renewSizes(here);
  }

  #growRoot(right: number): void {
    const nodes = this.nodes, overLeaves = this.depth === 0;
    const root = nodes.newInner();
    nodes.insertChild(root, 0, this.root, overLeaves);
    nodes.insertChild(root, 1, right, overLeaves);
    this.path.copyWithin(1, 0, this.depth);
    this.slots.copyWithin(1, 0, this.depth);
    this.path[0] = root;
    this.slots[0] = 0;
    this.root = root;
    this.depth++;
  }

  /** After an insertion of children at `level`, the counts above it are summed anew. */
  #renewSizes(level: number): void {
    for (let above = level - 1; above >= 0; above--) {
      const node = this.path[above], slot = this.slots[above];
      this.nodes.renewChild(node, slot, false);
      if (slot + 1 < nodeCount(this.arena.i32, node)) {
        this.nodes.renewChild(node, slot + 1, false);
      }
      if (slot > 0) this.nodes.renewChild(node, slot - 1, false);
    }
  }

  /** The path led to a leaf that was split; makes it lead to the new right half. */
  #pathToRightSibling(right: number): void {
    const level = this.depth - 1;
    const node = this.path[level], slot = this.slots[level];
    if (childOf(this.arena.i32, node, slot + 1) === right) this.slots[level] = slot + 1;
  }

  /** Adds to the counts along the path. */
  #countUp(change: number): void {
    for (let level = 0; level < this.depth; level++) {
      this.nodes.addSize(this.path[level], this.slots[level], change);
    }
  }

  /** The first element of a leaf on the path changed: those who name it as the least follow. */
  #renewLeast(leaf: number): void {
    const score = this.nodes.score(leaf, 0), member = this.nodes.member(leaf, 0);
    for (let level = this.depth - 1; level >= 0; level--) {
      this.nodes.setLeast(this.path[level], this.slots[level], score, member);
      if (this.slots[level] > 0) return;
    }
  }

  /** Removes an element; false when it is not there. */
  remove(score: number, member: number): boolean {
    if (this.size === 0 || !this.descend(score, member)) return false;
    this.#removeHere();
    return true;
  }

  /** Gives an element of the tree another score. When memory runs out, nothing has changed. */
  move(from: number, to: number, member: number): void {
    const found = this.descend(from, member);
    invariant(found, "only an element of the tree is moved");
    const { leaf, index, nodes } = this;
    if (from === to) return nodes.setScore(leaf, index, to); // -0 and 0 are equal, and yet differ
    // Small steps, as those of counters, change no order.
    const inside = index > 0 && index + 1 < nodeCount(this.arena.i32, leaf);
    if (inside && nodes.score(leaf, index - 1) < to && to < nodes.score(leaf, index + 1)) {
      return nodes.setScore(leaf, index, to);
    }
    // With its last element a leaf would go, and memory for another one may not be there.
    if (nodeCount(this.arena.i32, leaf) === 1) {
      this.insert(to, member);
      this.descend(from, member);
      return this.#removeHere();
    }
    this.#removeHere();
    try {
      this.insert(to, member);
    } catch (error) {
      this.#putBack(from, member);
      throw error;
    }
  }

  /** Adds an element that was removed a moment ago from a leaf that is still there, so it has room. */
  #putBack(score: number, member: number): void {
    this.descend(score, member);
    const isFull = nodeCount(this.arena.i32, this.leaf) === LEAF_ELEMENTS;
    if (isFull) this.seekRank(this.rankHere()); // the place is the end of this leaf and the start of the next
    this.#insertHere(this.leaf, this.index, score, member);
  }

  /** Removes the element of a rank and answers its member entry, 0 when there is none. */
  removeRank(rank: number): number {
    if (!this.seekRank(rank)) return 0;
    const member = this.member();
    this.#removeHere();
    return member;
  }

  #removeHere(): void {
    const leaf = this.leaf, index = this.index;
    this.nodes.removeElement(leaf, index);
    this.size--;
    this.#countUp(-1);
    const left = nodeCount(this.arena.i32, leaf);
    if (left === 0) return this.#dropLeaf(leaf);
    if (index === 0) this.#renewLeast(leaf);
    if (left < LEAF_ELEMENTS / 4) this.#mergeLeaf();
  }

  #dropLeaf(leaf: number): void {
    const nodes = this.nodes;
    const previous = nodes.previous(leaf), next = nodes.next(leaf);
    nodes.link(previous, next);
    if (leaf === this.firstLeaf) this.firstLeaf = next;
    if (leaf === this.lastLeaf) this.lastLeaf = previous;
    nodes.freeLeaf(leaf);
    if (this.depth === 0) this.root = 0;
    else this.#unlinkChild(this.depth - 1, this.slots[this.depth - 1]);
  }

  /**
   * Left slot of two neighbours under the node at `level`, one of them on the path, whose elements or
   * children fit into one node; -1 when there are none.
   */
  #pairToMerge(level: number, capacity: number): number {
    const { i32 } = this.arena;
    const parent = this.path[level], slot = this.slots[level];
    const last = slot + 1 === nodeCount(i32, parent);
    if (last && slot === 0) return -1;
    const leftSlot = last ? slot - 1 : slot;
    const left = childOf(i32, parent, leftSlot), right = childOf(i32, parent, leftSlot + 1);
    return nodeCount(i32, left) + nodeCount(i32, right) > capacity * 3 / 4 ? -1 : leftSlot;
  }

  /** Joins a thin leaf with a neighbour under the same parent, where both fit into one. */
  #mergeLeaf(): void {
    const level = this.depth - 1;
    const leftSlot = level < 0 ? -1 : this.#pairToMerge(level, LEAF_ELEMENTS);
    if (leftSlot < 0) return;
    const nodes = this.nodes, parent = this.path[level];
    const left = childOf(this.arena.i32, parent, leftSlot);
    const right = childOf(this.arena.i32, parent, leftSlot + 1);
    nodes.moveElements(right, 0, left);
    nodes.link(left, nodes.next(right));
    if (right === this.lastLeaf) this.lastLeaf = left;
    nodes.freeLeaf(right);
    nodes.renewChild(parent, leftSlot, true);
    this.#unlinkChild(level, leftSlot + 1);
  }

  /** Takes a child, freed by the caller, out of the inner node on the path at `level`. */
  #unlinkChild(level: number, slot: number): void {
    const nodes = this.nodes;
    const node = this.path[level];
    nodes.removeChild(node, slot);
    const left = nodeCount(this.arena.i32, node);
    if (left === 0) {
      nodes.freeInner(node);
      if (level === 0) {
        this.root = 0;
        this.depth = 0;
      } else this.#unlinkChild(level - 1, this.slots[level - 1]);
      return;
    }
    if (slot === 0) this.#renewLeastAbove(level);
    if (level === 0 && left === 1) this.#lowerRoot();
    else if (level > 0 && left < INNER_CHILDREN / 4) this.#mergeInner(level);
  }

  #renewLeastAbove(level: number): void {
    const nodes = this.nodes;
    const node = this.path[level];
    const score = nodes.leastScore(node, 0), member = nodes.leastMember(node, 0);
    for (let above = level - 1; above >= 0; above--) {
      nodes.setLeast(this.path[above], this.slots[above], score, member);
      if (this.slots[above] > 0) return;
    }
  }

  #lowerRoot(): void {
    while (this.depth > 0 && nodeCount(this.arena.i32, this.root) === 1) {
      const child = childOf(this.arena.i32, this.root, 0);
      this.nodes.freeInner(this.root);
      this.root = child;
      this.depth--;
    }
  }

  #mergeInner(level: number): void {
    const leftSlot = this.#pairToMerge(level - 1, INNER_CHILDREN);
    if (leftSlot < 0) return;
    const nodes = this.nodes, parent = this.path[level - 1];
    const right = childOf(this.arena.i32, parent, leftSlot + 1);
    nodes.moveChildren(right, 0, childOf(this.arena.i32, parent, leftSlot));
    nodes.freeInner(right);
    nodes.renewChild(parent, leftSlot, false);
    this.#unlinkChild(level - 1, leftSlot + 1);
  }

  /** Frees all nodes; the members are the caller's. */
  clear(): void {
    this.drain(Infinity);
  }

  /**
   * Frees up to so many leaves, the last ones first; true when none is left. From then on the tree
   * is empty; before, nothing else may be done with it. The members are the caller's.
   */
  drain(leaves: number): boolean {
    while (this.root !== 0 && leaves > 0) {
      this.#dropLastLeaf();
      leaves--;
    }
    if (this.root !== 0) return false;
    this.depth =
      this.firstLeaf =
      this.lastLeaf =
      this.size =
        0;
    return true;
  }

  /** Frees the last leaf, and those above that it was the last child of. */
  #dropLastLeaf(): void {
    const { i32 } = this.arena, { depth, path } = this;
    let node = this.root;
    for (let level = 0; level < depth; level++) {
      path[level] = node;
      node = childOf(i32, node, nodeCount(i32, node) - 1);
    }
    this.nodes.freeLeaf(node);
    for (let level = depth - 1; level >= 0; level--) {
      if (this.nodes.forgetLastChild(path[level]) > 0) return;
      this.nodes.freeInner(path[level]);
    }
    this.root = 0;
  }
}

/** Whether one element comes before another. */
function isBelow(
  arena: Arena,
  score: number,
  member: number,
  otherScore: number,
  other: number,
): boolean {
  return score === otherScore ? compareMembers(arena, member, other) < 0 : score < otherScore;
}
