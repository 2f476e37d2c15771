// Lengths, strings and numbers in the encoding of a dump, on their way to a file or a payload.
import { copyBytes } from "../base/bytes.ts";
import { Crc64 } from "../base/crc64.ts";
import { type Integer64, parseSafeInteger } from "../base/int64.ts";
import { lzfCompress } from "../base/lzf.ts";
import type { Slice } from "../base/slice.ts";
import { LENGTH_32_BITS, LENGTH_64_BITS, STRING_ENCODING } from "./opcodes.ts";
import {
  COMPRESS_GAIN_BYTES,
  COMPRESSED_MAX_BYTES,
  PACKED_PART_BYTES,
  StringPacker,
} from "./string_packer.ts";

// Measured: larger ones take the caches from the commands that come in between.
const BUFFER_BYTES = 64 << 10;
/** The most bytes of a frame. */
export const FRAME_MAX_BYTES: number = BUFFER_BYTES;
/** Room for the longest item that is not a string's bytes. */
const ITEM_MAX_BYTES = 16;
const ENCODED = 0xc0;
const TWO_TO_32 = 2 ** 32;
const CHECKSUM_BYTES = 8;

// As in Redis: longer digits are not tried, shorter strings not compressed.
const INTEGER_TEXT_MAX = 11;
const COMPRESS_FROM_BYTES = 21;
const FIRST_SCRATCH_BYTES = 16 << 10;
const NO_BYTES = new Uint8Array(0);
/** The most numbers in the marks of a frame; one of the shortest strings is about full then. */
export const FRAME_MAX_MARKS = 4096;

/**
 * Takes the bytes of a dump, in order and in pieces of at most 64 KiB. They are borrowed. Throws
 * where they cannot be kept.
 */
export interface ByteSink {
  write(bytes: Uint8Array): void;
}

/** Takes what an output writes, in order, and leaves compressing and the checksum to somebody else. */
export interface FrameSink {
  /**
   * `marks` are pairs: where in `bytes` a string begins whose encoding is open, and its length; that of
   * the last may reach into the frames that follow. Where the length is negative, so many bytes of
   * plain entries stand at the next multiple of four. All else is as it will be in the dump. Both are
   * borrowed. The last frame ends a dump: its checksum follows. Throws where it cannot be kept.
   */
  frame(bytes: Uint8Array, marks: Int32Array, isLast: boolean): void;
}

/** How a dump is written. */
export interface RdbOutputOptions {
  /** Compress strings with LZF (`rdbcompression`). */
  readonly compress: boolean;
  /** Compute the CRC-64 (`rdbchecksum`). */
  readonly checksum: boolean;
}

/**
 * The primitives of the format, written through a buffer; values and records are built on it. With a
 * {@link FrameSink} it compresses nothing but the longest strings, and computes no checksum.
 */
export class RdbOutput {
  readonly #sink: ByteSink | undefined;
  readonly #frames: FrameSink | undefined;
  /** Where in the buffer strings begin whose encoding is open, and how long they are. */
  readonly #marks: Int32Array;
  #marked = 0;
  /** Where the entries end that stand last in the buffer; -1 when something else does. */
  #entriesEnd = -1;
  readonly #compress: boolean;
  readonly #crc: Crc64 | undefined;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #view: DataView;
  #scratch = NO_BYTES;
  #at = 0;
  #written = 0;

  /** `bufferBytes`: how much is gathered before the sink gets it. */
  constructor(sink: ByteSink | FrameSink, options: RdbOutputOptions, bufferBytes = BUFFER_BYTES) {
    this.#sink = "write" in sink ? sink : undefined;
    this.#frames = "frame" in sink ? sink : undefined;
    this.#marks = new Int32Array(this.#frames === undefined ? 0 : FRAME_MAX_MARKS);
    this.#buffer = new Uint8Array(bufferBytes);
    this.#words = new Int32Array(this.#buffer.buffer, 0, bufferBytes >>> 2);
    this.#view = new DataView(this.#buffer.buffer);
    this.#compress = options.compress;
    this.#crc = options.checksum && this.#frames === undefined ? new Crc64() : undefined;
  }

  /** Bytes so far, those included that the sink has not got yet; in frames before they are encoded. */
  get bytes(): number {
    return this.#written + this.#at;
  }

  /** Begins anew, with another dump for the same sink. */
  restart(): void {
    this.#crc?.reset();
    this.#at = this.#marked = this.#written = 0;
  }

  byte(value: number): void {
    this.#makeRoom(1);
    this.#buffer[this.#at++] = value;
  }

  /** A length, or any unsigned 64-bit integer; negative ones become their two's complement. */
  length(value: Integer64): void {
    this.#makeRoom(ITEM_MAX_BYTES);
    const buffer = this.#buffer;
    if (typeof value === "bigint" || value < 0 || value >= TWO_TO_32) {
      buffer[this.#at] = LENGTH_64_BITS;
      this.#view.setBigUint64(this.#at + 1, BigInt.asUintN(64, BigInt(value)));
      this.#at += 9;
    } else if (value < 1 << 6) buffer[this.#at++] = value;
    else if (value < 1 << 14) {
      buffer[this.#at++] = 0x40 | value >>> 8;
      buffer[this.#at++] = value;
    } else {
      buffer[this.#at] = LENGTH_32_BITS;
      this.#view.setUint32(this.#at + 1, value);
      this.#at += 5;
    }
  }

  /** A string in its shortest encoding. */
  string({ bytes, start, end }: Slice): void {
    const length = end - start;
    if (length <= INTEGER_TEXT_MAX) {
      if (this.#integerText(bytes, start, end)) return;
    } else if (this.compresses(length)) {
      if (this.leavesOpen(length)) {
        this.openString(length);
        return this.raw(bytes, start, end);
      }
      if (this.#compressed(bytes, start, end)) return;
    }
    this.length(length);
    this.raw(bytes, start, end);
  }

  /** Whether a string of so many bytes, too many for a number, is tried to be compressed. */
  compresses(length: number): boolean {
    return this.#compress && length >= COMPRESS_FROM_BYTES;
  }

  /** Whether a string that is to be compressed is so by whoever gets the frame. */
  leavesOpen(length: number): boolean {
    return this.#frames !== undefined && length <= COMPRESSED_MAX_BYTES;
  }

  /** Such a string, whose bytes follow at once. */
  openString(length: number): void {
    const marks = this.#marks;
    if (this.#marked === marks.length || this.#at === this.#buffer.length) this.flush();
    marks[this.#marked++] = this.#at;
    marks[this.#marked++] = length;
  }

  /** Whether whoever gets the frames writes the records of entries. */
  get takesEntries(): boolean {
    return this.#frames !== undefined;
  }

  /** The words of a plain entry. */
  entry(i32: Int32Array, from: number, count: number): void {
    if (this.#at + count * 4 + 3 > this.#buffer.length) this.flush();
    if (this.#at !== this.#entriesEnd) this.#beginEntries();
    const words = this.#words, end = from + count;
    let at = this.#at >>> 2;
    // Faster than `set` for the few dozen words that an entry has.
    while (from < end) words[at++] = i32[from++];
    this.#marks[this.#marked - 1] -= count * 4;
    this.#at = this.#entriesEnd = at * 4;
  }

  #beginEntries(): void {
    if (this.#marked === this.#marks.length) this.flush();
    this.#marks[this.#marked++] = this.#at;
    this.#marks[this.#marked++] = 0;
    this.#at = this.#at + 3 & ~3;
  }

  #integerText(bytes: Uint8Array, start: number, end: number): boolean {
    const last = end > start ? bytes[end - 1] : 0;
    if (last < 0x30 || last > 0x39) return false; // most texts that are no integers
    const value = parseSafeInteger(bytes, start, end);
    if (value !== (value | 0)) return false;
    this.#makeRoom(ITEM_MAX_BYTES);
    const buffer = this.#buffer;
    let width = 4, encoding: number = STRING_ENCODING.int32;
    if (value >= -0x80 && value <= 0x7f) [width, encoding] = [1, STRING_ENCODING.int8];
    else if (value >= -0x8000 && value <= 0x7fff) [width, encoding] = [2, STRING_ENCODING.int16];
    buffer[this.#at++] = ENCODED | encoding;
    for (let i = 0; i < width; i++) buffer[this.#at++] = value >> 8 * i;
    return true;
  }

  #compressed(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length > PACKED_PART_BYTES) return this.#compressedInParts(bytes, start, end);
    if (length > this.#scratch.length) {
      this.#scratch = new Uint8Array(
        length > FIRST_SCRATCH_BYTES ? PACKED_PART_BYTES : FIRST_SCRATCH_BYTES,
      );
    }
    const limit = length - COMPRESS_GAIN_BYTES;
    const packed = lzfCompress(bytes, start, end, this.#scratch, limit);
    if (packed > 0) this.compressedString(this.#scratch, 0, packed, length);
    return packed > 0;
  }

  #compressedInParts(bytes: Uint8Array, start: number, end: number): boolean {
    const packer = new StringPacker(end - start), { packed } = packer;
    for (let at = start; at < end; at += PACKED_PART_BYTES) {
      if (!packer.take(bytes, at, Math.min(end, at + PACKED_PART_BYTES))) return false;
    }
    this.compressedLengths(packed.length, end - start);
    while (packed.length > 0) {
      const part = packed.take();
      this.raw(part, 0, part.length);
    }
    return true;
  }

  /** What stands before the bytes of a string that is LZF-compressed. */
  compressedLengths(packed: number, length: number): void {
    this.byte(ENCODED | STRING_ENCODING.lzf);
    this.length(packed);
    this.length(length);
  }

  /** A string of `length` bytes that is LZF-compressed already. */
  compressedString(bytes: Uint8Array, start: number, end: number, length: number): void {
    this.compressedLengths(end - start, length);
    this.raw(bytes, start, end);
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array, start: number, end: number): void {
    while (start < end) {
      if (this.#at === this.#buffer.length) this.flush();
      const step = Math.min(end - start, this.#buffer.length - this.#at);
      copyBytes(bytes, start, start + step, this.#buffer, this.#at);
      this.#at += step;
      start += step;
    }
  }

  /** Eight bytes, the lowest first: an instant in Unix milliseconds, or -1. */
  instant(value: number): void {
    this.#makeRoom(ITEM_MAX_BYTES);
    this.#view.setUint32(this.#at, value % TWO_TO_32, true);
    this.#view.setInt32(this.#at + 4, Math.floor(value / TWO_TO_32), true);
    this.#at += 8;
  }

  /** A binary double, little-endian. */
  double(value: number): void {
    this.#makeRoom(ITEM_MAX_BYTES);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** Sixteen bytes of a stream ID, the highest first. */
  rawId(milliseconds: Integer64, sequence: Integer64): void {
    this.#makeRoom(ITEM_MAX_BYTES);
    this.#view.setBigUint64(this.#at, BigInt(milliseconds));
    this.#view.setBigUint64(this.#at + 8, BigInt(sequence));
    this.#at += 16;
  }

  /** As {@link rawId}, from the four words at `at` as an index has them. */
  rawIdWords(words: Int32Array, at: number): void {
    this.#makeRoom(ITEM_MAX_BYTES);
    for (const end = at + 4; at < end; at++, this.#at += 4) {
      this.#view.setInt32(this.#at, words[at]);
    }
  }

  /** Two bytes, the lower first: the version in the footer of a payload. */
  uint16(value: number): void {
    this.byte(value & 0xff);
    this.byte(value >>> 8);
  }

  /** The checksum of everything so far, eight zeros where none is computed. Nothing may follow. */
  checksum(): void {
    if (this.#frames !== undefined) return this.#passFrame(this.#frames, true);
    this.#makeRoom(ITEM_MAX_BYTES);
    this.#crc?.update(this.#buffer, 0, this.#at);
    const at = this.#at;
    this.#at += CHECKSUM_BYTES;
    if (this.#crc === undefined) this.#buffer.fill(0, at, this.#at);
    else this.#crc.write(this.#buffer, at);
    this.#pass();
  }

  /** Gives the sink what it has not got yet. */
  flush(): void {
    this.#crc?.update(this.#buffer, 0, this.#at);
    this.#pass();
  }

  #pass(): void {
    if (this.#frames !== undefined) return this.#passFrame(this.#frames, false);
    if (this.#at > 0) this.#sink!.write(this.#buffer.subarray(0, this.#at));
    this.#written += this.#at;
    this.#at = 0;
  }

  #passFrame(frames: FrameSink, isLast: boolean): void {
    const bytes = this.#buffer.subarray(0, this.#at), marks = this.#marks.subarray(0, this.#marked);
    this.#written += this.#at;
    this.#at = this.#marked = 0;
    this.#entriesEnd = -1;
    frames.frame(bytes, marks, isLast);
  }

  #makeRoom(count: number): void {
    if (this.#at + count > this.#buffer.length) this.flush();
  }
}
