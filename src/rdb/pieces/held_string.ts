// The bytes of a long string as they were: of parts that are about to change, copies are kept.
import type { Slice } from "../../base/slice.ts";
import type { Arena } from "../../memory/arena.ts";
import { BLOCK_HEADER_BYTES, HELD_PART_BYTES } from "../../store/entry.ts";

/** The string in a block, which may come to stand elsewhere. */
export class HeldString {
  readonly length: number;
  /** Bytes of the copies. */
  keptBytes = 0;
  readonly #arena: Arena;
  #start = 0;
  /** Below this byte nobody reads any more. */
  #done = 0;
  /** Copies of parts, by their number. */
  readonly #kept = new Map<number, Uint8Array>();

  constructor(arena: Arena, block: number) {
    this.#arena = arena;
    this.length = arena.i32[block * 2];
    this.moved(block);
  }

  /** The string stands in another block now. */
  moved(block: number): void {
    this.#start = block * 8 + BLOCK_HEADER_BYTES;
  }

  /** Part number `part` of {@link HELD_PART_BYTES} is about to change. */
  keep(part: number): void {
    const from = part * HELD_PART_BYTES, to = Math.min(from + HELD_PART_BYTES, this.length);
    if (to <= this.#done || from >= to || this.#kept.has(part)) return;
    const start = this.#start;
    this.#kept.set(part, this.#arena.u8.slice(start + from, start + to));
    this.keptBytes += to - from;
  }

  /** Points the slice at the bytes from `at` on: as many up to `end` as stand together. */
  read(at: number, end: number, slice: Slice): void {
    const kept = this.#kept;
    if (kept.size > 0) {
      const part = Math.floor(at / HELD_PART_BYTES), from = part * HELD_PART_BYTES;
      const copy = kept.get(part);
      end = Math.min(end, from + HELD_PART_BYTES);
      if (copy !== undefined) return void slice.set(copy, at - from, end - from);
    }
    const start = this.#start;
    slice.set(this.#arena.u8, start + at, start + end);
  }

  /** Nobody reads below `end` any more. */
  done(end: number): void {
    const kept = this.#kept;
    if (kept.size > 0) {
      for (
        let part = Math.floor(this.#done / HELD_PART_BYTES);
        part * HELD_PART_BYTES < end;
        part++
      ) {
        const copy = kept.get(part);
        if (copy === undefined || part * HELD_PART_BYTES + copy.length > end) continue;
        kept.delete(part);
        this.keptBytes -= copy.length;
      }
    }
    this.#done = end;
  }
}
