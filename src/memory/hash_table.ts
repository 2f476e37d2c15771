// A chained hash table over the arena: keyspace, hashes, sets and the member side of sorted sets.
import type { Random } from "../base/random.ts";
import { unreachable } from "../base/invariant.ts";
import { type Arena, ArenaFullError } from "./arena.ts";
import type { ChangeGuard } from "./change_guard.ts";
import { entryOf } from "./entry_chain.ts";
import { halfSipHash, type HashKey } from "./half_siphash.ts";

export { ENTRY_KEY_OFFSET } from "./entry_chain.ts";

const MINIMUM_BUCKETS = 4;
const MAXIMUM_BUCKETS = 2 ** 30;
/** Empty buckets that one rehash step may pass before it gives up, as in Redis. */
const EMPTY_VISITS = 10;

/** Reverses the 32 bits of `v`; the result is unsigned. */
function reverseBits(v: number): number {
  v = (v >>> 1 & 0x55555555) | (v & 0x55555555) << 1;
  v = (v >>> 2 & 0x33333333) | (v & 0x33333333) << 2;
  v = (v >>> 4 & 0x0f0f0f0f) | (v & 0x0f0f0f0f) << 4;
  v = (v >>> 8 & 0x00ff00ff) | (v & 0x00ff00ff) << 8;
  return (v >>> 16 | v << 16) >>> 0;
}

/** The cursor after `cursor` in a table of `mask + 1` buckets: counts up from the high bit. */
function nextCursor(cursor: number, mask: number): number {
  const reversed = reverseBits((cursor | ~mask) >>> 0);
  return reverseBits((reversed + 1) >>> 0);
}

/**
 * Entries are arena blocks that begin with a 16-byte header of 32-bit words and the key's bytes:
 * `next, hash, key length, owner's word`. The table owns the first three words, its user the fourth
 * and all that follows the key. The table links and unlinks entries; it does not allocate them.
 *
 * Growth and shrinking move a bucket at a time on every find, so no operation takes time in
 * proportion to the table.
 */
export class HashTable {
  /** Number of entries. */
  size = 0;
  readonly arena: Arena;
  readonly key: HashKey;
  /** Told the hash of an entry before it is linked, unlinked, moved or, by its user, changed. */
  guard: ChangeGuard | undefined = undefined;
  /** Word index (reference times two) of the bucket array in use; entries move from it while rehashing. */
  #heads = 0;
  #mask = -1;
  /** The array that entries move to; mask -1 while not rehashing. */
  #newHeads = 0;
  #newMask = -1;
  /** Next bucket of the old array to move. */
  #moved = 0;
  #paused = 0;

  constructor(arena: Arena, key: HashKey) {
    this.arena = arena;
    this.key = key;
  }

  /** Whether entries are on their way to a table of another size. */
  get rehashing(): boolean {
    return this.#newMask >= 0;
  }

  /** Buckets, those of both arrays while rehashing. */
  get buckets(): number {
    return this.#mask + 1 + this.#newMask + 1;
  }

  /** Buckets of the array that entries move from while rehashing; of the only one otherwise. */
  get firstBuckets(): number {
    return this.#mask + 1;
  }

  /** Bytes of the bucket arrays. */
  get tableBytes(): number {
    return this.buckets * 4;
  }

  /** Hash of a key under this table's seed. */
  hash(bytes: Uint8Array, start: number, end: number): number {
    return halfSipHash(bytes, start, end, this.key);
  }

  /** The entry of a key, 0 when there is none. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    if (this.#newMask >= 0) {
      if (this.#paused === 0) this.#step(1);
      if (this.#newMask >= 0) {
        const first = this.arena.i32[this.#newHeads + (hash & this.#newMask)];
        const found = entryOf(this.arena, first, bytes, start, end, hash);
        if (found !== 0) return found;
      }
    }
    if (this.#mask < 0) return 0;
    const { arena } = this, first = arena.i32[this.#heads + (hash & this.#mask)];
    return entryOf(arena, first, bytes, start, end, hash);
  }

  /**
   * For looking ahead: finds the first entries of the buckets that keys of these hashes are in, 0 for
   * none, and reads their headers; answers what it read. Nothing else is done in the loops, so the
   * memory of all of them is fetched at the same time: hashing in between makes GET an eighth slower.
   */
  fetchFirst(hashes: Int32Array, count: number, entries: Int32Array): number {
    const { i32 } = this.arena, heads = this.#heads, mask = this.#mask;
    const newHeads = this.#newHeads, newMask = this.#newMask;
    if (mask < 0) entries.fill(0, 0, count);
    else for (let i = 0; i < count; i++) entries[i] = i32[heads + (hashes[i] & mask)];
    for (let i = 0; i < count && newMask >= 0; i++) {
      const moved = i32[newHeads + (hashes[i] & newMask)];
      if (moved !== 0) entries[i] = moved;
    }
    let read = 0;
    for (let i = 0; i < count; i++) read ^= i32[entries[i] * 2 + 1];
    return read;
  }

  /** Links an entry whose key is not in the table; writes its next and hash words. */
  insert(ref: number, hash: number): void {
    this.guard?.beforeChange(hash);
    // Two buckets per key: a bucket is only 4 bytes, and a shorter chain saves a cache miss.
    if (this.size * 2 > this.#mask) this.#growIfFull();
    const head = this.#newMask >= 0
      ? this.#newHeads + (hash & this.#newMask)
      : this.#heads + (hash & this.#mask);
    const i32 = this.arena.i32;
    i32[ref * 2] = i32[head];
    i32[ref * 2 + 1] = hash;
    i32[head] = ref;
    this.size++;
  }

  /** For those who are about to change what stands behind the key of an entry. */
  willChange(ref: number): void {
    this.guard?.beforeChange(this.arena.i32[ref * 2 + 1]);
  }

  /** Unlinks an entry of this table; the block stays the caller's. */
  unlink(ref: number): void {
    this.willChange(ref);
    const i32 = this.arena.i32;
    i32[this.#linkTo(ref)] = i32[ref * 2];
    this.size--;
    if (this.#newMask < 0) this.#shrinkIfSparse();
  }

  /** Puts the block `ref`, a moved copy of entry `old` with its header, in the place of `old`. */
  replace(old: number, ref: number): void {
    this.willChange(old);
    const i32 = this.arena.i32;
    const link = this.#linkTo(old);
    i32[ref * 2] = i32[old * 2];
    i32[ref * 2 + 1] = i32[old * 2 + 1];
    i32[link] = ref;
  }

  /** Word index of the link that points to `ref`. */
  #linkTo(ref: number): number {
    const i32 = this.arena.i32, hash = i32[ref * 2 + 1];
    if (this.#newMask >= 0) {
      let link = this.#newHeads + (hash & this.#newMask);
      for (; i32[link] !== 0; link = i32[link] * 2) if (i32[link] === ref) return link;
    }
    let link = this.#heads + (hash & this.#mask);
    for (; i32[link] !== 0; link = i32[link] * 2) if (i32[link] === ref) return link;
    unreachable("an entry is linked in its bucket");
  }

  /** Makes room for `entries` entries at once, before a load. */
  reserve(entries: number): void {
    if (this.size === 0 && this.#newMask < 0) {
      this.#releaseArrays();
      this.#openArray(entries);
    } else if (entries * 2 > this.#mask + 1 && this.#newMask < 0) this.#resize(entries);
  }

  /**
   * Moves up to `steps` buckets; true while there is more to move. For the cron, which also finds
   * the tables that stayed large because nothing was removed since they emptied.
   */
  rehash(steps: number): boolean {
    if (this.#newMask < 0) this.#shrinkIfSparse();
    else if (this.#paused === 0) this.#step(steps);
    return this.#newMask >= 0;
  }

  /** Stops moving entries while an iteration needs them to stay; calls nest. */
  pauseRehash(): void {
    this.#paused++;
  }

  /** Ends one {@link pauseRehash}. */
  resumeRehash(): void {
    this.#paused--;
  }

  /** Makes room for one more entry, so that the next {@link insert} needs no memory. */
  makeRoom(): void {
    if (this.size * 2 > this.#mask) this.#growIfFull();
  }

  #growIfFull(): void {
    if (this.#mask < 0) this.#openArray(1);
    else if (this.#newMask < 0) this.#resizeIfPossible(this.size + 1);
  }

  #shrinkIfSparse(): void {
    if (this.#mask >= 64 && this.size * 16 <= this.#mask) this.#resizeIfPossible(this.size);
  }

  /** A table of the wrong size is slower, not wrong: without memory it stays as it is. */
  #resizeIfPossible(entries: number): void {
    try {
      this.#resize(entries);
    } catch (error) {
      if (!(error instanceof ArenaFullError)) throw error;
    }
  }

  #openArray(entries: number): void {
    const buckets = bucketsFor(entries);
    this.#heads = this.arena.allocateZeroed(buckets * 4) * 2;
    this.#mask = buckets - 1;
  }

  #resize(entries: number): void {
    const buckets = bucketsFor(entries);
    if (buckets === this.#mask + 1) return;
    this.#newHeads = this.arena.allocateZeroed(buckets * 4) * 2;
    this.#newMask = buckets - 1;
    this.#moved = 0;
    if (this.size === 0) this.#finishRehash();
  }

  #step(buckets: number): void {
    const i32 = this.arena.i32;
    let empty = buckets * EMPTY_VISITS;
    const newHeads = this.#newHeads, newMask = this.#newMask;
    while (buckets > 0 && this.#moved <= this.#mask) {
      let ref = i32[this.#heads + this.#moved];
      if (ref === 0) {
        this.#moved++;
        if (--empty === 0) break;
        continue;
      }
      while (ref !== 0) {
        const word = ref * 2, next = i32[word];
        const head = newHeads + (i32[word + 1] & newMask);
        i32[word] = i32[head];
        i32[head] = ref;
        ref = next;
      }
      i32[this.#heads + this.#moved] = 0;
      this.#moved++;
      buckets--;
    }
    if (this.#moved > this.#mask) this.#finishRehash();
  }

  #finishRehash(): void {
    this.arena.free(this.#heads / 2);
    this.#heads = this.#newHeads;
    this.#mask = this.#newMask;
    this.#newHeads = 0;
    this.#newMask = -1;
  }

  /**
   * Visits the entries of one bucket (of its counterparts too while rehashing) and returns the next
   * cursor, 0 at the end. Every entry that is there from the first call to the last is visited at
   * least once, however the table grows or shrinks in between (Redis's reverse-binary cursor).
   * `visit` may not change the table.
   */
  scan(cursor: number, visit: (ref: number) => void): number {
    if (this.#mask < 0) return 0;
    if (this.#newMask < 0) {
      this.#visitBucket(this.#heads + (cursor & this.#mask), visit);
      return nextCursor(cursor, this.#mask);
    }
    const oldSmaller = this.#mask < this.#newMask;
    const small = oldSmaller ? this.#heads : this.#newHeads;
    const large = oldSmaller ? this.#newHeads : this.#heads;
    const smallMask = oldSmaller ? this.#mask : this.#newMask;
    const largeMask = oldSmaller ? this.#newMask : this.#mask;
    this.#visitBucket(small + (cursor & smallMask), visit);
    do {
      this.#visitBucket(large + (cursor & largeMask), visit);
      cursor = nextCursor(cursor, largeMask);
    } while ((cursor & (smallMask ^ largeMask)) !== 0);
    return cursor;
  }

  #visitBucket(head: number, visit: (ref: number) => void): void {
    let ref = this.arena.i32[head];
    while (ref !== 0) {
      const next = this.arena.i32[ref * 2];
      visit(ref);
      ref = next;
    }
  }

  /** First entry of bucket `index`, 0 for none; while rehashing the array moved to comes last. */
  bucketAt(index: number): number {
    return this.arena.i32[this.bucketWord(index)];
  }

  /** Word index of bucket `index`; those of one array follow each other. */
  bucketWord(index: number): number {
    return index <= this.#mask ? this.#heads + index : this.#newHeads + index - this.#mask - 1;
  }

  /**
   * Takes the entries of one bucket out and gives each to `take`, for freeing a whole table in
   * slices; answers the next cursor, 0 at the end. No other use of the table may come in between.
   */
  drainBucket(cursor: number, take: (ref: number) => void): number {
    if (cursor >= this.buckets) return 0;
    const head = cursor <= this.#mask
      ? this.#heads + cursor
      : this.#newHeads + (cursor - this.#mask - 1);
    let ref = this.arena.i32[head];
    this.arena.i32[head] = 0;
    while (ref !== 0) {
      const next = this.arena.i32[ref * 2];
      take(ref);
      this.size--;
      ref = next;
    }
    return cursor + 1 < this.buckets ? cursor + 1 : 0;
  }

  /** A random entry, 0 in an empty table: a random bucket that is not empty, then a random link of it. */
  randomEntry(random: Random): number {
    if (this.size === 0) return 0;
    const i32 = this.arena.i32;
    let head: number;
    do {
      const i = random.below(this.buckets);
      head = i <= this.#mask ? this.#heads + i : this.#newHeads + (i - this.#mask - 1);
    } while (i32[head] === 0);
    let length = 0;
    for (let ref = i32[head]; ref !== 0; ref = i32[ref * 2]) length++;
    let ref = i32[head];
    for (let n = random.below(length); n > 0; n--) ref = i32[ref * 2];
    return ref;
  }

  /** Forgets all entries at once, after the caller freed them or where the caller keeps them. */
  reset(): void {
    this.#releaseArrays();
    this.size = 0;
  }

  #releaseArrays(): void {
    if (this.#mask >= 0) this.arena.free(this.#heads / 2);
    if (this.#newMask >= 0) this.arena.free(this.#newHeads / 2);
    this.#heads = this.#newHeads = 0;
    this.#mask = this.#newMask = -1;
  }
}

function bucketsFor(entries: number): number {
  let buckets = MINIMUM_BUCKETS;
  while (buckets < entries * 2 && buckets < MAXIMUM_BUCKETS) buckets *= 2;
  return buckets;
}
