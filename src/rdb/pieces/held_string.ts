// The bytes of a long string as they were: of parts that are about to change, copies are kept.
import { copyBytes } from "../../base/bytes.ts";
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
  /** Copies that nobody needs any more: they are used again, as the garbage collector is late. */
  readonly #unused: Uint8Array[] = [];

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
    const start = this.#start, copy = this.#unused.pop() ?? new Uint8Array(HELD_PART_BYTES);
    copyBytes(this.#arena.u8, start + from, start + to, copy, 0);
    this.#kept.set(part, copy);
    this.keptBytes += HELD_PART_BYTES;
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
    let part = Math.floor(this.#done / HELD_PART_BYTES);
    for (; kept.size > 0 && part * HELD_PART_BYTES < end; part++) {
      const copy = kept.get(part), to = Math.min(this.length, (part + 1) * HELD_PART_BYTES);
      if (copy === undefined || to > end) continue;
      kept.delete(part);
      this.#unused.push(copy);
      this.keptBytes -= HELD_PART_BYTES;
    }
    this.#done = end;
  }
}
