// Texts on their way from one value to another, while the arena may move.
import { copyBytes } from "../base/bytes.ts";
import { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";

/** One text that lay in the arena, in memory of its own. */
export class OutsideArena {
  readonly #slice = new Slice();
  #bytes = new Uint8Array(64);

  /** The text or, where it lies in the arena, a copy that is valid until the next call. */
  of(text: Slice, arena: Arena): Slice {
    const { bytes, start, end } = text, length = end - start;
    if (bytes !== arena.u8) return text;
    if (length > this.#bytes.length) this.#bytes = new Uint8Array(2 * length);
    copyBytes(bytes, start, end, this.#bytes, 0);
    this.#slice.set(this.#bytes, 0, length);
    return this.#slice;
  }
}
