// The long list ("quicklist"): a chain of listpacks, so that both ends are cheap and memory is tight.
import { Slice } from "../base/slice.ts";
import { ArenaFullError } from "./arena.ts";
import { exceedsFill, MERGE_GAIN_BYTES } from "./list_fill.ts";
import { ElementNeedle } from "./listpack_element.ts";
import {
  LISTPACK_COUNT_UNKNOWN,
  LISTPACK_EMPTY_BYTES,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
} from "./listpack_format.ts";
import { writeInt16, writeInt32 } from "./little_endian.ts";
import type { PackedListCursor } from "./packed_list_cursor.ts";
import { PackedEnds } from "./packed_ends.ts";

const view = new Slice();
const needle = new ElementNeedle();

/**
 * One object per list; nodes and elements live in the arena. Texts that are written must not lie in
 * the arena, which may move while they are read. Where memory is short an edit fails before it
 * changes anything; removing needs memory only to unpack a compressed node.
 */
export class PackedList extends PackedEnds {
  /** Inserts a text beside the element that the cursor stands on. */
  insert(cursor: PackedListCursor, text: Slice, after: boolean): void {
    const { node, position, offset } = cursor;
    const atEdge = after ? offset === this.nodeCount(node) - 1 : offset === 0;
    const { bytes, start, end } = text;
    const length = text.length;
    if (this.hasRoom(node, length)) {
      const editor = this.openToGrow(node);
      if (after && atEdge) editor.append(bytes, start, end);
      else editor.insert(after ? editor.next(position) : position, bytes, start, end);
      this.closeNode(node, 1);
      this.compressAround(node);
      return;
    }
    const neighbour = after ? this.nextNode(node) : this.previousNode(node);
    const before = after ? node : neighbour;
    if (!atEdge) this.#insertBySplitting(cursor, text, after);
    else if (this.hasRoom(neighbour, length)) {
      const editor = this.openToGrow(neighbour);
      if (after) editor.prepend(bytes, start, end);
      else editor.append(bytes, start, end);
      this.closeNode(neighbour, 1);
      this.compressAround(neighbour);
    } else this.addElement(before, bytes, start, end);
  }

  /** Puts a text in the place of the element that the cursor stands on. */
  replace(cursor: PackedListCursor, text: Slice): void {
    const { node, position } = cursor;
    const plain = this.isPlain(node);
    if (!plain && text.length < this.plainFromBytes) {
      this.openToGrow(node).replace(position, text.bytes, text.start, text.end);
      this.closeNode(node, 0);
      this.compressAround(node);
      return;
    }
    this.insert(cursor, text, true);
    // Inserting split the node behind the element if anywhere, so that it is where it was.
    if (this.nodeCount(node) === 1) return this.dropNode(node);
    this.openNode(node).remove(position);
    this.closeNode(node, -1);
    this.#mergeAround(this.nextNode(node));
  }

  /** Removes up to `count` elements from an index on; a negative index counts from the tail. */
  deleteRange(index: number, count: number): void {
    if (index < 0) index += this.count;
    if (index < 0 || index >= this.count) return;
    let left = Math.min(count, this.count - index);
    if (left <= 0) return;
    let node = this.seekNode(index);
    let { offset } = this;
    let touched = 0;
    while (left > 0) {
      const next = this.nextNode(node);
      const deleted = Math.min(left, this.nodeCount(node) - offset);
      if (deleted === this.nodeCount(node)) this.removeNode(node);
      else {
        this.openNode(node).removeRange(offset, deleted);
        this.closeNode(node, -deleted);
        if (touched !== 0) this.compressAround(touched);
        touched = node;
      }
      left -= deleted;
      offset = 0;
      node = next;
    }
    if (touched === 0) this.compressAround(0);
    else this.#mergeAround(touched);
  }

  /**
   * Removes elements that read as a text: the first `count`, the last `-count`, or all for 0.
   * Answers how many.
   */
  removeMatching(text: Slice, count: number): number {
    const fromTail = count < 0;
    const limit = count === 0 ? Infinity : Math.abs(count);
    let removed = 0;
    let node = fromTail ? this.tail : this.head;
    while (node !== 0 && removed < limit) {
      const next = fromTail ? this.previousNode(node) : this.nextNode(node);
      removed += this.#removeInNode(node, text, limit - removed, fromTail);
      node = next;
    }
    if (removed > 0) this.compressAround(0);
    return removed;
  }

  /** Appends a node from a file: a listpack without fault, of `count` elements. */
  appendListpack(bytes: Uint8Array, start: number, end: number, count: number): void {
    const node = this.addNode(this.tail, false, end - start, count);
    this.arena.u8.set(bytes.subarray(start, end), this.nodeBase(node));
    this.compressAround(node);
  }

  /** Appends a node from a file: one element without a listpack around it. */
  appendPlain(bytes: Uint8Array, start: number, end: number): void {
    this.addPlain(this.tail, bytes, start, end);
  }

  /** Takes over the block of a listpack, which becomes the last node. */
  adoptListpack(ref: number): void {
    const { bytes, count } = this.editor.open(ref);
    this.adoptNode(this.tail, ref, bytes, count);
  }

  /**
   * The only node's listpack as a block that no list owns, so that a list that got short needs no
   * object any more; the list is empty then. 0 when there are several nodes, or a plain one.
   */
  takeListpack(): number {
    const node = this.head;
    if (this.nodes !== 1 || this.isPlain(node)) return 0;
    const ref = this.blockOfNode(node);
    this.unlinkNode(node);
    return ref;
  }

  /** An independent list of the same elements. */
  copy(): PackedList {
    const { editor, fill, compressDepth, plainFromBytes } = this;
    const copy = new PackedList(editor, fill, compressDepth, plainFromBytes);
    try {
      copy.copyNodes(this);
    } catch (error) {
      copy.free();
      throw error;
    }
    return copy;
  }

  #insertBySplitting(cursor: PackedListCursor, text: Slice, after: boolean): void {
    const { node } = cursor;
    const editor = this.openNode(node);
    const position = after ? editor.next(cursor.position) : cursor.position;
    const upper = this.#split(node, position, cursor.offset + (after ? 1 : 0));
    const { bytes, start, end } = text;
    if (text.length >= this.plainFromBytes) {
      this.addPlain(node, bytes, start, end);
      return;
    }
    const target = after ? upper : node;
    const part = this.openToGrow(target);
    if (after) part.prepend(bytes, start, end);
    else part.append(bytes, start, end);
    this.closeNode(target, 1);
    this.#mergeAround(after ? node : upper);
  }

  /** Moves all from `position` on to a new node behind; `kept` elements stay. Answers the new one. */
  #split(node: number, position: number, kept: number): number {
    const moved = this.nodeCount(node) - kept;
    const length = this.openNode(node).bytes - 1 - position;
    const total = LISTPACK_EMPTY_BYTES + length;
    const upper = this.addNode(node, false, total, moved);
    const { u8 } = this.arena, editor = this.openNode(node), base = this.nodeBase(upper);
    writeInt32(u8, base, total);
    writeInt16(u8, base + 4, Math.min(moved, LISTPACK_COUNT_UNKNOWN));
    const from = editor.base + position;
    u8.copyWithin(base + LISTPACK_HEADER_BYTES, from, from + length);
    u8[base + total - 1] = LISTPACK_END;
    editor.truncate(position, moved);
    this.closeNode(node, -moved);
    return upper;
  }

  #removeInNode(node: number, text: Slice, limit: number, fromTail: boolean): number {
    if (this.isPlain(node)) {
      this.nodeInto(node, view);
      const matches = view.equals(text);
      if (matches) this.removeNode(node);
      return matches ? 1 : 0;
    }
    if (this.isCompressed(node) && !this.#holds(node, text)) return 0;
    const removed = this.openNode(node).removeMatching(text, limit, fromTail);
    if (removed === this.nodeCount(node)) {
      this.#removeOpened(node, removed);
      return removed;
    }
    if (removed > 0) {
      this.closeNode(node, -removed);
      // With the side the walk came from, so that it goes on from a node that is still there.
      const visited = fromTail ? this.nextNode(node) : this.previousNode(node);
      this.compressAround(this.#merge(visited, node));
    }
    return removed;
  }

  // Looks into a copy: compressing the node again costs far more than unpacking it twice.
  #holds(node: number, text: Slice): boolean {
    this.nodeInto(node, view);
    needle.set(text.bytes, text.start, text.end);
    const at = needle.find(view.bytes, view.start + LISTPACK_HEADER_BYTES, 1);
    needle.clear();
    return at >= 0;
  }

  #removeOpened(node: number, removed: number): void {
    this.closeNode(node, -removed);
    this.removeNode(node);
  }

  /** Merges the node's neighbours and the node itself as far as they fit, in Redis's order. */
  #mergeAround(center: number): void {
    const previous = this.previousNode(center), next = this.nextNode(center);
    if (previous !== 0) this.#merge(this.previousNode(previous), previous);
    if (next !== 0) this.#merge(next, this.nextNode(next));
    let merged = this.#merge(this.previousNode(center), center);
    merged = this.#merge(merged, this.nextNode(merged), merged);
    this.compressAround(merged);
  }

  /** Makes two neighbours, in either order, one where they fit; answers it, or else `otherwise`. */
  #merge(one: number, other: number, otherwise: number = other): number {
    if (one === 0 || other === 0 || this.isPlain(one) || this.isPlain(other)) return otherwise;
    const count = this.nodeCount(one) + this.nodeCount(other);
    const bytes = this.nodeBytes(one) + this.nodeBytes(other) - MERGE_GAIN_BYTES;
    if (exceedsFill(this.fill, bytes, count)) return otherwise;
    try {
      // The shorter one moves.
      return this.nodeBytes(one) >= this.nodeBytes(other)
        ? this.#moveInto(one, other)
        : this.#moveInto(other, one);
    } catch (error) {
      // Two nodes that fit into one are no harm; the edit before it has been made.
      if (!(error instanceof ArenaFullError)) throw error;
      return otherwise;
    }
  }

  #moveInto(target: number, source: number): number {
    const moved = this.nodeCount(source);
    const from = this.openNode(source).base + LISTPACK_HEADER_BYTES;
    const length = this.nodeBytes(source) - LISTPACK_EMPTY_BYTES;
    const editor = this.openToGrow(target);
    const behind = this.nextNode(target) === source;
    editor.insertEncoded(behind ? editor.bytes - 1 : LISTPACK_HEADER_BYTES, from, length, moved);
    this.closeNode(target, moved);
    this.removeNode(source);
    this.compressAround(target);
    return target;
  }
}
