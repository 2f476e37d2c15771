// Edits a sorted array of integers that is an arena block, byte for byte as RDB files hold it.
import { copyBytes } from "../base/bytes.ts";
import { type Integer64, INTEGER64_TEXT_MAX, writeInteger64 } from "../base/int64.ts";
import { invariant } from "../base/invariant.ts";
import type { Random } from "../base/random.ts";
import type { Slice } from "../base/slice.ts";
import { type Arena, ArenaFullError } from "./arena.ts";
import { withSlack } from "./listpack.ts";
import {
  highHalf,
  joinInt64,
  lowHalf,
  readInt16,
  writeInt16,
  writeInt32,
  writeInt64,
} from "./little_endian.ts";

/** Bytes before the first integer: bytes per integer and number of integers, 32 bits each. */
export const INTSET_HEADER_BYTES = 8;
/** Blocks up to here stay as they are when their content shrinks. */
const NEVER_SHRUNK_BYTES = 64;

/** Bytes that an integer needs in an intset: 2, 4 or 8. */
export function intsetWidthOf(value: Integer64): number {
  if (value >= -32768 && value <= 32767) return 2;
  return value >= -2147483648 && value <= 2147483647 ? 4 : 8;
}

/**
 * An intset in an arena block, opened by its reference; one object serves any number of them in turn.
 * `ref` is where the block is after an edit. All integers take as many bytes as the widest one that
 * was ever added needs.
 */
export class Intset {
  readonly arena: Arena;
  ref = 0;
  #digits = new Uint8Array(INTEGER64_TEXT_MAX);

  constructor(arena: Arena) {
    this.arena = arena;
  }

  /** Opens a new, empty intset and answers its reference. */
  create(): number {
    this.ref = this.arena.allocate(INTSET_HEADER_BYTES + 2 * 2);
    this.#writeHeader(2, 0);
    return this.ref;
  }

  /** Opens a new block with the bytes of an intset that lies outside the arena. */
  createFrom(bytes: Uint8Array, start: number, end: number): number {
    this.ref = this.arena.allocate(end - start);
    copyBytes(bytes, start, end, this.arena.u8, this.base);
    return this.ref;
  }

  /** Opens the intset in a block. */
  open(ref: number): this {
    this.ref = ref;
    return this;
  }

  /** Copies the open intset to a block of its own and answers its reference; this stays open. */
  copy(): number {
    const bytes = this.bytes;
    const copy = this.arena.allocate(bytes);
    this.arena.u8.copyWithin(copy * 8, this.base, this.base + bytes);
    return copy;
  }

  /** Frees the block. */
  free(): void {
    this.arena.free(this.ref);
    this.ref = 0;
  }

  /** Byte offset of the block in the arena: the intset is `[base, base + bytes)`. */
  get base(): number {
    return this.ref * 8;
  }

  /** Bytes per integer: 2, 4 or 8. */
  get width(): number {
    return this.arena.i32[this.ref * 2];
  }

  get count(): number {
    return this.arena.i32[this.ref * 2 + 1];
  }

  /** Bytes of the header and the integers. */
  get bytes(): number {
    return INTSET_HEADER_BYTES + this.count * this.width;
  }

  /** The integer of a rank, counted from 0, smallest first. */
  get(index: number): Integer64 {
    const { i32, u8 } = this.arena, word = this.ref * 2 + 2, width = this.width;
    if (width === 4) return i32[word + index];
    if (width === 2) return readInt16(u8, word * 4 + index * 2);
    return joinInt64(i32[word + index * 2 + 1], i32[word + index * 2]);
  }

  /** The smallest integer; there is one. */
  get min(): Integer64 {
    return this.get(0);
  }

  /** The largest integer; there is one. */
  get max(): Integer64 {
    return this.get(this.count - 1);
  }

  /** Any of the integers, each equally likely; there is one. */
  random(random: Random): Integer64 {
    return this.get(random.below(this.count));
  }

  /**
   * Points the slice at the digits of the integer of a rank, in `digits`, by default a buffer that
   * the next call writes over.
   */
  elementInto(index: number, slice: Slice, digits: Uint8Array = this.#digits): void {
    slice.set(digits, 0, writeInteger64(this.get(index), digits, 0));
  }

  has(value: Integer64): boolean {
    return this.find(value) >= 0;
  }

  /** Rank of an integer; `-1 - rank` of where it would be when it is not there. */
  find(value: Integer64): number {
    const { width } = this;
    if (intsetWidthOf(value) > width) return value < 0 ? -1 : -1 - this.count;
    if (width === 8) return this.#findWide(highHalf(value), lowHalf(value) >>> 0);
    const { i32, u8 } = this.arena, word = this.ref * 2 + 2;
    const wanted = value as number; // as its width says
    let low = 0, high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = width === 4 ? i32[word + middle] : readInt16(u8, word * 4 + middle * 2);
      if (found === wanted) return middle;
      if (found < wanted) low = middle + 1;
      else high = middle - 1;
    }
    return -1 - low;
  }

  // In halves, so that no integer is made for a comparison.
  #findWide(wantedHigh: number, wantedLow: number): number {
    const { i32 } = this.arena, word = this.ref * 2 + 2;
    let low = 0, high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const foundHigh = i32[word + middle * 2 + 1];
      const foundLow = i32[word + middle * 2] >>> 0;
      if (foundHigh === wantedHigh && foundLow === wantedLow) return middle;
      if (foundHigh < wantedHigh || (foundHigh === wantedHigh && foundLow < wantedLow)) {
        low = middle + 1;
      } else high = middle - 1;
    }
    return -1 - low;
  }

  /**
   * As {@link find}, for one of integers that are looked for in ascending order: `from` is not above
   * the rank where it is or would be.
   */
  findFrom(value: Integer64, from: number): number {
    const { width, count } = this;
    if (width === 8 || intsetWidthOf(value) > width) return this.find(value);
    const { i32, u8 } = this.arena, word = this.ref * 2 + 2;
    const wanted = value as number; // as its width says
    // Steps that double: what follows is mostly near.
    let low = from, high = from;
    for (let step = 1; high < count; step *= 2) {
      const found = width === 4 ? i32[word + high] : readInt16(u8, word * 4 + high * 2);
      if (found === wanted) return high;
      if (found > wanted) break;
      low = high + 1;
      high += step;
    }
    high = Math.min(high, count) - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = width === 4 ? i32[word + middle] : readInt16(u8, word * 4 + middle * 2);
      if (found === wanted) return middle;
      if (found < wanted) low = middle + 1;
      else high = middle - 1;
    }
    return -1 - low;
  }

  /** Adds an integer; false when it is there already. Fails before it changes anything. */
  add(value: Integer64): boolean {
    const rank = -1 - this.find(value);
    if (rank < 0) return false;
    const before = this.width, count = this.count;
    const width = Math.max(before, intsetWidthOf(value));
    const bytes = INTSET_HEADER_BYTES + (count + 1) * width;
    if (bytes > this.arena.usableBytes(this.ref)) {
      this.ref = this.arena.resize(this.ref, withSlack(bytes), this.bytes);
    }
    if (width > before) this.#widen(width, value < 0 ? 1 : 0);
    else {
      const at = this.base + INTSET_HEADER_BYTES + rank * width;
      const end = this.base + INTSET_HEADER_BYTES + count * width;
      if (at < end) this.arena.u8.copyWithin(at + width, at, end);
    }
    this.#writeHeader(width, count + 1);
    this.#write(rank, value);
    return true;
  }

  /** Removes an integer; false when it is not there. The others stay as wide as they are. */
  remove(value: Integer64): boolean {
    const rank = this.find(value);
    if (rank < 0) return false;
    this.removeAt(rank);
    return true;
  }

  /** Removes the integer of a rank. */
  removeAt(rank: number): void {
    const { base, width, count } = this;
    const at = base + INTSET_HEADER_BYTES + rank * width;
    const end = base + INTSET_HEADER_BYTES + count * width;
    this.arena.u8.copyWithin(at, at + width, end);
    this.#writeHeader(width, count - 1);
    const bytes = this.bytes, usable = this.arena.usableBytes(this.ref);
    if (usable > NEVER_SHRUNK_BYTES && bytes * 2 < usable) this.#shrink(bytes);
  }

  /** Rewrites the integers with more bytes each, `shift` ranks up, from the last one on. */
  #widen(width: number, shift: number): void {
    const count = this.count;
    for (let rank = count - 1; rank >= 0; rank--) {
      const value = this.get(rank);
      this.#writeAt(this.base + INTSET_HEADER_BYTES + (rank + shift) * width, width, value);
    }
  }

  #shrink(bytes: number): void {
    try {
      this.ref = this.arena.resize(this.ref, bytes, bytes);
    } catch (error) {
      // What removes must not fail for want of memory: the block stays too wide.
      if (!(error instanceof ArenaFullError)) throw error;
    }
  }

  #write(rank: number, value: Integer64): void {
    const { width } = this;
    this.#writeAt(this.base + INTSET_HEADER_BYTES + rank * width, width, value);
  }

  #writeAt(at: number, width: number, value: Integer64): void {
    const { u8 } = this.arena;
    if (width === 8) return writeInt64(u8, at, value);
    invariant(typeof value === "number", "an integer of up to 4 bytes is a number");
    if (width === 4) writeInt32(u8, at, value);
    else writeInt16(u8, at, value);
  }

  #writeHeader(width: number, count: number): void {
    this.arena.i32[this.ref * 2] = width;
    this.arena.i32[this.ref * 2 + 1] = count;
  }
}
