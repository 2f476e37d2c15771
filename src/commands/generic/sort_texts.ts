// Texts side by side in one array: what SORT sorts, and what it sorts by.
import { compareBytes, copyBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";

const NONE = -1;
/** Bytes whose number a double holds. */
const BEGINNING = 6;
/** Room that is kept from one SORT to the next. */
const KEPT_BYTES = 64 * 1024;
const KEPT_TEXTS = 4096;

/** Copies of texts, by number. Some may be missing. */
export class SortTexts {
  #bytes = new Uint8Array(1024);
  #used = 0;
  /** Number of texts, those that are missing included. */
  count = 0;
  #starts: number[] = [];
  #ends: number[] = [];

  /** Forgets all texts, and gives up the room that many of them took. */
  clear(): void {
    this.#used = this.count = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(1024);
    if (this.#starts.length > KEPT_TEXTS) {
      this.#starts = [];
      this.#ends = [];
    }
  }

  add({ bytes, start, end }: Slice): void {
    const length = end - start;
    if (this.#used + length > this.#bytes.length) this.#grow(length);
    copyBytes(bytes, start, end, this.#bytes, this.#used);
    this.#starts[this.count] = this.#used;
    this.#used += length;
    this.#ends[this.count++] = this.#used;
  }

  addMissing(): void {
    this.#starts[this.count] = NONE;
    this.#ends[this.count++] = NONE;
  }

  #grow(length: number): void {
    const bigger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#used + length));
    bigger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = bigger;
  }

  /** Points the slice at a text that is there. */
  read(index: number, slice: Slice): void {
    slice.set(this.#bytes, this.#starts[index], this.#ends[index]);
  }

  /** Ends every text before its first NUL, as C does. */
  cutAtNul(): void {
    const bytes = this.#bytes, starts = this.#starts, ends = this.#ends;
    for (let i = 0; i < this.count; i++) {
      if (starts[i] === NONE) continue;
      const end = ends[i];
      let at = starts[i];
      while (at < end && bytes[at] !== 0) at++;
      ends[i] = at;
    }
  }

  /**
   * The first bytes of each text as a number of their own, in the same order: what is compared
   * before the texts are.
   */
  beginnings(): Float64Array<ArrayBuffer> {
    const bytes = this.#bytes, numbers = new Float64Array(this.count);
    for (let i = 0; i < numbers.length; i++) {
      const start = this.#starts[i], end = this.#ends[i];
      let number = 0;
      for (let at = start; at < start + BEGINNING; at++) {
        number = number * 256 + (at < end ? bytes[at] : 0);
      }
      numbers[i] = start === NONE ? -1 : number;
    }
    return numbers;
  }

  /** Order of the bytes; those that are missing come first. */
  compare(a: number, b: number): number {
    const starts = this.#starts, ends = this.#ends, bytes = this.#bytes;
    if (starts[a] === NONE || starts[b] === NONE) {
      return (starts[a] === NONE ? 0 : 1) - (starts[b] === NONE ? 0 : 1);
    }
    return compareBytes(bytes, starts[a], ends[a], bytes, starts[b], ends[b]);
  }
}
