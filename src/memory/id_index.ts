// An ordered index of small records by 128-bit id: the blocks of a stream, and pending entries.
import type { Integer64 } from "../base/int64.ts";
import { invariant } from "../base/invariant.ts";
import type { Arena } from "./arena.ts";
import type { ChangeGuard } from "./change_guard.ts";
import { joinInt64 } from "./little_endian.ts";

/** Most records of a chunk; a power of two, for a position is chunk and slot in one number. */
const CHUNK_RECORDS = 256;
const SLOT_BITS = 8;
const SLOT_MASK = CHUNK_RECORDS - 1;
/** Records that the first chunk has room for: most indexes stay small. */
const FIRST_CAPACITY = 2;
/** 32-bit words of an id, with which a record begins. */
export const ID_WORDS = 4;
// Words of a chunk's head: slots that are free before the first record, and number of records.
const FREE_WORD = 0;
const COUNT_WORD = 1;
const HEAD_WORDS = 2;

/** An ID as 32-bit words, signed, the highest first. */
export interface IdWords {
  word0: number;
  word1: number;
  word2: number;
  word3: number;
}

/**
 * Records in chunks of arena memory, ordered by id: two unsigned 64-bit integers, milliseconds
 * before sequence. Behind its id a record has words of its owner. Adding at the end and removing at
 * either end is O(1), everything else O(log n) and the moving of at most one chunk.
 *
 * A position names a record until the next insert or remove; -1 is no record.
 */
export class IdIndex {
  readonly arena: Arena;
  /** Number of records. */
  size = 0;
  /** Told of a chunk before it changes or goes. */
  guard: ChangeGuard | undefined = undefined;
  readonly #recordWords: number;
  #chunks: number[] = [];
  // The id that is looked for, as its words.
  #key0 = 0;
  #key1 = 0;
  #key2 = 0;
  #key3 = 0;

  /** `ownWords`: 32-bit words that each record has besides its id. */
  constructor(arena: Arena, ownWords: number) {
    this.arena = arena;
    this.#recordWords = ID_WORDS + ownWords;
  }

  /** Bytes of the chunks. */
  get bytes(): number {
    let total = 0;
    for (const chunk of this.#chunks) total += this.arena.usableBytes(chunk);
    return total;
  }

  /** The chunks, in order. */
  get chunks(): readonly number[] {
    return this.#chunks;
  }

  /** The records of a chunk, in order; valid until anything changes. */
  recordsOf(ref: number): Int32Array {
    const start = this.#recordOf(ref, 0);
    return this.arena.i32.subarray(start, start + this.#countOf(ref) * this.#recordWords);
  }

  /** To be called before own words of a record change. */
  willChange(position: number): void {
    this.guard?.beforeChange(this.#chunks[position >> SLOT_BITS]);
  }

  /** The first record. */
  first(): number {
    return this.size === 0 ? -1 : 0;
  }

  /** The last record. */
  last(): number {
    if (this.size === 0) return -1;
    const chunk = this.#chunks.length - 1;
    return chunk << SLOT_BITS | this.#countOf(this.#chunks[chunk]) - 1;
  }

  next(position: number): number {
    const chunk = position >> SLOT_BITS;
    if ((position & SLOT_MASK) + 1 < this.#countOf(this.#chunks[chunk])) return position + 1;
    return chunk + 1 < this.#chunks.length ? chunk + 1 << SLOT_BITS : -1;
  }

  previous(position: number): number {
    if ((position & SLOT_MASK) > 0) return position - 1;
    const chunk = (position >> SLOT_BITS) - 1;
    return chunk < 0 ? -1 : chunk << SLOT_BITS | this.#countOf(this.#chunks[chunk]) - 1;
  }

  /** The record of an id. */
  find(id: IdWords): number {
    const position = this.ceiling(id);
    return position >= 0 && this.#compare(this.#recordAt(position)) === 0 ? position : -1;
  }

  /** The first record whose id is not below. */
  ceiling(id: IdWords): number {
    if (this.size === 0) return -1;
    this.#setKey(id);
    // What is new comes last: most often there is nothing to search for.
    if (this.#compare(this.#recordAt(this.last())) < 0) return -1;
    const chunk = this.#chunkOfKey();
    const ref = this.#chunks[chunk];
    const slot = this.#slotOfKey(ref);
    if (slot < this.#countOf(ref)) return chunk << SLOT_BITS | slot;
    return chunk + 1 < this.#chunks.length ? chunk + 1 << SLOT_BITS : -1;
  }

  /** The last record whose id is not above. */
  floor(id: IdWords): number {
    const above = this.ceiling(id);
    if (above < 0) return this.last();
    return this.#compare(this.#recordAt(above)) === 0 ? above : this.previous(above);
  }

  milliseconds(position: number): Integer64 {
    const { i32 } = this.arena, at = this.#recordAt(position);
    return joinInt64(i32[at] >>> 0, i32[at + 1]);
  }

  sequence(position: number): Integer64 {
    const { i32 } = this.arena, at = this.#recordAt(position);
    return joinInt64(i32[at + 2] >>> 0, i32[at + 3]);
  }

  /** Sets `id` to a record's. */
  readId(position: number, id: IdWords): void {
    const { i32 } = this.arena, at = this.#recordAt(position);
    id.word0 = i32[at];
    id.word1 = i32[at + 1];
    id.word2 = i32[at + 2];
    id.word3 = i32[at + 3];
  }

  /** Where a record's own words begin, as an index into the arena's 32-bit view. */
  wordsOf(position: number): number {
    return this.#recordAt(position) + ID_WORDS;
  }

  /** Adds a record, whose own words are the caller's to fill. There is none of that id. */
  insert(id: IdWords): number {
    this.#setKey(id);
    const last = this.last();
    const position = last < 0 || this.#compare(this.#recordAt(last)) < 0
      ? this.#makeRoomAtEnd()
      : this.#makeRoomInside();
    const { i32 } = this.arena, at = this.#recordAt(position);
    i32[at] = this.#key0;
    i32[at + 1] = this.#key1;
    i32[at + 2] = this.#key2;
    i32[at + 3] = this.#key3;
    this.size++;
    return position;
  }

  remove(position: number): void {
    const chunk = position >> SLOT_BITS, slot = position & SLOT_MASK;
    const ref = this.#chunks[chunk], count = this.#countOf(ref) - 1;
    this.guard?.beforeChange(ref);
    this.size--;
    if (count === 0) {
      this.arena.free(ref);
      if (chunk === 0) this.#chunks.shift();
      else this.#chunks.splice(chunk, 1);
      return;
    }
    const { i32 } = this.arena, head = ref * 2;
    if (slot === 0) i32[head + FREE_WORD]++;
    else this.#moveRecords(ref, slot + 1, count - slot, slot);
    i32[head + COUNT_WORD] = count;
    if (count < CHUNK_RECORDS / 4) this.#mergeAround(chunk);
  }

  /** An independent copy; own words are copied as they are. */
  copy(): IdIndex {
    const { arena } = this;
    const copy = new IdIndex(arena, this.#recordWords - ID_WORDS);
    try {
      for (const ref of this.#chunks) {
        const count = this.#countOf(ref), copied = copy.#newChunk(count);
        this.#appendRecords(ref, 0, count, copied);
        copy.#chunks.push(copied);
      }
    } catch (error) {
      copy.free();
      throw error;
    }
    copy.size = this.size;
    return copy;
  }

  /**
   * Frees the last records, `records` of them and up to a chunk more; true when none is left. `each`
   * is told where the own words of each one begin.
   */
  drain(records: number, each?: (word: number) => void): boolean {
    for (let left = records; left > 0 && this.#chunks.length > 0;) {
      const ref = this.#chunks.pop()!, count = this.#countOf(ref);
      this.guard?.beforeChange(ref);
      if (each !== undefined) {
        for (let slot = 0; slot < count; slot++) each(this.#recordOf(ref, slot) + ID_WORDS);
      }
      this.arena.free(ref);
      this.size -= count;
      left -= count;
    }
    return this.#chunks.length === 0;
  }

  /** Frees everything; the index is empty and usable afterwards. */
  free(): void {
    this.drain(Infinity);
  }

  #countOf(ref: number): number {
    return this.arena.i32[ref * 2 + COUNT_WORD];
  }

  #recordOf(ref: number, slot: number): number {
    const head = ref * 2;
    return head + HEAD_WORDS + (this.arena.i32[head + FREE_WORD] + slot) * this.#recordWords;
  }

  #recordAt(position: number): number {
    return this.#recordOf(this.#chunks[position >> SLOT_BITS], position & SLOT_MASK);
  }

  #setKey({ word0, word1, word2, word3 }: IdWords): void {
    this.#key0 = word0;
    this.#key1 = word1;
    this.#key2 = word2;
    this.#key3 = word3;
  }

  /** Order of the id at a word and the key. */
  #compare(word: number): number {
    const { i32 } = this.arena;
    return (i32[word] >>> 0) - (this.#key0 >>> 0) ||
      (i32[word + 1] >>> 0) - (this.#key1 >>> 0) ||
      (i32[word + 2] >>> 0) - (this.#key2 >>> 0) ||
      (i32[word + 3] >>> 0) - (this.#key3 >>> 0);
  }

  /** The last chunk that does not begin above the key, or the first one. */
  #chunkOfKey(): number {
    const chunks = this.#chunks;
    let low = 0, high = chunks.length - 1;
    while (low < high) {
      const middle = low + high + 1 >>> 1;
      if (this.#compare(this.#recordOf(chunks[middle], 0)) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The first slot of a chunk that is not below the key; the chunk's count when all are. */
  #slotOfKey(ref: number): number {
    const base = this.#recordOf(ref, 0), words = this.#recordWords;
    let low = 0, high = this.#countOf(ref);
    while (low < high) {
      const middle = low + high >>> 1;
      if (this.#compare(base + middle * words) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #capacityOf(ref: number): number {
    const words = (this.arena.usableBytes(ref) >>> 2) - HEAD_WORDS;
    return Math.min(CHUNK_RECORDS, Math.floor(words / this.#recordWords));
  }

  #newChunk(capacity: number): number {
    const ref = this.arena.allocate((HEAD_WORDS + capacity * this.#recordWords) * 4);
    const { i32 } = this.arena;
    i32[ref * 2 + FREE_WORD] = 0;
    i32[ref * 2 + COUNT_WORD] = 0;
    return ref;
  }

  /** Moves `count` records within a chunk. */
  #moveRecords(ref: number, from: number, count: number, to: number): void {
    if (count === 0) return;
    const base = this.#recordOf(ref, 0), words = this.#recordWords;
    const start = base + from * words;
    this.arena.i32.copyWithin(base + to * words, start, start + count * words);
  }

  /** Brings the records of a chunk to its beginning. */
  #closeFront(ref: number): void {
    const free = this.arena.i32[ref * 2 + FREE_WORD];
    if (free === 0) return;
    this.#moveRecords(ref, 0, this.#countOf(ref), -free);
    this.arena.i32[ref * 2 + FREE_WORD] = 0;
  }

  /** Doubles the room of a chunk that has none left; answers where it is now. */
  #growChunk(chunk: number): number {
    const ref = this.#chunks[chunk];
    const grown = this.#newChunk(Math.min(CHUNK_RECORDS, this.#capacityOf(ref) * 2));
    this.#appendRecords(ref, 0, this.#countOf(ref), grown);
    this.arena.free(ref);
    return this.#chunks[chunk] = grown;
  }

  #makeRoomAtEnd(): number {
    const chunks = this.#chunks;
    if (chunks.length === 0) chunks.push(this.#newChunk(FIRST_CAPACITY));
    let chunk = chunks.length - 1, ref = chunks[chunk];
    this.guard?.beforeChange(ref);
    const head = ref * 2, free = this.arena.i32[head + FREE_WORD];
    const count = this.#countOf(ref), capacity = this.#capacityOf(ref);
    if (free + count === capacity) {
      // Records move only where many of them went: a queue would move all of them all the time.
      if (free * 2 >= capacity) this.#closeFront(ref);
      else if (capacity < CHUNK_RECORDS) ref = this.#growChunk(chunk);
      else {
        ref = this.#newChunk(CHUNK_RECORDS);
        chunk = chunks.push(ref) - 1;
      }
    }
    const slot = this.#countOf(ref);
    this.arena.i32[ref * 2 + COUNT_WORD] = slot + 1;
    return chunk << SLOT_BITS | slot;
  }

  #makeRoomInside(): number {
    let chunk = this.#chunkOfKey(), ref = this.#chunks[chunk];
    this.guard?.beforeChange(ref);
    if (this.#countOf(ref) === CHUNK_RECORDS) {
      this.#split(chunk);
      chunk = this.#chunkOfKey();
      ref = this.#chunks[chunk];
    }
    const slot = this.#slotOfKey(ref), count = this.#countOf(ref);
    invariant(
      slot === count || this.#compare(this.#recordOf(ref, slot)) !== 0,
      "an id is in the index once",
    );
    const free = this.arena.i32[ref * 2 + FREE_WORD];
    if (free > 0 && (slot * 2 < count || free + count === this.#capacityOf(ref))) {
      this.#moveRecords(ref, 0, slot, -1);
      this.arena.i32[ref * 2 + FREE_WORD]--;
    } else {
      if (free + count === this.#capacityOf(ref)) ref = this.#growChunk(chunk);
      this.#moveRecords(ref, slot, count - slot, slot + 1);
    }
    this.arena.i32[ref * 2 + COUNT_WORD] = count + 1;
    return chunk << SLOT_BITS | slot;
  }

  /** Moves the upper half of a full chunk to a new one behind it. */
  #split(chunk: number): void {
    const ref = this.#chunks[chunk], half = CHUNK_RECORDS / 2;
    const upper = this.#newChunk(CHUNK_RECORDS);
    this.#appendRecords(ref, half, CHUNK_RECORDS - half, upper);
    this.arena.i32[ref * 2 + COUNT_WORD] = half;
    this.#chunks.splice(chunk + 1, 0, upper);
  }

  /** Copies records to the end of another chunk, which has room for them. */
  #appendRecords(from: number, slot: number, count: number, to: number): void {
    const { i32 } = this.arena, start = this.#recordOf(from, slot), have = this.#countOf(to);
    i32.copyWithin(this.#recordOf(to, have), start, start + count * this.#recordWords);
    i32[to * 2 + COUNT_WORD] = have + count;
  }

  /** A chunk with few records takes in its neighbour's, or is taken in, if they are few too. */
  #mergeAround(chunk: number): void {
    if (chunk + 1 < this.#chunks.length && this.#mergeWithNext(chunk)) return;
    if (chunk > 0) this.#mergeWithNext(chunk - 1);
  }

  #mergeWithNext(chunk: number): boolean {
    const chunks = this.#chunks;
    const ref = chunks[chunk], next = chunks[chunk + 1];
    const count = this.#countOf(next), together = this.#countOf(ref) + count;
    if (together > CHUNK_RECORDS / 2 || together > this.#capacityOf(ref)) return false;
    this.guard?.beforeChange(ref);
    this.guard?.beforeChange(next);
    this.#closeFront(ref);
    this.#appendRecords(next, 0, count, ref);
    this.arena.free(next);
    chunks.splice(chunk + 1, 1);
    return true;
  }
}
