// A dump on its way to another thread: its bytes, in which some strings have yet to be compressed.
import { Slice } from "../base/slice.ts";
import { PlainEntryWriter } from "./plain_entries.ts";
import type { RdbOutput } from "./rdb_output.ts";

/** Writes what stands in frames to an output that encodes strings itself. */
export class FrameEncoder {
  readonly #output: RdbOutput;
  readonly #entries: PlainEntryWriter;
  readonly #slice = new Slice();
  /** A string that is in more than one frame, and how much of it is there. */
  #long: Uint8Array<ArrayBuffer> | undefined;
  #gathered = 0;

  constructor(output: RdbOutput) {
    this.#output = output;
    this.#entries = new PlainEntryWriter(output);
  }

  /** The next frame, as {@link FrameSink} gets it. */
  take(bytes: Uint8Array, marks: Int32Array): void {
    const output = this.#output;
    let at = this.#gather(bytes, 0);
    for (let i = 0; i < marks.length; i += 2) {
      const start = marks[i], length = marks[i + 1], end = start + length;
      output.raw(bytes, at, start);
      if (length < 0) {
        const entries = start + 3 & ~3;
        at = entries - length;
        this.#entries.write(bytes, entries, at);
      } else if (end > bytes.length) {
        this.#long = new Uint8Array(end - start);
        this.#gathered = 0;
        at = this.#gather(bytes, start);
      } else {
        this.#slice.set(bytes, start, end);
        output.string(this.#slice);
        at = end;
      }
    }
    output.raw(bytes, at, bytes.length);
  }

  /** Goes on with a long string, if there is one; answers where it ends. */
  #gather(bytes: Uint8Array, at: number): number {
    const long = this.#long;
    if (long === undefined) return at;
    const end = Math.min(bytes.length, at + long.length - this.#gathered);
    long.set(bytes.subarray(at, end), this.#gathered);
    this.#gathered += end - at;
    if (this.#gathered < long.length) return end;
    this.#long = undefined;
    this.#slice.set(long, 0, long.length);
    this.#output.string(this.#slice);
    return end;
  }
}
