// Lengths, strings and numbers in the encoding of a dump.
import { copyBytes } from "../base/bytes.ts";
import { type Integer64, writeInteger } from "../base/int64.ts";
import { lzfDecompress } from "../base/lzf.ts";
import { Slice } from "../base/slice.ts";
import type { ByteSource } from "./byte_source.ts";
import { LENGTH_32_BITS, LENGTH_64_BITS, STRING_ENCODING } from "./opcodes.ts";
import { RdbError } from "./rdb_error.ts";

const TWO_TO_21 = 2097152;
const TWO_TO_32 = 4294967296;
const SHORT_SCRATCH = 64;
// Three bytes of LZF yield at most 264, and no other item yields more per byte.
const LZF_HIGHEST_RATIO = 88;
const LARGEST_SCRATCH_KEPT = 4 * 1024 * 1024;
/** From here on a string goes to where it is to stay, if somebody says where that is. */
const LONG_STRING_BYTES = 256 * 1024;
/** Lengths are numbers of 31 bits in memory; as for commands. Redis takes more if it was configured to. */
const LONGEST_STRING_BYTES = 2 ** 31 - 4096;

/** Where `RdbInput.readString` leaves a string: reused, so that reading one allocates nothing. */
export class StringSlot {
  /** The bytes, in the window of the source or in the slot's own scratch. */
  readonly slice: Slice = new Slice();
  /** Whether the string stood in the file as an integer of at most 32 bits. */
  isInteger = false;
  /** Room for a long string that is not to be copied again, if the owner of the slot has any. */
  outside: ((length: number) => Slice | undefined) | undefined = undefined;
  /** Whether the last string went to the room outside. */
  isOutside = false;
  scratch: Uint8Array = new Uint8Array(SHORT_SCRATCH);
  #inWindow = false;
  #fileOffset = 0;

  /** Points at the next `length` bytes of the source, which are in the window, and passes them. */
  takeFromWindow(source: ByteSource, length: number): void {
    const start = source.position;
    this.slice.set(source.bytes, start, start + length);
    this.#fileOffset = source.windowOffset + start;
    this.#inWindow = true;
    this.isInteger = false;
    source.position = start + length;
  }

  /** Points at the first `length` bytes of the scratch. */
  takeFromScratch(length: number, isInteger: boolean): void {
    this.slice.set(this.scratch, 0, length);
    this.#inWindow = false;
    this.isInteger = isInteger;
  }

  /** Points at the room for a long string, if there is any. */
  takeOutside(length: number): boolean {
    const room = this.outside?.(length);
    if (room === undefined) return false;
    this.slice.set(room.bytes, room.start, room.end);
    this.#inWindow = false;
    this.isInteger = false;
    return this.isOutside = true;
  }

  /** Follows a window that has moved since; the bytes must have been held. */
  follow(source: ByteSource): void {
    if (!this.#inWindow) return;
    const start = this.#fileOffset - source.windowOffset;
    this.slice.set(source.bytes, start, start + this.slice.length);
  }

  /** Makes the bytes independent of the window, for a key whose value is not held with it. */
  detach(): void {
    if (!this.#inWindow) return;
    const { slice } = this;
    const length = slice.length;
    this.reserve(length);
    copyBytes(slice.bytes, slice.start, slice.end, this.scratch, 0);
    slice.set(this.scratch, 0, length);
    this.#inWindow = false;
  }

  /** Makes the scratch hold `length` bytes; its content is lost. Throws RangeError. */
  reserve(length: number): void {
    const held = this.scratch.length;
    if (length > held) this.scratch = new Uint8Array(Math.max(length, Math.min(2 * held, 65536)));
    else if (held > LARGEST_SCRATCH_KEPT && length <= SHORT_SCRATCH) {
      this.scratch = new Uint8Array(SHORT_SCRATCH);
    }
  }
}

/** The primitives of the format: numbers, lengths, strings. Values and records are built on it. */
export class RdbInput {
  readonly source: ByteSource;
  /**
   * High and low half of the last length read, for 64-bit numbers that are not sizes. No small integers at
   * first: else V8 compiles all that reads lengths again when it meets the first large one.
   */
  lengthHigh = NaN;
  lengthLow = NaN;
  /** Whether the last `readLengthOrEncoding` found the number of an encoding. */
  isEncoded = false;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** An error at the present place. */
  error(reason: string): RdbError {
    return new RdbError(reason, this.source.offset);
  }

  readByte(): number {
    const { source } = this;
    if (source.position >= source.end) source.need(1);
    return source.bytes[source.position++];
  }

  readUint32(): number {
    return this.#readUint32LittleEndian();
  }

  /**
   * Signed, little-endian as every writer on the platforms served here writes it. (Before version 9
   * a big-endian machine wrote its own order, which the file does not tell.) Beyond 2^53 the
   * nearest double.
   */
  readInt64(): number {
    const low = this.#readUint32LittleEndian();
    const high = this.#readUint32LittleEndian() | 0;
    return high * TWO_TO_32 + low;
  }

  /** A binary double, little-endian. */
  readDouble(): number {
    const { source } = this;
    if (source.end - source.position < 8) source.need(8);
    const { position } = source;
    source.position = position + 8;
    return source.view.getFloat64(position, true);
  }

  /** The last length read, exact, as an unsigned integer. */
  lastLength(): Integer64 {
    const { lengthHigh, lengthLow } = this;
    if (lengthHigh < TWO_TO_21) return lengthHigh * TWO_TO_32 + lengthLow;
    return (BigInt(lengthHigh) << 32n) | BigInt(lengthLow);
  }

  /** The checksum: little-endian, exact. */
  readUint64(): bigint {
    const low = this.#readUint32LittleEndian();
    const high = this.#readUint32LittleEndian();
    return (BigInt(high) << 32n) | BigInt(low);
  }

  /**
   * A length. Beyond 2^53 the nearest double: no size can be that large, and what is not a size is
   * exact in `lengthHigh` and `lengthLow`.
   */
  readLength(): number {
    const length = this.readLengthOrEncoding();
    if (this.isEncoded) throw this.error(`a length is due, found string encoding ${length}`);
    return length;
  }

  /** A length, or the number of a string encoding if `isEncoded` says so afterwards. */
  readLengthOrEncoding(): number {
    const { source } = this;
    const first = this.readByte();
    const high = first >> 6;
    this.isEncoded = high === 3;
    this.lengthHigh = 0;
    if (high === 0 || high === 3) return this.lengthLow = first & 0x3f;
    if (high === 1) return this.lengthLow = ((first & 0x3f) << 8) | this.readByte();
    if (first === LENGTH_32_BITS) return this.lengthLow = this.#readUint32BigEndian();
    if (first === LENGTH_64_BITS) {
      this.lengthHigh = this.#readUint32BigEndian();
      this.lengthLow = this.#readUint32BigEndian();
      return this.lengthHigh * TWO_TO_32 + this.lengthLow;
    }
    source.position--;
    throw this.error(`unknown length encoding 0x${first.toString(16)}`);
  }

  /** A string in any encoding. */
  readString(slot: StringSlot): void {
    const { source } = this, { bytes, position } = source;
    const first = position + 1 < source.end ? bytes[position] : 0xff;
    // Short ones as they are, nearly all there are: little to compile, for all who read strings.
    if (first < 0x80) {
      const length = first < 0x40 ? first : (first & 0x3f) << 8 | bytes[position + 1];
      const start = first < 0x40 ? position + 1 : position + 2;
      if (length <= source.end - start) {
        source.position = start;
        return slot.takeFromWindow(source, length);
      }
    }
    this.readBlock(slot);
  }

  /**
   * As {@link readString}, for strings that are most likely compressed: apart, so that the compiler does not
   * put decompressing into everybody who reads strings.
   */
  readBlock(slot: StringSlot): void {
    const length = this.readLengthOrEncoding();
    if (this.isEncoded) {
      this.#readEncodedString(length, slot);
      return;
    }
    const { source } = this;
    if (length >= LONG_STRING_BYTES && this.#readOutside(length, slot)) return;
    if (source.end - source.position < length) source.need(length);
    slot.takeFromWindow(source, length);
  }

  #readOutside(length: number, slot: StringSlot): boolean {
    // A file that is too short is told as it is for all strings.
    if (length > this.source.remaining) return false;
    this.#refuseEndless(length);
    if (!slot.takeOutside(length)) return false;
    const { bytes, start } = slot.slice;
    this.source.readInto(bytes, start, length);
    return true;
  }

  /** Lets go of what is held in the window and holds what comes from here on. */
  hold(): void {
    this.source.heldAt = this.source.position;
  }

  /** Two strings, both valid afterwards if they were held from the first on. */
  readPair(first: StringSlot, second: StringSlot): void {
    this.readString(first);
    const { moves } = this.source;
    this.readString(second);
    if (this.source.moves !== moves) first.follow(this.source);
  }

  /** Passes over a string without decoding it, and lets go of what is held. */
  skipString(): void {
    const length = this.readLengthOrEncoding();
    if (!this.isEncoded) return this.source.skip(length);
    switch (length) {
      case STRING_ENCODING.int8:
        return this.source.skip(1);
      case STRING_ENCODING.int16:
        return this.source.skip(2);
      case STRING_ENCODING.int32:
        return this.source.skip(4);
      case STRING_ENCODING.lzf: {
        const compressed = this.readLength();
        this.readLength();
        return this.source.skip(compressed);
      }
      default:
        throw this.error(`unknown string encoding ${length}`);
    }
  }

  #readEncodedString(encoding: number, slot: StringSlot): void {
    switch (encoding) {
      case STRING_ENCODING.int8:
        return takeInteger((this.readByte() << 24) >> 24, slot);
      case STRING_ENCODING.int16: {
        const low = this.readByte();
        return takeInteger(((this.readByte() << 24) >> 16) | low, slot);
      }
      case STRING_ENCODING.int32:
        return takeInteger(this.#readUint32LittleEndian() | 0, slot);
      case STRING_ENCODING.lzf:
        return this.#readLzfString(slot);
      default:
        throw this.error(`unknown string encoding ${encoding}`);
    }
  }

  #readLzfString(slot: StringSlot): void {
    const { source } = this;
    const compressed = this.readLength();
    const length = this.readLength();
    source.need(compressed);
    if (length === 0 || length > compressed * LZF_HIGHEST_RATIO) {
      throw this.error(`bad LZF string: ${compressed} bytes cannot expand to ${length}`);
    }
    this.#refuseEndless(length);
    const start = source.position;
    const outside = length >= LONG_STRING_BYTES && slot.takeOutside(length);
    if (!outside) this.#takeScratch(length, slot);
    const { slice } = slot;
    if (!lzfDecompress(source.bytes, start, start + compressed, slice.bytes, slice.start, length)) {
      throw this.error(`bad LZF string: ${compressed} bytes do not expand to ${length}`);
    }
    source.position = start + compressed;
  }

  #refuseEndless(length: number): void {
    if (length <= LONGEST_STRING_BYTES) return;
    throw this.error(`string of ${length} bytes: the longest has ${LONGEST_STRING_BYTES}`);
  }

  #takeScratch(length: number, slot: StringSlot): void {
    try {
      slot.reserve(length);
    } catch {
      throw this.error(`out of memory: ${length} bytes for one string`);
    }
    slot.takeFromScratch(length, false);
  }

  #readUint32LittleEndian(): number {
    const { source } = this;
    if (source.end - source.position < 4) source.need(4);
    const { position } = source;
    source.position = position + 4;
    return source.view.getUint32(position, true);
  }

  #readUint32BigEndian(): number {
    const { source } = this;
    if (source.end - source.position < 4) source.need(4);
    const { position } = source;
    source.position = position + 4;
    return source.view.getUint32(position);
  }
}

function takeInteger(value: number, slot: StringSlot): void {
  slot.reserve(0);
  slot.takeFromScratch(writeInteger(value, slot.scratch, 0), true);
}
