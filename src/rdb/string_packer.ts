// A long string on its way to its compressed form, part by part: how long that is stands before it.
import { ByteQueue } from "../base/byte_queue.ts";
import { lzfCompressPart } from "../base/lzf.ts";

/** Bytes of a part: a fraction of a millisecond, and many times how far back LZF looks. */
export const PACKED_PART_BYTES: number = 32 << 10;
/** As in Redis: a gain below this is none. */
export const COMPRESS_GAIN_BYTES = 4;
/** What does not compress to this is written as it is: a huge value must not be in memory twice. */
export const COMPRESSED_MAX_BYTES: number = 8 << 20;

/** Compresses one string. */
export class StringPacker {
  /** What its parts became. */
  readonly packed = new ByteQueue();
  readonly #limit: number;
  readonly #part = new Uint8Array(PACKED_PART_BYTES + (PACKED_PART_BYTES >> 5) + 1);

  /** `length`: bytes of the whole string. */
  constructor(length: number) {
    this.#limit = Math.min(length - COMPRESS_GAIN_BYTES, COMPRESSED_MAX_BYTES);
  }

  /** Takes the next part; false when the string is to be written as it is. */
  take(bytes: Uint8Array, start: number, end: number): boolean {
    const length = lzfCompressPart(bytes, start, end, this.#part);
    this.packed.write(this.#part.subarray(0, length));
    return this.packed.length <= this.#limit;
  }
}
