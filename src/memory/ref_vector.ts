// A growable list of references in arena blocks, without copying when it grows.
import type { Arena } from "./arena.ts";

const CHUNK_REFS = 4096;

/** Append, read, write and swap-remove by position; all O(1). */
export class RefVector {
  length = 0;
  readonly arena: Arena;
  #chunks: number[] = []; // a reference per 4096 elements

  constructor(arena: Arena) {
    this.arena = arena;
  }

  /** Bytes of the chunks. */
  get bytes(): number {
    return this.#chunks.length * CHUNK_REFS * 4;
  }

  get(position: number): number {
    return this.arena.i32[this.#chunks[position >>> 12] * 2 + (position & (CHUNK_REFS - 1))];
  }

  set(position: number, ref: number): void {
    this.arena.i32[this.#chunks[position >>> 12] * 2 + (position & (CHUNK_REFS - 1))] = ref;
  }

  /** Appends and answers the position. */
  push(ref: number): number {
    const position = this.length++;
    if (position >>> 12 === this.#chunks.length) {
      this.#chunks.push(this.arena.allocate(CHUNK_REFS * 4));
    }
    this.set(position, ref);
    return position;
  }

  /** Drops the last element and its chunk, if it was the chunk's first and a spare one remains. */
  pop(): number {
    const ref = this.get(--this.length);
    if (this.#chunks.length * CHUNK_REFS - this.length >= 2 * CHUNK_REFS) {
      this.arena.free(this.#chunks.pop()!);
    }
    return ref;
  }

  /** Frees everything. */
  clear(): void {
    for (const chunk of this.#chunks) this.arena.free(chunk);
    this.#chunks = [];
    this.length = 0;
  }
}
