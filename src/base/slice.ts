// A borrowed range of bytes.
import { compareBytes } from "./bytes.ts";

const EMPTY_BYTES = new Uint8Array(0);

/**
 * A borrowed range `[start, end)` of somebody else's bytes.
 *
 * Slices are pooled and re-pointed: one is valid until the handler it was given to returns, or
 * until its owner moves. Whoever keeps the bytes takes a `copy()`.
 */
export class Slice {
  bytes: Uint8Array;
  start: number;
  end: number;

  constructor(bytes: Uint8Array = EMPTY_BYTES, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** Number of bytes in the range. */
  get length(): number {
    return this.end - this.start;
  }

  /** Points the slice at another range; the bytes are not copied. */
  set(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** The same bytes in memory of their own. */
  copy(): Uint8Array<ArrayBuffer> {
    // Not `bytes.slice()`: on a node Buffer that is a view, not a copy.
    const fresh = new Uint8Array(this.end - this.start);
    fresh.set(this.bytes.subarray(this.start, this.end));
    return fresh;
  }

  equals(other: Slice): boolean {
    return equalRanges(this, other.bytes, other.start, other.end);
  }

  equalsBytes(other: Uint8Array): boolean {
    return equalRanges(this, other, 0, other.length);
  }

  /**
   * Whether the slice reads as `lowercaseAscii` when A-Z are taken for a-z. Only letters are
   * folded, so that `[` never equals `{`. `lowercaseAscii` must hold no upper-case letter.
   */
  equalsIgnoreCase(lowercaseAscii: Uint8Array): boolean {
    const { bytes, start } = this;
    const length = lowercaseAscii.length;
    if (this.end - start !== length) return false;
    for (let i = 0; i < length; i++) {
      let byte = bytes[start + i];
      if (byte >= 0x41 && byte <= 0x5a) byte += 0x20;
      if (byte !== lowercaseAscii[i]) return false;
    }
    return true;
  }

  /** Order of `memcmp`, a shorter prefix first: negative, zero or positive. */
  compare(other: Slice): number {
    return compareBytes(this.bytes, this.start, this.end, other.bytes, other.start, other.end);
  }
}

function equalRanges(slice: Slice, other: Uint8Array, otherStart: number, otherEnd: number) {
  const { bytes, start } = slice;
  const length = slice.end - start;
  if (otherEnd - otherStart !== length) return false;
  for (let i = 0; i < length; i++) {
    if (bytes[start + i] !== other[otherStart + i]) return false;
  }
  return true;
}
