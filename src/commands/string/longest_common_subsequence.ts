// The longest common subsequence of two byte ranges, for LCS.
import type { ByteRange } from "../../base/bytes.ts";

/** A run of equal bytes: where it begins and ends in either range, both ends included. */
export interface Match {
  readonly aFirst: number;
  readonly aLast: number;
  readonly bFirst: number;
  readonly bLast: number;
}

/** Cells that one word holds: sums of two such words are small integers still. */
const WORD_BITS = 30;
const WORD_MASK = 2 ** WORD_BITS - 1;

/** Length of the longest common subsequence of `a` and `b`, in bytes. */
export function commonLength(a: ByteRange, b: ByteRange): number {
  const words = wordsFor(b), row = new Int32Array(words).fill(WORD_MASK);
  fillRows(a, placesOf(a, b), { rows: row, words, step: 0 });
  return zerosIn(row, 0, b.end - b.start);
}

function wordsFor({ start, end }: ByteRange): number {
  return Math.ceil((end - start) / WORD_BITS);
}

/** Where each byte that occurs in both ranges stands in the second: a row of bits for each. */
interface Places {
  readonly bits: Int32Array;
  /** First word of a byte's row; of a byte that is not in both, -1. */
  readonly rowOf: Int32Array;
}

function placesOf(a: ByteRange, b: ByteRange): Places {
  const words = wordsFor(b), rowOf = new Int32Array(256).fill(-1), inA = new Uint8Array(256);
  for (let i = a.start; i < a.end; i++) inA[a.bytes[i]] = 1;
  let end = 0;
  for (let i = b.start; i < b.end; i++) {
    const byte = b.bytes[i];
    if (inA[byte] === 0 || rowOf[byte] >= 0) continue;
    rowOf[byte] = end;
    end += words;
  }
  const bits = new Int32Array(end);
  for (let i = b.start, word = 0, bit = 1; i < b.end; i++) {
    const row = rowOf[b.bytes[i]];
    if (row >= 0) bits[row + word] |= bit;
    if (bit !== 1 << WORD_BITS - 1) bit <<= 1;
    else {
      bit = 1;
      word++;
    }
  }
  return { bits, rowOf };
}

/** The table, a row for each byte of the first range; with a step of 0 all in the place of one. */
interface Table {
  readonly rows: Int32Array;
  readonly words: number;
  readonly step: number;
}

/**
 * Row by row, thirty cells at a time (Hyyrö's form of Allison and Dix's algorithm). A bit is clear
 * where the subsequence of what precedes is longer than at the cell before. There, and only there,
 * the way back from two different bytes leads to the row before in Redis, too.
 */
function fillRows(a: ByteRange, { bits, rowOf }: Places, { rows, words, step }: Table): void {
  let above = 0, row = 0;
  for (let i = a.start; i < a.end; i++, above = row, row += step) {
    const places = rowOf[a.bytes[i]];
    if (places < 0) {
      if (above !== row) rows.copyWithin(row, above, above + words);
      continue;
    }
    let carry = 0;
    for (let word = 0; word < words; word++) {
      const before = rows[above + word], here = bits[places + word];
      const sum = before + (before & here) + carry;
      carry = sum >>> WORD_BITS;
      rows[row + word] = sum & WORD_MASK | before & ~here;
    }
  }
}

/** How many of the first `cells` bits of a row are clear. */
function zerosIn(rows: Int32Array, row: number, cells: number): number {
  let zeros = 0;
  for (let cell = 0; cell < cells; cell += WORD_BITS, row++) {
    const inWord = Math.min(WORD_BITS, cells - cell);
    for (let rest = ~rows[row] & (1 << inWord) - 1; rest !== 0; rest &= rest - 1) zeros++;
  }
  return zeros;
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
    const aLength = a.end - a.start, words = wordsFor(b);
    this.#aLength = this.#aFirst = aLength;
    // The first row is written in place of the empty one before it.
    const rows = new Int32Array(Math.max(aLength, 1) * words).fill(WORD_MASK, 0, words);
    fillRows(a, placesOf(a, b), { rows, words, step: words });
    const last = Math.max(aLength - 1, 0) * words;
    this.bytes = new Uint8Array(zerosIn(rows, last, b.end - b.start));
    this.#walkBack(a, b, rows);
  }

  #walkBack(a: ByteRange, b: ByteRange, rows: Int32Array): void {
    const words = wordsFor(b);
    let left = this.bytes.length;
    let i = this.#aLength - 1, j = b.end - b.start - 1;
    while (i >= 0 && j >= 0) {
      const byte = a.bytes[a.start + i];
      if (byte === b.bytes[b.start + j]) {
        this.bytes[--left] = byte;
        this.#extend(i--, j--);
        continue;
      }
      this.#endRun();
      const word = rows[i * words + Math.floor(j / WORD_BITS)];
      if ((word & 1 << j % WORD_BITS) === 0) i--;
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
