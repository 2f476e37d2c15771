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

/** A bucket counts as if it had so many places, of which some are empty. */
const PLACES = 3;
const SPARSE_PLACES = 2;
/** Tables with at most one entry in so many buckets are sparse. */
const SPARSE_BUCKETS = 3;
/** Buckets that a pick moves, besides those per entry, where a table changes its size. */
const MOVED_BUCKETS = 4;
/** Buckets that lie in one cache line. */
const LINE = 16;
/** The buckets of a line that are taken; one array, as nothing else runs in between. */
const line = new Int32Array(LINE + 1);
/** From so many buckets on, 256 KiB, what counts is how many cache lines are read. */
const LARGE_BUCKETS = 65536;

/**
 * A random entry of a table that is not empty, each (nearly) equally likely: a random place of a
 * random bucket, until it is taken. (Picking a bucket that is taken, and then one of its entries,
 * would prefer entries that are alone in theirs.) Buckets with more entries than places are rare;
 * what is beyond shares the last place.
 */
export function fairEntry(table: HashTable, random: Random): number {
  // There may be no lookups that do it, and the emptier the table the longer a pick searches.
  if (table.rehashing) table.rehash(MOVED_BUCKETS + Math.ceil(table.buckets / table.size));
  const { buckets, rehashing } = table;
  if (buckets >= LARGE_BUCKETS && !rehashing) return fairEntryOfLarge(table, random);
  for (;;) {
    const ref = table.bucketAt(random.below(buckets));
    const found = ref === 0 ? 0 : atPlace(table, ref, PLACES, random);
    if (found !== 0) return found;
  }
}

/**
 * As {@link fairEntry}, for tables that are not in the cache: instead of one bucket, one of those
 * taken in a line of buckets is picked. A line counts as if it had `most` of them, so that entries
 * in crowded lines are as likely as others; one line in fifty has more, up to a fifth (measured:
 * a third of the time on 600,000 entries).
 */
function fairEntryOfLarge(table: HashTable, random: Random): number {
  const { buckets, size } = table;
  const { i32 } = table.arena;
  const places = size * SPARSE_BUCKETS <= buckets ? SPARSE_PLACES : PLACES;
  const expected = LINE * Math.min(1, size / buckets);
  const most = Math.min(LINE, Math.ceil(expected + 2 * Math.sqrt(expected)));
  const first = table.bucketWord(0);
  for (;;) {
    const word = first + (random.next32() & (buckets - LINE));
    let taken = 0;
    for (let i = 0; i < LINE; i++) {
      const ref = i32[word + i];
      line[taken] = ref;
      taken += (ref | -ref) >>> 31; // 1 for a reference: a branch would be guessed wrong too often
    }
    const picked = random.below(Math.max(most, taken));
    if (picked >= taken) continue;
    const found = atPlace(table, line[picked], places, random);
    if (found !== 0) return found;
  }
}

/** The entry at a random place of the bucket that begins with `ref`, 0 when it is empty. */
function atPlace(table: HashTable, ref: number, places: number, random: Random): number {
  const { i32 } = table.arena;
  const place = random.below(places);
  for (let left = place; left > 0 && ref !== 0; left--) ref = i32[ref * 2];
  return ref === 0 || place < places - 1 ? ref : fromHere(i32, ref, random);
}

function fromHere(i32: Int32Array, first: number, random: Random): number {
  let length = 0;
  for (let ref = first; ref !== 0; ref = i32[ref * 2]) length++;
  let ref = first;
  for (let n = length === 1 ? 0 : random.below(length); n > 0; n--) ref = i32[ref * 2];
  return ref;
}
