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

  /** Makes sure that the next {@link push}es need no memory: all that can fail happens here. */
  reserve(pushes = 1): void {
    while (this.length + pushes - 1 >>> 12 >= this.#chunks.length) {
      this.#chunks.push(this.arena.allocate(CHUNK_REFS * 4));
    }
  }

  /** Appends and answers the position. */
  push(ref: number): number {
    this.reserve();
    const position = this.length++;
    this.set(position, ref);
    return position;
  }

  /** Drops and answers the last element; the last chunk is freed once another one is empty too. */
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
