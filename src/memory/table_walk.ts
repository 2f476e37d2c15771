// Two ways through a hash table for those who have no cursor to keep: all of it, or a random entry.
import type { Random } from "../base/random.ts";
import type { HashTable } from "./hash_table.ts";

/**
 * Steps through all entries of a table, each once; one object serves any number of walks in turn.
 * From {@link begin} to {@link end} nothing may be inserted; the entry stepped to may be unlinked.
 */
export class TableWalk {
  #table: HashTable | undefined;
  #bucket = 0;
  #buckets = 0;
  #next = 0;

  begin(table: HashTable): void {
    table.pauseRehash();
    this.#table = table;
    this.#bucket = 0;
    this.#buckets = table.buckets;
    this.#next = 0;
  }

  /** The next entry, 0 at the end. */
  next(): number {
    const table = this.#table!;
    let ref = this.#next;
    // A table that shrinks adds an array, into which nothing moves here; an empty one drops one.
    const buckets = Math.min(this.#buckets, table.buckets);
    while (ref === 0 && this.#bucket < buckets) ref = table.bucketAt(this.#bucket++);
    if (ref !== 0) this.#next = table.arena.i32[ref * 2];
    return ref;
  }

  end(): void {
    this.#table?.resumeRehash();
    this.#table = undefined;
  }
}

/** A bucket counts as if it had this many places, of which some are empty. */
const PLACES_BITS = 2;
const LAST_PLACE = (1 << PLACES_BITS) - 1;

/**
 * A random entry of a table that is not empty, each equally likely: a random place of a random
 * bucket, until it is taken. (Picking a bucket that is taken, and then one of its entries, would
 * prefer entries that are alone in theirs.) Buckets with more entries than places are rare; what is
 * beyond shares the last place.
 */
export function fairEntry(table: HashTable, random: Random): number {
  const { buckets, rehashing } = table;
  const { i32 } = table.arena;
  for (;;) {
    const drawn = rehashing ? random.below(buckets) : random.next32();
    // The number of buckets is a power of two up to 2^30: the two highest bits are free.
    let place = rehashing ? random.below(LAST_PLACE + 1) : drawn >>> 32 - PLACES_BITS;
    let ref = table.bucketAt(rehashing ? drawn : drawn & (buckets - 1));
    if (place === LAST_PLACE) {
      for (; place > 0 && ref !== 0; place--) ref = i32[ref * 2];
      if (ref !== 0) return fromHere(i32, ref, random);
      continue;
    }
    for (; place > 0 && ref !== 0; place--) ref = i32[ref * 2];
    if (ref !== 0) return ref;
  }
}

function fromHere(i32: Int32Array, first: number, random: Random): number {
  let length = 0;
  for (let ref = first; ref !== 0; ref = i32[ref * 2]) length++;
  let ref = first;
  for (let n = length === 1 ? 0 : random.below(length); n > 0; n--) ref = i32[ref * 2];
  return ref;
}
