// The ends of a long list: pushing, reading and dropping elements there.
import type { Slice } from "../base/slice.ts";
import { ELEMENT_OVERHEAD_BYTES, nodeBytesLimit, plainBytes } from "./list_fill.ts";
import { ElementWriter, plainTextBytes, writePlainText } from "./listpack_element.ts";
import { LISTPACK_EMPTY_BYTES, LISTPACK_HEADER_BYTES } from "./listpack_format.ts";
import {
  dropFirstOfNode,
  dropLastOfNode,
  openFirstOfNode,
  openLastOfNode,
  popFirstOfNode,
  popLastOfNode,
} from "./node_ends.ts";
import type { NodeListpack } from "./node_listpack.ts";
import { BYTES, COUNT, FLAG_PLAIN, FLAGS } from "./packed_node_layout.ts";
import { PackedNodes } from "./packed_nodes.ts";
import type { TextSink } from "./tell_texts.ts";

/** From so many nodes on a new one at an end is expected to be filled, and begins with some room. */
const LONG_LIST_NODES = 4;
/** From so many on it begins with the room of the one that got full: a 16th of the list at most. */
const FULL_ROOM_NODES = 16;

const writer = new ElementWriter();

/** A chain of nodes of which each is filled up to a limit. */
export class PackedEnds extends PackedNodes {
  /** Elements of a node, or -1 to -5 for 4 to 64 KiB. */
  readonly fill: number;
  /** From so many bytes on an element gets a node of its own. */
  readonly plainFromBytes: number;
  readonly #maxNodeBytes: number;
  readonly #maxNodeElements: number;

  constructor(
    editor: NodeListpack,
    fill: number,
    compressDepth: number,
    plainFromBytes = plainBytes(fill),
  ) {
    super(editor, compressDepth);
    this.fill = fill;
    this.plainFromBytes = plainFromBytes;
    this.#maxNodeBytes = nodeBytesLimit(fill);
    this.#maxNodeElements = fill >= 0 ? Math.max(fill, 1) : 0x7fffffff;
  }

  pushHead(bytes: Uint8Array, start: number, end: number): void {
    const node = this.head;
    if (!this.hasRoom(node, end - start)) this.#pushNode(0, bytes, start, end);
    else if (!this.prependInPlace(bytes, start, end)) {
      this.openToGrow(node).prepend(bytes, start, end);
      this.closeNode(node, 1);
    }
  }

  pushTail(bytes: Uint8Array, start: number, end: number): void {
    const node = this.tail;
    if (!this.hasRoom(node, end - start)) this.#pushNode(node, bytes, start, end);
    else if (!this.appendInPlace(bytes, start, end)) {
      this.openToGrow(node).append(bytes, start, end);
      this.closeNode(node, 1);
    }
  }

  /** As {@link pushHead}, where the block of the first node has the room; false where not. */
  prependInPlace(bytes: Uint8Array, start: number, end: number): boolean {
    const node = this.head;
    if (!this.hasRoom(node, end - start)) return false;
    this.guard?.beforeChange(node);
    const plain = plainTextBytes(bytes, start, end);
    if (plain === 0) writer.chooseText(bytes, start, end);
    const at = openFirstOfNode(this.arena, node, plain === 0 ? writer.size : plain);
    if (at === 0) return false;
    if (plain === 0) writer.write(this.arena.u8, at);
    else writePlainText(this.arena.u8, at, bytes, start, end);
    this.count++;
    this.forgetFound();
    return true;
  }

  /** As {@link pushTail}, where the block of the last node has the room; false where not. */
  appendInPlace(bytes: Uint8Array, start: number, end: number): boolean {
    const node = this.tail;
    if (!this.hasRoom(node, end - start)) return false;
    this.guard?.beforeChange(node);
    const plain = plainTextBytes(bytes, start, end);
    if (plain === 0) writer.chooseText(bytes, start, end);
    const at = openLastOfNode(this.arena, node, plain === 0 ? writer.size : plain);
    if (at === 0) return false;
    if (plain === 0) writer.write(this.arena.u8, at);
    else writePlainText(this.arena.u8, at, bytes, start, end);
    this.count++;
    return true;
  }

  /**
   * Tells the sink the first element, of a list of several nodes, and removes it where that takes
   * nothing but to say so; false, and nothing done, where it takes more.
   */
  popHeadInPlace(sink: TextSink): boolean {
    const node = this.head;
    if (this.nodes < 2) return false;
    this.guard?.beforeChange(node);
    if (!popFirstOfNode(this.arena, node, sink)) return false;
    this.count--;
    this.forgetFound();
    return true;
  }

  /** As {@link popHeadInPlace}: the last element. */
  popTailInPlace(sink: TextSink): boolean {
    const node = this.tail;
    if (this.nodes < 2) return false;
    this.guard?.beforeChange(node);
    if (!popLastOfNode(this.arena, node, sink)) return false;
    this.count--;
    return true;
  }

  /** Points the slice at the first element's text; the list is not empty. */
  headInto(slice: Slice, digits?: Uint8Array): void {
    const node = this.head;
    if (this.isPlain(node)) this.nodeInto(node, slice);
    else this.openNode(node).elementInto(LISTPACK_HEADER_BYTES, slice, digits);
  }

  /** Points the slice at the last element's text; the list is not empty. */
  tailInto(slice: Slice, digits?: Uint8Array): void {
    const node = this.tail;
    if (this.isPlain(node)) return this.nodeInto(node, slice);
    const editor = this.openNode(node);
    editor.elementInto(editor.last(), slice, digits);
  }

  /** Removes the first element; there is one. */
  dropHead(): void {
    const node = this.head;
    if (this.nodeCount(node) === 1) return this.dropNode(node);
    this.guard?.beforeChange(node);
    if (dropFirstOfNode(this.arena, node)) {
      this.count--;
      this.forgetFound();
      return;
    }
    this.openNode(node).remove(LISTPACK_HEADER_BYTES);
    this.closeNode(node, -1);
  }

  /** Removes the last element; there is one. */
  dropTail(): void {
    const node = this.tail;
    if (this.nodeCount(node) === 1) return this.dropNode(node);
    this.guard?.beforeChange(node);
    if (dropLastOfNode(this.arena, node)) {
      this.count--;
      return;
    }
    const editor = this.openNode(node);
    editor.remove(editor.last());
    this.closeNode(node, -1);
  }

  protected openToGrow(node: number): NodeListpack {
    const editor = this.openNode(node);
    editor.growthLimit = this.#maxNodeBytes;
    return editor;
  }

  protected hasRoom(node: number, length: number): boolean {
    if (node === 0) return false;
    const { i32 } = this.arena, word = node * 2;
    return i32[word + BYTES] + length + ELEMENT_OVERHEAD_BYTES <= this.#maxNodeBytes &&
      i32[word + COUNT] < this.#maxNodeElements && (i32[word + FLAGS] & FLAG_PLAIN) === 0 &&
      length < this.plainFromBytes;
  }

  protected dropNode(node: number): void {
    this.removeNode(node);
    this.compressAround(0);
  }

  // A node at an end, after the one that was there got full and needs no room to grow any more.
  #pushNode(before: number, bytes: Uint8Array, start: number, end: number): void {
    const full = before === 0 ? this.head : before;
    this.addElement(before, bytes, start, end, this.#roomBeside(full));
    if (full === 0 || this.isPlain(full) || this.isCompressed(full)) return;
    this.openNode(full).fit();
    this.closeNode(full, 0);
    this.compressAround(0);
  }

  /** Bytes that a node at an end begins with, after the one that was there got full. */
  #roomBeside(full: number): number {
    const { nodes } = this;
    if (nodes < LONG_LIST_NODES || this.isPlain(full)) return 0;
    const share = Math.min(nodes, FULL_ROOM_NODES) / FULL_ROOM_NODES;
    return Math.floor(this.nodeBytes(full) * share);
  }

  /** Links a node of one element behind `before`, 0 for the head, in a block of at least `room`. */
  protected addElement(
    before: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    room = 0,
  ): void {
    if (end - start >= this.plainFromBytes) return this.addPlain(before, bytes, start, end);
    const { editor } = this;
    const needed = end - start + LISTPACK_EMPTY_BYTES + (end - start < 64 ? 2 : 8);
    editor.create(Math.max(room, needed));
    let node;
    try {
      editor.append(bytes, start, end);
      node = this.adoptNode(before, editor.ref, editor.bytes, 1);
    } catch (error) {
      editor.free();
      throw error;
    }
    if (before === 0 && this.nodes > 1) {
      editor.toEnd();
      this.closeNode(node, 0);
    }
    this.compressAround(node);
  }

  protected addPlain(before: number, bytes: Uint8Array, start: number, end: number): void {
    const node = this.addNode(before, true, end - start, 1);
    this.arena.u8.set(bytes.subarray(start, end), this.nodeBase(node));
    this.compressAround(node);
  }
}
