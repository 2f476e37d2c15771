// Has the memory of many entries fetched at the same time.
import type { HashTable } from "../memory/hash_table.ts";
import { touchValues } from "../store/entry.ts";

/** 32-bit words of a cache line. */
const LINE_WORDS = 16;

/**
 * Reads the entries in some buckets here and there, so that the memory of all of them is fetched at the
 * same time: their headers, and when these are there what they lead to. `end` is not included.
 */
export function touchEntries(table: HashTable, first: number, end: number): number {
  const { arena } = table, { i32 } = arena, word = table.bucketWord(first), count = end - first;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const at = i32[word + i] * 2;
    sum = sum + i32[at] + i32[at + LINE_WORDS] | 0;
  }
  for (let i = 0; i < count; i++) {
    const ref = i32[word + i];
    if (ref === 0) continue; // most buckets
    const next = i32[ref * 2] * 2;
    sum = sum + i32[next] + i32[next + LINE_WORDS] | 0;
  }
  return sum + touchValues(arena, i32.subarray(word, word + count), count) | 0;
}
