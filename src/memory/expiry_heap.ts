// Which of a table's entries is over first: a binary heap of entries by the instant they hold.
import type { Arena } from "./arena.ts";

/** Words of an entry for its expiry: instant in Unix ms, low and high half, and place in the heap. */
export const EXPIRY_WORDS = 3;
const TWO_32 = 2 ** 32;
const FIRST_CAPACITY = 4;

/** Word index of an entry's expiry: behind its key, which is padded to four bytes. */
export function expiryWord(arena: Arena, ref: number): number {
  return ref * 2 + 4 + (arena.i32[ref * 2 + 2] + 3 >>> 2);
}

/** The instant in an entry that has one, Unix ms. */
export function instantOf(arena: Arena, ref: number): number {
  const word = expiryWord(arena, ref);
  return (arena.i32[word] >>> 0) + arena.i32[word + 1] * TWO_32;
}

/** Writes the instant; the heap is told by whoever writes. */
export function writeInstant(arena: Arena, ref: number, atMs: number): void {
  const word = expiryWord(arena, ref);
  const high = Math.floor(atMs / TWO_32);
  arena.i32[word] = (atMs - high * TWO_32) | 0;
  arena.i32[word + 1] = high;
}

/** Entries whose words {@link expiryWord} points to; the one that is over first is at hand. */
export class ExpiryHeap {
  length = 0;
  readonly arena: Arena;
  #block = 0;
  #capacity = 0;

  constructor(arena: Arena) {
    this.arena = arena;
  }

  /** Bytes of the heap itself. */
  get bytes(): number {
    return this.#block === 0 ? 0 : this.arena.usableBytes(this.#block);
  }

  /** The entry that is over first, 0 for none. */
  get first(): number {
    return this.length === 0 ? 0 : this.arena.i32[this.#block * 2];
  }

  /** The first instant, Unix ms; -1 without entries. */
  get firstAtMs(): number {
    return this.length === 0 ? -1 : instantOf(this.arena, this.first);
  }

  /** Makes room for one more, so that {@link add} needs no memory. */
  reserve(): void {
    if (this.length < this.#capacity) return;
    const { arena } = this;
    const bytes = Math.max(FIRST_CAPACITY, this.length * 2) * 4;
    this.#block = this.#block === 0
      ? arena.allocate(bytes)
      : arena.resize(this.#block, bytes, this.length * 4);
    this.#capacity = arena.usableBytes(this.#block) >>> 2;
  }

  /** Adds an entry whose instant is written. */
  add(ref: number): void {
    this.reserve();
    this.#rise(this.length++, ref);
  }

  /** Takes an entry out. */
  remove(ref: number): void {
    const place = this.#placeOf(ref);
    const last = this.arena.i32[this.#block * 2 + --this.length];
    if (last !== ref) this.#settle(place, last);
  }

  /** The instant of an entry was written anew. */
  changed(ref: number): void {
    this.#settle(this.#placeOf(ref), ref);
  }

  /** An entry was copied to another block, its words included. */
  moved(ref: number): void {
    this.arena.i32[this.#block * 2 + this.#placeOf(ref)] = ref;
  }

  /** Forgets all entries and gives the memory back. */
  clear(): void {
    if (this.#block !== 0) this.arena.free(this.#block);
    this.#block = this.#capacity = this.length = 0;
  }

  #placeOf(ref: number): number {
    return this.arena.i32[expiryWord(this.arena, ref) + 2];
  }

  #put(place: number, ref: number): void {
    this.arena.i32[this.#block * 2 + place] = ref;
    this.arena.i32[expiryWord(this.arena, ref) + 2] = place;
  }

  #at(place: number): number {
    return this.arena.i32[this.#block * 2 + place];
  }

  /** Puts an entry in a free place or above it, where it belongs. */
  #rise(place: number, ref: number): void {
    const atMs = instantOf(this.arena, ref);
    while (place > 0) {
      const above = (place - 1) >>> 1, other = this.#at(above);
      if (instantOf(this.arena, other) <= atMs) break;
      this.#put(place, other);
      place = above;
    }
    this.#put(place, ref);
  }

  /** Puts an entry in a free place, above it or below it. */
  #settle(place: number, ref: number): void {
    const { arena } = this;
    const atMs = instantOf(arena, ref);
    for (let below = place * 2 + 1; below < this.length; below = place * 2 + 1) {
      if (
        below + 1 < this.length &&
        instantOf(arena, this.#at(below + 1)) < instantOf(arena, this.#at(below))
      ) below++;
      const other = this.#at(below);
      if (instantOf(arena, other) >= atMs) break;
      this.#put(place, other);
      place = below;
    }
    this.#rise(place, ref);
  }
}
