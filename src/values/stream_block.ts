// Writes blocks of stream entries; what they look like is told in stream_layout.ts.
import { copyBytes } from "../base/bytes.ts";
import type { Integer64 } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import { Arena } from "../memory/arena.ts";
import { ElementNeedle, ElementWriter, writeBackLength } from "../memory/listpack_element.ts";
import {
  backLengthBytes,
  elementBytes,
  ENCODING_12_BIT_STRING,
  ENCODING_13_BIT_INTEGER,
  ENCODING_6_BIT_STRING,
  LISTPACK_COUNT_UNKNOWN,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
  LISTPACK_MAX_BYTES,
} from "../memory/listpack_format.ts";
import { highHalf, joinInt64, lowHalf, readUint16, writeInt16 } from "../memory/little_endian.ts";
import type { ValueLimits } from "./limits.ts";
import type { StreamId } from "./stream_id.ts";
import {
  ENTRY_DELETED,
  ENTRY_SAME_FIELDS,
  isPacked,
  listpackBytes,
  packedEntries,
  smallInteger,
} from "./stream_layout.ts";

/** Most bytes that all fields and values of an entry may have together. */
export const MAX_ENTRY_BYTES = LISTPACK_MAX_BYTES;
/** Room for header, integers and end of the master record. */
const MASTER_INTEGERS_BYTES = 24;
/** Room for the integers of an entry: flags, ID, number of fields, number of elements; an end. */
const ENTRY_INTEGERS_BYTES = 40;
/** Below it a text is a short one: bytes that an element takes beyond its text, at most. */
const SHORT_TEXT_BYTES = 64;
/** Below it the length of a text takes 12 bits. */
const MEDIUM_TEXT_BYTES = 4096;
const SHORT_OVERHEAD_BYTES = 2;
const LONG_OVERHEAD_BYTES = 10;
/** A block that grows gets twice its room up to here, and a quarter more above. */
const DOUBLED_BYTES = 1024;

/** Writes blocks; one object serves all streams. */
export class BlockWriter {
  readonly arena: Arena;
  readonly #limits: ValueLimits;
  readonly #element = new ElementWriter();
  readonly #needle = new ElementNeedle();
  #to = 0;

  constructor(arena: Arena, limits: ValueLimits) {
    this.arena = arena;
    this.#limits = limits;
  }

  /** Whether a block takes no entry more whose fields and values are so many bytes. */
  isFull(ref: number, textBytes: number): boolean {
    const { streamNodeMaxBytes, streamNodeMaxEntries } = this.#limits;
    const maxBytes = streamNodeMaxBytes === 0
      ? LISTPACK_MAX_BYTES
      : Math.min(streamNodeMaxBytes, LISTPACK_MAX_BYTES);
    if (listpackBytes(this.arena, ref) + textBytes >= maxBytes) return true;
    if (streamNodeMaxEntries === 0) return false;
    return this.liveEntries(ref) + this.deletedEntries(ref) >= streamNodeMaxEntries;
  }

  liveEntries(ref: number): number {
    if (isPacked(this.arena, ref)) return packedEntries(this.arena, ref);
    return smallInteger(this.arena.u8, ref * 8 + LISTPACK_HEADER_BYTES);
  }

  deletedEntries(ref: number): number {
    if (isPacked(this.arena, ref)) return 0;
    const { u8 } = this.arena, at = ref * 8 + LISTPACK_HEADER_BYTES;
    return smallInteger(u8, at + elementBytes(u8, at));
  }

  /**
   * A block without entries, for an entry with these fields: there is room for it. A block that is
   * expected to grow up to so many bytes has the room at once.
   */
  create(pairs: readonly Slice[], first: number, count: number, expectedBytes: number): number {
    const bound = boundOf(pairs, first, count, 1);
    const needed = MASTER_INTEGERS_BYTES + ENTRY_INTEGERS_BYTES + bound;
    const ref = this.arena.allocate(Math.max(needed, expectedBytes));
    const { u8 } = this.arena, base = ref * 8;
    this.#to = base + LISTPACK_HEADER_BYTES;
    this.#integer(u8, 0);
    this.#integer(u8, 0);
    this.#integer(u8, count);
    for (let i = 0; i < count; i++) this.#text(u8, pairs[first + 2 * i]);
    this.#integer(u8, 0);
    this.#close(ref, count + 4, 0);
    return ref;
  }

  /**
   * Appends an entry, `count` pairs of field and value from `pairs[first]` on, whose ID differs so
   * much from the block's. Answers where the block is now.
   */
  append(
    ref: number,
    milliseconds: Integer64,
    sequence: Integer64,
    pairs: readonly Slice[],
    first: number,
    count: number,
  ): number {
    const total = this.arena.i32[ref * 2];
    const sameFields = this.#hasFields(ref, pairs, first, count);
    const bound = sameFields
      ? boundOf(pairs, first + 1, count, 2)
      : boundOf(pairs, first, count, 1);
    if (total + ENTRY_INTEGERS_BYTES + bound > this.arena.usableBytes(ref)) {
      ref = this.#grow(ref, total, ENTRY_INTEGERS_BYTES + bound);
    }
    const { u8 } = this.arena, countAt = ref * 8 + LISTPACK_HEADER_BYTES;
    if (u8[countAt] < 127) u8[countAt]++;
    else this.#setCount(ref, countAt, smallInteger(u8, countAt) + 1);
    this.#to = ref * 8 + this.arena.i32[ref * 2] - 1;
    this.#integer(u8, sameFields ? ENTRY_SAME_FIELDS : 0);
    this.#integer(u8, milliseconds);
    this.#integer(u8, sequence);
    if (!sameFields) this.#integer(u8, count);
    for (let i = 0; i < count; i++) {
      if (!sameFields) this.#text(u8, pairs[first + 2 * i]);
      this.#text(u8, pairs[first + 2 * i + 1]);
    }
    const elements = sameFields ? count + 3 : 2 * count + 4;
    this.#integer(u8, elements);
    this.#close(ref, elements + 1, readUint16(u8, ref * 8 + 4));
    return ref;
  }

  /** Marks the entry whose flags stand at a byte of the arena; no byte moves. */
  markDeleted(flagsAt: number): void {
    // Flags up to 127 are the encoding byte itself; of any longer integer it is the second byte
    // that holds the lowest bits. Nobody writes those, but a dump may hold them.
    const { u8 } = this.arena;
    u8[u8[flagsAt] < 0x80 ? flagsAt : flagsAt + 1] |= ENTRY_DELETED;
  }

  /**
   * Makes room to count up to `entries` more as deleted, so that marking them cannot fail half-way.
   * Answers where the block is now; where it moved, all offsets are stale.
   */
  reserveDeleted(ref: number, entries: number): number {
    const { arena } = this, total = arena.i32[ref * 2], deleted = this.deletedEntries(ref);
    const needed = total + this.#sizeOf(deleted + entries) - this.#sizeOf(deleted);
    return needed > arena.usableBytes(ref) ? arena.resize(ref, needed, total) : ref;
  }

  /** Counts entries that were just marked, for which there is room; all offsets are stale. */
  countDeleted(ref: number, entries: number): void {
    const live = this.liveEntries(ref) - entries, deleted = this.deletedEntries(ref) + entries;
    const at = ref * 8 + LISTPACK_HEADER_BYTES;
    // The first never grows: it makes its room before the second may need it.
    this.#setCount(ref, at, live);
    this.#setCount(ref, at + elementBytes(this.arena.u8, at), deleted);
  }

  #sizeOf(count: number): number {
    this.#element.chooseInteger(count);
    return this.#element.size;
  }

  /** Moves a block that will not grow any more to one that fits it; answers where. */
  fit(ref: number): number {
    const { arena } = this, total = arena.i32[ref * 2], usable = arena.usableBytes(ref);
    // Not for less than a sixteenth: moving has its price too.
    if (usable - Arena.roundUp(total) <= usable >>> 4) return ref;
    const moved = arena.allocate(total);
    arena.u8.copyWithin(moved * 8, ref * 8, ref * 8 + total);
    arena.free(ref);
    return moved;
  }

  /** Makes room for so many bytes more, and for some that may follow; answers where. */
  #grow(ref: number, total: number, more: number): number {
    const { arena } = this, usable = arena.usableBytes(ref);
    const slack = usable < DOUBLED_BYTES ? usable : usable >>> 2;
    return arena.resize(ref, total + more + slack, total);
  }

  /** Whether the fields are those of the block, in the same order. */
  #hasFields(ref: number, pairs: readonly Slice[], first: number, count: number): boolean {
    const { u8 } = this.arena, needle = this.#needle;
    let at = ref * 8 + LISTPACK_HEADER_BYTES;
    at += elementBytes(u8, at);
    at += elementBytes(u8, at);
    if (smallInteger(u8, at) !== count) return false;
    for (let i = 0; i < count; i++) {
      at += elementBytes(u8, at);
      const { bytes, start, end } = pairs[first + 2 * i], length = end - start;
      if (length < SHORT_TEXT_BYTES && u8[at] === (ENCODING_6_BIT_STRING | length)) {
        // Of short names, which most are, this is all there is to compare.
        for (let from = start, of = at + 1; from < end; from++, of++) {
          if (bytes[from] !== u8[of]) return false;
        }
        continue;
      }
      needle.set(bytes, start, end);
      if (!needle.equals(u8, at)) return false;
    }
    return true;
  }

  /** Puts a number in the place of another one; there is room for its growing by some bytes. */
  #setCount(ref: number, at: number, count: number): void {
    const { u8, i32 } = this.arena, old = elementBytes(u8, at);
    this.#element.chooseInteger(count);
    const grown = this.#element.size - old;
    if (grown !== 0) {
      const end = ref * 8 + i32[ref * 2];
      u8.copyWithin(at + this.#element.size, at + old, end);
      i32[ref * 2] += grown;
    }
    this.#element.write(u8, at);
  }

  #integer(u8: Uint8Array, value: Integer64): void {
    if (value >= 0 && value <= 127) {
      u8[this.#to++] = value as number;
      u8[this.#to++] = 1;
      return;
    }
    if (value >= 0 && value <= 4095) {
      u8[this.#to++] = ENCODING_13_BIT_INTEGER | (value as number) >> 8;
      u8[this.#to++] = value as number;
      u8[this.#to++] = 2;
      return;
    }
    this.#element.chooseInteger(value);
    this.#element.write(u8, this.#to);
    this.#to += this.#element.size;
  }

  #text(u8: Uint8Array, text: Slice): void {
    const { bytes, start, end } = text, length = end - start;
    if (length < MEDIUM_TEXT_BYTES && !mayBeInteger(bytes[start])) {
      let to = this.#to;
      const size = length < SHORT_TEXT_BYTES ? length + 1 : length + 2;
      if (length < SHORT_TEXT_BYTES) u8[to++] = ENCODING_6_BIT_STRING | length;
      else {
        u8[to++] = ENCODING_12_BIT_STRING | length >> 8;
        u8[to++] = length;
      }
      copyBytes(bytes, start, end, u8, to);
      to += length;
      writeBackLength(u8, to, size);
      this.#to = to + backLengthBytes(size);
      return;
    }
    this.#element.chooseText(text.bytes, text.start, text.end);
    this.#element.write(u8, this.#to);
    this.#to += this.#element.size;
  }

  /** Writes the end, and the header of what stands before it. */
  #close(ref: number, added: number, elements: number): void {
    const { u8, i32 } = this.arena, base = ref * 8;
    u8[this.#to++] = LISTPACK_END;
    i32[ref * 2] = this.#to - base;
    writeInt16(u8, base + 4, Math.min(elements + added, LISTPACK_COUNT_UNKNOWN));
  }
}

/** Whether a text that begins so may be kept as an integer: it begins with a digit or a minus. */
function mayBeInteger(byte: number): boolean {
  return byte === 0x2d || byte >= 0x30 && byte <= 0x39;
}

/** Most bytes that fields and values take, or only every second of these texts. */
function boundOf(pairs: readonly Slice[], first: number, count: number, step: 1 | 2): number {
  let bytes = 0;
  const end = first + 2 * count - (step - 1);
  for (let i = first; i < end; i += step) {
    const length = pairs[i].end - pairs[i].start;
    bytes += length + (length < SHORT_TEXT_BYTES ? SHORT_OVERHEAD_BYTES : LONG_OVERHEAD_BYTES);
  }
  return bytes;
}

/** Bytes of the fields and values of an entry. */
export function textBytesOf(pairs: readonly Slice[], first: number, count: number): number {
  let bytes = 0;
  for (let i = first; i < first + 2 * count; i++) bytes += pairs[i].end - pairs[i].start;
  return bytes;
}

/** Bits 32 to 63; of small numbers, which most are, without floating point. */
function highWord(value: Integer64): number {
  if (typeof value === "number" && (value | 0) === value) return value >> 31;
  return highHalf(value);
}

/** Sets `id` to the ID of an entry, from the block's and the differences to it, which wrap. */
export function addDifference(
  id: StreamId,
  block: StreamId,
  milliseconds: Integer64,
  sequence: Integer64,
): void {
  // Most differences are small and positive; the low word of the sum is below the block's if it wrapped.
  const low = block.word1 + lowHalf(milliseconds) | 0;
  const carry = low >>> 0 < block.word1 >>> 0 ? 1 : 0;
  id.word0 = block.word0 + highWord(milliseconds) + carry | 0;
  id.word1 = low;
  const lowSequence = block.word3 + lowHalf(sequence) | 0;
  const carrySequence = lowSequence >>> 0 < block.word3 >>> 0 ? 1 : 0;
  id.word2 = block.word2 + highWord(sequence) + carrySequence | 0;
  id.word3 = lowSequence;
}

/**
 * The difference of two parts of an ID, given by their words, as a block holds it: a signed 64-bit
 * integer.
 */
export function differenceOf(
  high: number,
  low: number,
  otherHigh: number,
  otherLow: number,
): Integer64 {
  const difference = (low >>> 0) - (otherLow >>> 0);
  if (high === otherHigh) return difference;
  return joinInt64(high - otherHigh - (difference < 0 ? 1 : 0) | 0, difference | 0);
}
