// Texts side by side in one array: what SORT sorts, and what it sorts by.
import { compareBytes, copyBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";

const NONE = -1;
/** Bytes whose number a double holds. */
const BEGINNING = 6;

/** Copies of texts, by number. Some may be missing. */
export class SortTexts {
  #bytes = new Uint8Array(1024);
  #used = 0;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  get count(): number {
    return this.#starts.length;
  }

  add({ bytes, start, end }: Slice): void {
    const length = end - start;
    if (this.#used + length > this.#bytes.length) this.#grow(length);
    copyBytes(bytes, start, end, this.#bytes, this.#used);
    this.#starts.push(this.#used);
    this.#used += length;
    this.#ends.push(this.#used);
  }

  addMissing(): void {
    this.#starts.push(NONE);
    this.#ends.push(NONE);
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
    for (let i = 0; i < this.#starts.length; i++) {
      const start = this.#starts[i];
      const nul = this.#bytes.subarray(start, this.#ends[i]).indexOf(0);
      if (start !== NONE && nul >= 0) this.#ends[i] = start + nul;
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
