// The longest common subsequence of two byte ranges, for LCS.
import type { ByteRange } from "../../base/bytes.ts";

/** A run of equal bytes: where it begins and ends in either range, both ends included. */
export interface Match {
  readonly aFirst: number;
  readonly aLast: number;
  readonly bFirst: number;
  readonly bLast: number;
}

/** Length of the longest common subsequence of `a` and `b`, in bytes. */
export function commonLength(a: ByteRange, b: ByteRange): number {
  return fillRows(a, b, undefined);
}

/**
 * Row by row, lengths of the subsequences of what precedes. With `upwards`, one bit a cell notes
 * whether the way back leads to the row before; ties lead to the cell before, as in Redis. One bit
 * instead of a length makes the table 32 times smaller than Redis's.
 */
function fillRows(a: ByteRange, b: ByteRange, upwards: Uint8Array | undefined): number {
  const aLength = a.end - a.start, bLength = b.end - b.start;
  const row = new Int32Array(bLength + 1);
  const aBytes = a.bytes, bBytes = b.bytes, bBefore = b.start - 1;
  let cell = 0;
  for (let i = 0; i < aLength; i++) {
    const byte = aBytes[a.start + i];
    let diagonal = 0, left = 0;
    for (let j = 1; j <= bLength; j++, cell++) {
      const above = row[j];
      if (byte === bBytes[bBefore + j]) left = diagonal + 1;
      else if (above > left) {
        left = above;
        if (upwards !== undefined) upwards[cell >>> 3] |= 1 << (cell & 7);
      }
      row[j] = left;
      diagonal = above;
    }
  }
  return row[bLength];
}

/** The subsequence itself, and the runs it is made of, from the last to the first. */
export class CommonSubsequence {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly matches: Match[] = [];
  readonly #aLength: number;
  // The run that grows towards the beginning; `#aFirst` is `#aLength` while there is none.
  #aFirst: number;
  #bFirst = 0;
  #aLast = 0;
  #bLast = 0;

  constructor(a: ByteRange, b: ByteRange) {
    this.#aLength = this.#aFirst = a.end - a.start;
    const bLength = b.end - b.start;
    const upwards = new Uint8Array(Math.ceil(this.#aLength * bLength / 8));
    this.bytes = new Uint8Array(fillRows(a, b, upwards));
    this.#walkBack(a, b, upwards);
  }

  #walkBack(a: ByteRange, b: ByteRange, upwards: Uint8Array): void {
    const bLength = b.end - b.start;
    let left = this.bytes.length;
    let i = this.#aLength - 1, j = bLength - 1;
    while (i >= 0 && j >= 0) {
      const byte = a.bytes[a.start + i];
      if (byte === b.bytes[b.start + j]) {
        this.bytes[--left] = byte;
        this.#extend(i--, j--);
        continue;
      }
      this.#endRun();
      const cell = i * bLength + j;
      if (upwards[Math.floor(cell / 8)] & 1 << (cell % 8)) i--;
      else j--;
    }
  }

  #extend(i: number, j: number): void {
    if (this.#aFirst === this.#aLength) {
      this.#aFirst = this.#aLast = i;
      this.#bFirst = this.#bLast = j;
    } else {
      this.#aFirst--;
      this.#bFirst--;
    }
    if (i === 0 || j === 0) this.#endRun();
  }

  #endRun(): void {
    if (this.#aFirst === this.#aLength) return;
    this.matches.push({
      aFirst: this.#aFirst,
      aLast: this.#aLast,
      bFirst: this.#bFirst,
      bLast: this.#bLast,
    });
    this.#aFirst = this.#aLength;
  }
}
