// The entries that some buckets begin with, and their memory fetched at the same time.
import type { HashTable } from "../memory/hash_table.ts";

/** 32-bit words of a cache line. */
const LINE_WORDS = 16;
/** Where a third line is looked for: a key of 16 bytes with a value of 64 takes 27 words. */
const LAST_WORD = 26;

/** Buckets that are not empty, out of a run of them, in their order. */
export class BucketHeads {
  /** How many buckets are looked at at a time. */
  readonly most: number;
  /** How many there are. */
  count = 0;
  /** The number of each, and the reference of its first entry. */
  readonly buckets: Int32Array;
  readonly entries: Int32Array;
  /** What was read, lest it be thought of no use. */
  #touched = 0;

  constructor(most: number) {
    this.most = most;
    this.buckets = new Int32Array(most + 1);
    this.entries = new Int32Array(most + 1);
  }

  /**
   * Finds the buckets of `[first, end)` in which there is something, without those whose bit is set in
   * `without`. Loops that do nothing but read, and have no branch that depends on what they read, fetch
   * the memory of many entries at the same time: to walk over a million keys with values of 64 bytes and
   * to copy them took 125 ms so, 245 ms with branches for empty buckets and without the third line.
   */
  find(table: HashTable, first: number, end: number, without: Uint8Array | undefined): void {
    const { i32 } = table.arena,
      { buckets, entries } = this,
      distance = table.bucketWord(first) - first;
    let count = 0;
    for (let bucket = first; bucket < end; bucket++) {
      let ref = i32[distance + bucket];
      if (without !== undefined) ref &= (without[bucket >>> 3] >>> (bucket & 7) & 1) - 1;
      buckets[count] = bucket;
      entries[count] = ref;
      count += ref === 0 ? 0 : 1;
    }
    this.count = count;
    let touched = 0;
    for (let i = 0; i < count; i++) {
      const word = entries[i] * 2;
      touched = touched + i32[word] + i32[word + LINE_WORDS] + i32[word + LAST_WORD] | 0;
    }
    // The second entry of a bucket, which one in five has; without, the first words of the arena.
    for (let i = 0; i < count; i++) {
      const word = i32[entries[i] * 2] * 2;
      touched = touched + i32[word] + i32[word + LINE_WORDS] + i32[word + LAST_WORD] | 0;
    }
    this.#touched ^= touched;
  }
}
