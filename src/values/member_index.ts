// Finds elements of a listpack that is searched again and again.
import { Slice } from "../base/slice.ts";
import type { Listpack } from "../memory/listpack.ts";

/** Longer listpacks are searched from the beginning. */
const INDEXED_MAX = 1024;
/** Comparisons that cost as much as to make an index does, per element. */
const COMPARISONS_PER_ELEMENT = 6;
const SLOT_WORDS = 2;
const MULTIPLIER = 0x01000193;

/**
 * Where the elements of one listpack stand, by a hash of their texts: valid until the listpack is
 * changed. It is made for one command, so a hash without a secret does: the worst that elements of
 * the same hash can do is to be searched as if there were no index.
 */
export class MemberIndex {
  readonly #text = new Slice();
  /** Pairs of hash and position, 0 for none. */
  #slots = new Int32Array(0);
  #mask = 0;
  #list: Listpack | undefined;

  /** Whether there is an index. */
  get ready(): boolean {
    return this.#list !== undefined;
  }

  /**
   * Indexes every `every`-th element of a listpack from the first on, where that pays for so many
   * questions.
   */
  build(list: Listpack, questions: number, every = 1): void {
    const count = list.count / every;
    if (questions <= COMPARISONS_PER_ELEMENT || count <= COMPARISONS_PER_ELEMENT) return;
    if (count > INDEXED_MAX) return;
    let places = 16;
    while (places < count * 2) places *= 2;
    if (this.#slots.length < places * SLOT_WORDS) this.#slots = new Int32Array(places * SLOT_WORDS);
    else this.#slots.fill(0, 0, places * SLOT_WORDS);
    this.#mask = places - 1;
    this.#list = list;
    const text = this.#text;
    for (let at = list.first(); at !== 0; at = list.next(at)) {
      list.elementInto(at, text);
      this.#add(hashOf(text.bytes, text.start, text.end), at);
      if (every === 2) at = list.next(at);
    }
  }

  clear(): void {
    this.#list = undefined;
  }

  #add(hash: number, position: number): void {
    const slots = this.#slots, mask = this.#mask;
    let place = hash & mask;
    while (slots[place * SLOT_WORDS + 1] !== 0) place = (place + 1) & mask;
    slots[place * SLOT_WORDS] = hash;
    slots[place * SLOT_WORDS + 1] = position;
  }

  /** Position of the element that reads as a text, 0 for none. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots, mask = this.#mask, hash = hashOf(bytes, start, end);
    for (let place = hash & mask;; place = (place + 1) & mask) {
      const position = slots[place * SLOT_WORDS + 1];
      if (position === 0) return 0;
      const same = slots[place * SLOT_WORDS] === hash;
      if (same && this.#list!.equals(position, bytes, start, end)) return position;
    }
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], MULTIPLIER);
  return hash ^ hash >>> 15;
}
