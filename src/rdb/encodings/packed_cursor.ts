// What the cursors over packed encodings share: the element under them as text.
import { type Integer64, INTEGER64_TEXT_MAX, writeInteger64 } from "../../base/int64.ts";
import type { Slice } from "../../base/slice.ts";

const NO_BYTES = new Uint8Array(0);

/**
 * Walks over the elements of a packed value without trusting it: no byte outside the range is
 * read, and where the bytes contradict themselves the walk ends with a `fault`.
 *
 * One cursor serves any number of values through `begin`; walking allocates nothing but the rare
 * integer beyond 2^53.
 */
export abstract class PackedCursor {
  bytes: Uint8Array = NO_BYTES;
  /** The range of the value in `bytes`. */
  first = 0;
  limit = 0;
  /** Where the next element starts. */
  position = 0;
  /** The present element: an integer, or else the bytes `[start, end)`. */
  isInteger = false;
  integer: Integer64 = 0;
  start = 0;
  end = 0;
  /** Why the walk ended before the end of the value; undefined if it did not. */
  fault: string | undefined = undefined;

  #integerText: Uint8Array | undefined;

  /** Stands before the first element of the value in `[first, limit)`. */
  begin(bytes: Uint8Array, first: number, limit: number): void {
    this.bytes = bytes;
    this.first = first;
    this.limit = limit;
    this.fault = undefined;
    this.position = first;
    this.toFirst();
  }

  /** Steps to the next element. False at the end, and where there is a fault. */
  abstract next(): boolean;

  /**
   * Points the slice at the element's bytes, for an integer at its decimal text in `integerText`,
   * which has room for `INTEGER64_TEXT_MAX` bytes. By default the cursor's own, which the next call
   * writes over.
   */
  textInto(slice: Slice, integerText?: Uint8Array): void {
    if (!this.isInteger) {
      slice.set(this.bytes, this.start, this.end);
      return;
    }
    const text = integerText ?? (this.#integerText ??= new Uint8Array(INTEGER64_TEXT_MAX));
    slice.set(text, 0, writeInteger64(this.integer, text, 0));
  }

  /** Moves `position` behind the header. */
  protected abstract toFirst(): void;

  /** Ends the walk: `reason` at the element that starts at `position`. */
  protected stop(reason: string): false {
    this.fault = `${reason}, at byte ${this.position - this.first} of the value`;
    return false;
  }

  protected takeString(start: number, length: number): void {
    this.isInteger = false;
    this.start = start;
    this.end = start + length;
  }

  protected takeInteger(value: Integer64): void {
    this.isInteger = true;
    this.integer = value;
  }
}

export function readUint32BigEndian(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
