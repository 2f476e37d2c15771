// Memory for strings that are to be stored together or not at all.
import type { Arena } from "../memory/arena.ts";
import { BLOCK_HEADER_BYTES, entryBytes, INLINE_MAX_BYTES } from "./entry.ts";

/** Spans that are begun and a table that grows take so much besides the strings. */
const MARGIN_BYTES = 16 << 20;

/**
 * Blocks as the strings will need them. Where memory is short they are taken before the first string
 * is stored, and each is given back right before the string that it stands for.
 */
export class StringReserve {
  readonly #arena: Arena;
  readonly #blocks: number[] = [];
  #next = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Whether strings of so many bytes, keys included, fit without a doubt. */
  static isNeedless(arena: Arena, strings: number, bytes: number): boolean {
    return 2 * (bytes + strings * entryBytes(0, true, 0)) + MARGIN_BYTES <= arena.untouchedBytes;
  }

  /** Takes what a string under a new key needs. Throws ArenaFullError, and has given all back then. */
  add(keyBytes: number, valueBytes: number): void {
    const inline = valueBytes <= INLINE_MAX_BYTES;
    try {
      this.#blocks.push(this.#arena.allocate(entryBytes(keyBytes, false, inline ? valueBytes : 0)));
      const more = inline ? 0 : this.#arena.allocate(valueBytes + BLOCK_HEADER_BYTES);
      this.#blocks.push(more);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Gives back what was taken for the next string. */
  giveNext(): void {
    for (const end = this.#next + 2; this.#next < end; this.#next++) this.#free(this.#next);
  }

  /** Gives back what was not given back yet. */
  release(): void {
    for (; this.#next < this.#blocks.length; this.#next++) this.#free(this.#next);
  }

  #free(index: number): void {
    if (this.#blocks[index] !== 0) this.#arena.free(this.#blocks[index]);
  }
}
