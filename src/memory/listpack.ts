// Edits a listpack that is an arena block: small hashes, sorted sets, sets and lists.
import { copyBytes } from "../base/bytes.ts";
import { type Integer64, INTEGER64_TEXT_MAX } from "../base/int64.ts";
import { invariant } from "../base/invariant.ts";
import type { Slice } from "../base/slice.ts";
import { Arena, ArenaFullError } from "./arena.ts";
import { ElementNeedle, elementTextInto, ElementWriter } from "./listpack_element.ts";
import {
  elementBefore,
  elementBytes,
  elementInteger,
  isStringEncoding,
  LISTPACK_COUNT_UNKNOWN,
  LISTPACK_EMPTY_BYTES,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
  LISTPACK_MAX_BYTES,
} from "./listpack_format.ts";
import { readUint16, readUint32, writeInt16, writeInt32 } from "./little_endian.ts";

/** Below this blocks grow without slack: the arena's classes are 8 bytes apart up to 512. */
const SLACK_FROM_BYTES = 512;
/** Blocks up to here stay as they are when their content shrinks. */
export const NEVER_SHRUNK_BYTES = 64;

/** What to ask of the arena for a growing block: an eighth more where classes are far apart. */
export function withSlack(bytes: number): number {
  return bytes < SLACK_FROM_BYTES ? bytes : bytes + (bytes >>> 3);
}

/**
 * A listpack in an arena block, opened by its reference; one object serves any number of them in
 * turn. `ref` is where the block is after an edit: whoever keeps the reference stores it again.
 *
 * A position is an element's byte offset in the listpack, valid until the next edit; 0 is no
 * element. Texts that are written must not lie in the arena, which may move while they are read.
 * The listpack must have no fault: check what comes from outside before opening it.
 */
export class Listpack {
  readonly arena: Arena;
  ref = 0;
  /** Byte of the block where the listpack begins; only nodes of lists have it elsewhere than at 0. */
  start = 0;
  /** The element that the last edit wrote, or the one behind what it removed; 0 for none. */
  position = 0;
  protected readonly writer: ElementWriter = new ElementWriter();
  /** For the second of two elements that are written at once. */
  protected readonly secondWriter: ElementWriter = new ElementWriter();
  protected readonly needle: ElementNeedle = new ElementNeedle();
  #digits = new Uint8Array(INTEGER64_TEXT_MAX);

  constructor(arena: Arena) {
    this.arena = arena;
  }

  /** Opens a new, empty listpack and answers its reference. */
  create(capacity: number = LISTPACK_EMPTY_BYTES): number {
    this.ref = this.arena.allocate(Math.max(capacity, LISTPACK_EMPTY_BYTES));
    this.start = 0;
    const { u8 } = this.arena, base = this.base;
    writeInt32(u8, base, LISTPACK_EMPTY_BYTES);
    writeInt16(u8, base + 4, 0);
    u8[base + LISTPACK_HEADER_BYTES] = LISTPACK_END;
    return this.ref;
  }

  /** Opens a new block with the bytes of a listpack that lies outside the arena. */
  createFrom(bytes: Uint8Array, start: number, end: number): number {
    this.ref = this.arena.allocate(end - start);
    this.start = 0;
    copyBytes(bytes, start, end, this.arena.u8, this.base);
    return this.ref;
  }

  /** Opens the listpack in a block. */
  open(ref: number, start = 0): this {
    this.ref = ref;
    this.start = start;
    return this;
  }

  /** Copies the open listpack to a block of its own and answers its reference; this stays open. */
  copy(): number {
    const bytes = this.bytes, copy = this.arena.allocate(bytes);
    this.arena.u8.copyWithin(copy * 8, this.base, this.base + bytes);
    return copy;
  }

  /** Frees the block. */
  free(): void {
    this.arena.free(this.ref);
    this.ref = 0;
  }

  /** Makes room for `bytes` more and nothing beyond: for elements that come together. */
  reserve(bytes: number): void {
    const total = this.bytes;
    if (total + bytes <= this.arena.usableBytes(this.ref)) return;
    this.ref = this.arena.resize(this.ref, total + bytes, total);
  }

  /** Gives back what a block has in excess, once no more is expected to be written to it. */
  fit(): void {
    const bytes = this.bytes, usable = this.arena.usableBytes(this.ref);
    // Not for less than an eighth: moving the bytes has a price as well.
    if (usable - Arena.roundUp(bytes) <= usable >>> 3) return;
    try {
      this.shrink(bytes);
    } catch (error) {
      if (!(error instanceof ArenaFullError)) throw error;
    }
  }

  /** Byte offset of the listpack in the arena: its bytes are `[base, base + bytes)`. */
  get base(): number {
    return this.ref * 8 + this.start;
  }

  /** Bytes from the header to the end mark. */
  get bytes(): number {
    return readUint32(this.arena.u8, this.base);
  }

  /** Number of elements. Walks where the header cannot say, and lets it say so if it can again. */
  get count(): number {
    const { u8 } = this.arena, base = this.base;
    const inHeader = readUint16(u8, base + 4);
    if (inHeader !== LISTPACK_COUNT_UNKNOWN) return inHeader;
    let count = 0;
    let at = base + LISTPACK_HEADER_BYTES;
    for (; u8[at] !== LISTPACK_END; at += elementBytes(u8, at)) count++;
    if (count < LISTPACK_COUNT_UNKNOWN) writeInt16(u8, base + 4, count);
    return count;
  }

  /** Whether `bytes` more keep the listpack below the size it must never exceed. */
  canGrowBy(bytes: number): boolean {
    return this.bytes + bytes <= LISTPACK_MAX_BYTES;
  }

  first(): number {
    return this.#orNone(LISTPACK_HEADER_BYTES);
  }

  last(): number {
    return this.previous(this.bytes - 1);
  }

  next(position: number): number {
    return this.#orNone(position + elementBytes(this.arena.u8, this.base + position));
  }

  /** The element before `position`, which may be the end, `bytes - 1`. */
  previous(position: number): number {
    if (position === LISTPACK_HEADER_BYTES) return 0;
    return elementBefore(this.arena.u8, this.base + position) - this.base;
  }

  /** The element of an index; -1 is the last one. Walks from the nearer end. */
  seek(index: number): number {
    const count = this.count;
    if (index < 0) index += count;
    if (index < 0 || index >= count) return 0;
    const { u8 } = this.arena, base = this.base;
    if (index <= count >>> 1) {
      let at = base + LISTPACK_HEADER_BYTES;
      for (; index > 0; index--) at += elementBytes(u8, at);
      return at - base;
    }
    let at = base + readUint32(u8, base) - 1;
    for (; index < count; index++) at = elementBefore(u8, at);
    return at - base;
  }

  /**
   * Points the slice at an element's text: bytes in the arena, or an integer's digits in `digits`,
   * by default a buffer that the next call writes over.
   */
  elementInto(position: number, slice: Slice, digits: Uint8Array = this.#digits): void {
    elementTextInto(this.arena.u8, this.base + position, slice, digits);
  }

  isInteger(position: number): boolean {
    return !isStringEncoding(this.arena.u8[this.base + position]);
  }

  /** The integer of an element that is kept as one. */
  integerAt(position: number): Integer64 {
    return elementInteger(this.arena.u8, this.base + position);
  }

  /** Whether an element reads as a text. */
  equals(position: number, bytes: Uint8Array, start: number, end: number): boolean {
    this.needle.set(bytes, start, end);
    return this.needle.equals(this.arena.u8, this.base + position);
  }

  /**
   * The first of every `every`-th element, from the element `from` on, that reads as a text; 0 for
   * none. With 2 it finds a field among fields and values.
   */
  find(bytes: Uint8Array, start: number, end: number, every = 1, from = this.first()): number {
    if (from === 0) return 0;
    this.needle.set(bytes, start, end);
    const at = this.needle.find(this.arena.u8, this.base + from, every);
    return at < 0 ? 0 : at - this.base;
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    this.writer.chooseText(bytes, start, end);
    this.#insertChosen(this.bytes - 1);
  }

  prepend(bytes: Uint8Array, start: number, end: number): void {
    this.writer.chooseText(bytes, start, end);
    this.#insertChosen(LISTPACK_HEADER_BYTES);
  }

  /** Writes an element before the one at `position`, which may be the end, `bytes - 1`. */
  insert(position: number, bytes: Uint8Array, start: number, end: number): void {
    this.writer.chooseText(bytes, start, end);
    this.#insertChosen(position);
  }

  replace(position: number, bytes: Uint8Array, start: number, end: number): void {
    this.writer.chooseText(bytes, start, end);
    this.#replaceByChosen(position);
  }

  appendInteger(integer: Integer64): void {
    this.insertInteger(this.bytes - 1, integer);
  }

  insertInteger(position: number, integer: Integer64): void {
    this.writer.chooseInteger(integer);
    this.#insertChosen(position);
  }

  replaceInteger(position: number, integer: Integer64): void {
    this.writer.chooseInteger(integer);
    this.#replaceByChosen(position);
  }

  /** Writes two elements before the one at `position`, which may be the end: both or none. */
  insertPair(position: number, first: Slice, second: Slice): void {
    this.writer.chooseText(first.bytes, first.start, first.end);
    this.secondWriter.chooseText(second.bytes, second.start, second.end);
    this.#insertChosenPair(position);
  }

  /** As {@link insertPair}; the second one is an integer. */
  insertWithInteger(position: number, first: Slice, integer: Integer64): void {
    this.writer.chooseText(first.bytes, first.start, first.end);
    this.secondWriter.chooseInteger(integer);
    this.#insertChosenPair(position);
  }

  #insertChosenPair(position: number): void {
    const { writer, secondWriter } = this;
    const at = this.splice(position, 0, writer.size + secondWriter.size, 2);
    writer.write(this.arena.u8, at);
    secondWriter.write(this.arena.u8, at + writer.size);
    this.position = position;
  }

  /** Inserts elements that lie encoded at `[at, at + length)` of the arena, outside this block. */
  insertEncoded(position: number, at: number, length: number, elements: number): void {
    const to = this.splice(position, 0, length, elements);
    this.arena.u8.copyWithin(to, at, at + length);
  }

  /** Removes as many elements as there are from `position` on, at most `elements`. */
  remove(position: number, elements = 1): void {
    const { u8 } = this.arena, from = this.base + position;
    let to = from;
    let removed = 0;
    for (; removed < elements && u8[to] !== LISTPACK_END; removed++) to += elementBytes(u8, to);
    this.splice(position, to - from, 0, -removed);
    this.position = this.#orNone(position);
  }

  /** Removes `elements` from an index on, which may be negative; fewer where the list ends. */
  removeRange(index: number, elements: number): void {
    const position = this.seek(index);
    if (position !== 0 && elements > 0) this.remove(position, elements);
  }

  /**
   * Removes the first, or with `fromTail` the last, elements that read as a text, at most `limit`,
   * and answers how many. One pass, however many they are.
   */
  removeMatching(text: Slice, limit: number, fromTail: boolean): number {
    this.needle.set(text.bytes, text.start, text.end);
    const { u8 } = this.arena, base = this.base, end = base + this.bytes - 1;
    let at = this.needle.find(u8, base + LISTPACK_HEADER_BYTES, 1);
    if (at < 0) return 0;
    if (fromTail) {
      for (let spared = this.#matches(at) - limit; spared > 0; spared--) {
        at = this.needle.find(u8, at + elementBytes(u8, at), 1);
      }
    }
    let to = at;
    let removed = 0;
    while (at < end) {
      const kept = at + elementBytes(u8, at);
      const match = ++removed < limit ? this.needle.find(u8, kept, 1) : -1;
      at = match < 0 ? end : match;
      u8.copyWithin(to, kept, at);
      to += at - kept;
    }
    this.splice(to - base, end - to, 0, -removed);
    this.position = 0;
    return removed;
  }

  #matches(at: number): number {
    const { u8 } = this.arena;
    let matches = 0;
    for (; at >= 0; at = this.needle.find(u8, at + elementBytes(u8, at), 1)) matches++;
    return matches;
  }

  #orNone(position: number): number {
    return this.arena.u8[this.base + position] === LISTPACK_END ? 0 : position;
  }

  #insertChosen(position: number): void {
    const at = this.splice(position, 0, this.writer.size, 1);
    this.writer.write(this.arena.u8, at);
    this.position = position;
  }

  #replaceByChosen(position: number): void {
    const removed = elementBytes(this.arena.u8, this.base + position);
    const at = this.splice(position, removed, this.writer.size, 0);
    this.writer.write(this.arena.u8, at);
    this.position = position;
  }

  /**
   * Puts `added` bytes of undefined content in the place of `removed` at `position`, keeps the
   * header true, and answers where they are in the arena. Fails before it changes anything.
   */
  protected splice(position: number, removed: number, added: number, elements: number): number {
    const { u8 } = this.arena, before = this.base;
    const total = readUint32(u8, before);
    const count = readUint16(u8, before + 4);
    const newTotal = total - removed + added;
    invariant(newTotal <= LISTPACK_MAX_BYTES, "a listpack stays below its limit");
    if (added > removed) this.openGap(position, removed, added, total);
    else if (added < removed) this.closeGap(position, removed, added, total);
    const after = this.arena.u8, base = this.base;
    if (newTotal !== total) writeInt32(after, base, newTotal);
    // One that becomes 65535 means "unknown", which it is from then on.
    if (count !== LISTPACK_COUNT_UNKNOWN) {
      writeInt16(after, base + 4, Math.min(count + elements, LISTPACK_COUNT_UNKNOWN));
    }
    if (added >= removed) return base + position;
    this.#shrinkIfWide(newTotal);
    return this.base + position;
  }

  /** Moves what stands behind the `removed` bytes away from `position`, to leave `added` there. */
  protected openGap(position: number, removed: number, added: number, total: number): void {
    const newTotal = total - removed + added;
    if (newTotal > this.arena.usableBytes(this.ref)) {
      this.ref = this.arena.resize(this.ref, withSlack(newTotal), total);
    }
    const { u8 } = this.arena, base = this.base;
    const from = position + removed;
    if (from === total - 1) u8[base + newTotal - 1] = LISTPACK_END;
    else u8.copyWithin(base + position + added, base + from, base + total);
  }

  /** The opposite: `added` is less than `removed`. Needs no memory. */
  protected closeGap(position: number, removed: number, added: number, total: number): void {
    const { u8 } = this.arena, base = this.base;
    u8.copyWithin(base + position + added, base + position + removed, base + total);
  }

  /** Moves the listpack, of `total` bytes, to the beginning of a block that fits it. */
  protected shrink(total: number): void {
    const moved = this.arena.allocate(total);
    this.arena.u8.copyWithin(moved * 8, this.base, this.base + total);
    this.arena.free(this.ref);
    this.ref = moved;
    this.start = 0;
  }

  #shrinkIfWide(total: number): void {
    const usable = this.arena.usableBytes(this.ref);
    if (usable <= NEVER_SHRUNK_BYTES || total * 2 >= usable) return;
    try {
      this.shrink(total);
    } catch (error) {
      // What removes must not fail for want of memory: the block stays too wide.
      if (!(error instanceof ArenaFullError)) throw error;
    }
  }
}
