// Walks over the elements of a long list in either direction.
import { equalBytes } from "../base/bytes.ts";
import { INTEGER64_TEXT_MAX } from "../base/int64.ts";
import { Slice } from "../base/slice.ts";
import { ElementNeedle, elementTextInto } from "./listpack_element.ts";
import {
  elementBefore,
  elementBytes,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
} from "./listpack_format.ts";
import { readUint32 } from "./little_endian.ts";
import type { PackedNodes } from "./packed_nodes.ts";
import { type RunSink, tellTexts } from "./tell_texts.ts";

const NO_BYTES = new Uint8Array(0);
const SCRATCH_KEPT_BYTES = 1 << 20;

/**
 * A place in a list. One cursor serves any number of lists through `begin`; walking allocates
 * nothing. An edit of the list ends the walk.
 */
export class PackedListCursor {
  /** Where the cursor stands: the node, the element's offset in the node's listpack, its index there. */
  node = 0;
  position = 0;
  offset = 0;
  /** Index of the element in the list. */
  index = 0;
  #list: PackedNodes | undefined;
  #forward = true;
  #plain = false;
  /** Where the node's bytes begin, in the arena or in `#unpacked`. */
  #base = 0;
  #inArena = true;
  #unpacked: Uint8Array = NO_BYTES;
  #digits = new Uint8Array(INTEGER64_TEXT_MAX);
  #view = new Slice();
  #needle = new ElementNeedle();
  #text = new Slice();

  /**
   * Stands before the element of an index, which is negative when counted from the tail, so that
   * `next` comes to it. False when there is no such element.
   */
  begin(list: PackedNodes, index: number, forward: boolean): boolean {
    this.#list = list;
    this.#forward = forward;
    this.node = 0;
    if (index < 0) index += list.count;
    if (index < 0 || index >= list.count) return false;
    const node = list.seekNode(index);
    this.#enter(node);
    this.index = forward ? index - 1 : index + 1;
    this.offset = list.offset;
    if (!this.#plain) this.#seek(list.offset, list.nodeCount(node));
    this.position = -this.position; // not yet there
    return true;
  }

  /** Steps to the next element; false after the last one. */
  next(): boolean {
    if (this.node === 0) return false;
    this.index += this.#forward ? 1 : -1;
    if (this.position < 0) {
      this.position = -this.position;
      return true;
    }
    return this.#forward ? this.#stepForward() : this.#stepBackward();
  }

  /** Lets go of the list. */
  end(): void {
    this.#list = undefined;
    this.node = 0;
    this.#text.set(NO_BYTES, 0, 0);
    this.#needle.clear();
    if (this.#unpacked.length > SCRATCH_KEPT_BYTES) this.#unpacked = NO_BYTES;
  }

  /**
   * Points the slice at the element's text: bytes in the arena or of a node that was unpacked, or an
   * integer's digits in `digits`, by default a buffer that the next call writes over.
   */
  elementInto(slice: Slice, digits: Uint8Array = this.#digits): void {
    const bytes = this.#bytes(), base = this.#base;
    if (!this.#plain) elementTextInto(bytes, base + this.position, slice, digits);
    else slice.set(bytes, base, base + this.#list!.nodeBytes(this.node));
  }

  /** Hands the next `count` elements to the sink, forwards, and lets go of the list. */
  tell(sink: RunSink, count: number): void {
    const list = this.#list!;
    this.position = Math.abs(this.position);
    for (let left = count; left > 0 && this.node !== 0; this.#enter(list.nextNode(this.node))) {
      const bytes = this.#bytes(), base = this.#base;
      if (!this.#plain) left -= tellTexts(bytes, base + this.position, left, sink);
      else {
        sink.bulkRange(bytes, base, base + list.nodeBytes(this.node));
        left--;
      }
    }
    this.end();
  }

  /** Borrows the text that {@link matches} compares with, until `end`. */
  lookFor(bytes: Uint8Array, start: number, end: number): void {
    this.#text.set(bytes, start, end);
    this.#needle.set(bytes, start, end);
  }

  /** Whether the element reads as the text of {@link lookFor}. */
  matches(): boolean {
    const bytes = this.#bytes(), base = this.#base;
    if (!this.#plain) return this.#needle.equals(bytes, base + this.position);
    const text = this.#text, end = base + this.#list!.nodeBytes(this.node);
    return equalBytes(bytes, base, end, text.bytes, text.start, text.end);
  }

  // The views of the arena change when it grows, so they are read again each time.
  #bytes(): Uint8Array {
    return this.#inArena ? this.#list!.arena.u8 : this.#unpacked;
  }

  #enter(node: number): void {
    const list = this.#list!;
    this.node = node;
    this.position = LISTPACK_HEADER_BYTES;
    this.offset = 0;
    if (node === 0) return;
    this.#plain = list.isPlain(node);
    this.#inArena = !list.isCompressed(node);
    if (this.#inArena) {
      this.#base = list.nodeBase(node);
      return;
    }
    const bytes = list.nodeBytes(node);
    if (this.#unpacked.length < bytes) this.#unpacked = new Uint8Array(Math.max(bytes, 8192));
    list.nodeInto(node, this.#view, this.#unpacked);
    this.#view.set(NO_BYTES, 0, 0);
    this.#base = 0;
  }

  #seek(offset: number, count: number): void {
    const bytes = this.#bytes(), base = this.#base;
    let at = base + LISTPACK_HEADER_BYTES;
    if (offset <= count >>> 1) {
      for (let i = 0; i < offset; i++) at += elementBytes(bytes, at);
    } else {
      at = base + readUint32(bytes, base) - 1;
      for (let i = count; i > offset; i--) at = elementBefore(bytes, at);
    }
    this.position = at - base;
  }

  #stepForward(): boolean {
    if (!this.#plain) {
      const bytes = this.#bytes(), at = this.#base + this.position;
      const next = at + elementBytes(bytes, at);
      if (bytes[next] !== LISTPACK_END) {
        this.position = next - this.#base;
        this.offset++;
        return true;
      }
    }
    this.#enter(this.#list!.nextNode(this.node));
    return this.node !== 0;
  }

  #stepBackward(): boolean {
    if (!this.#plain && this.position !== LISTPACK_HEADER_BYTES) {
      this.position = elementBefore(this.#bytes(), this.#base + this.position) - this.#base;
      this.offset--;
      return true;
    }
    const list = this.#list!;
    const node = list.previousNode(this.node);
    this.#enter(node);
    if (node === 0) return false;
    this.offset = list.nodeCount(node) - 1;
    if (!this.#plain) this.#seek(this.offset, this.offset + 1);
    return true;
  }
}
