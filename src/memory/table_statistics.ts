// How the entries of a hash table are spread over its buckets.
import type { HashTable } from "./hash_table.ts";

/** One array of buckets; while a table rehashes it has two. */
export interface ArrayStatistics {
  buckets: number;
  entries: number;
  /** How many buckets have a chain of so many entries. */
  chains: number[];
}

/** The arrays of a table, that which entries move to last. Takes time in proportion to the table. */
export function tableStatistics(table: HashTable): ArrayStatistics[] {
  const first = countChains(table, 0, table.firstBuckets);
  if (!table.rehashing) return [first];
  return [first, countChains(table, table.firstBuckets, table.buckets)];
}

function countChains(table: HashTable, from: number, to: number): ArrayStatistics {
  const { i32 } = table.arena;
  const chains: number[] = [];
  let entries = 0;
  for (let bucket = from; bucket < to; bucket++) {
    let length = 0;
    for (let ref = table.bucketAt(bucket); ref !== 0; ref = i32[ref * 2]) length++;
    while (chains.length <= length) chains.push(0);
    chains[length]++;
    entries += length;
  }
  return { buckets: to - from, entries, chains };
}
