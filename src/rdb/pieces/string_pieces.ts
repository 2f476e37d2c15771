// A long string in pieces: of parts that are changed in place before their turn copies are kept.
import { Slice } from "../../base/slice.ts";
import type { Arena } from "../../memory/arena.ts";
import type { RdbOutput } from "../rdb_output.ts";
import { PACKED_PART_BYTES, StringPacker } from "../string_packer.ts";
import { HeldString } from "./held_string.ts";
import { ELEMENT_BYTES, type ValuePieces } from "./value_pieces.ts";

/** The string in a block. */
export class StringPieces implements ValuePieces<RdbOutput> {
  readonly object = this;
  readonly #string: HeldString;
  /** Bytes that are written, or compressed. */
  #at = 0;
  #begun = false;
  /** While it is being compressed, and written so. */
  #packer: StringPacker | undefined;
  readonly #slice = new Slice();
  /** Where a part to be compressed is put together. */
  #scratch = new Uint8Array(0);

  constructor(arena: Arena, block: number) {
    this.#string = new HeldString(arena, block);
  }

  get keptBytes(): number {
    return this.#string.keptBytes;
  }

  /** There is nothing to guard: the store asks before it writes into a block. */
  attach(): void {}

  detach(): void {
    this.#packer = undefined;
    this.#string.done(this.#string.length);
  }

  /** Its length stands first, but which one that is shows when it is its turn. */
  head(): void {}

  before(_output: RdbOutput, part: number): void {
    this.#string.keep(part);
  }

  moved(block: number): void {
    this.#string.moved(block);
  }

  step(output: RdbOutput, elements: number): boolean {
    if (!this.#begun) this.#begin(output);
    if (this.#packer === undefined) return this.#write(output, elements * ELEMENT_BYTES);
    if (this.#at < this.#string.length) this.#pack(output, this.#packer);
    else return this.#writePacked(output, this.#packer);
    return false;
  }

  #begin(output: RdbOutput): void {
    const { length } = this.#string;
    this.#begun = true;
    if (!output.compresses(length)) output.length(length);
    else if (output.leavesOpen(length)) output.openString(length);
    else this.#packer = new StringPacker(length);
  }

  #write(output: RdbOutput, bytes: number): boolean {
    const string = this.#string,
      slice = this.#slice,
      end = Math.min(string.length, this.#at + bytes);
    while (this.#at < end) {
      string.read(this.#at, end, slice);
      output.raw(slice.bytes, slice.start, slice.end);
      this.#at += slice.length;
    }
    string.done(end);
    return end === string.length;
  }

  #pack(output: RdbOutput, packer: StringPacker): void {
    const string = this.#string, at = this.#at, { length } = string;
    const end = this.#at = Math.min(length, at + PACKED_PART_BYTES), part = this.#part(at, end);
    if (!packer.take(part.bytes, part.start, part.end)) {
      this.#packer = undefined;
      this.#at = 0;
      output.length(length);
    } else if (end === length) {
      string.done(length);
      output.compressedLengths(packer.packed.length, length);
    }
  }

  /** The bytes from `at` to `end`, put together where copies are kept of some of them. */
  #part(at: number, end: number): Slice {
    const string = this.#string, slice = this.#slice;
    string.read(at, end, slice);
    if (slice.length === end - at) return slice;
    if (this.#scratch.length === 0) this.#scratch = new Uint8Array(PACKED_PART_BYTES);
    const scratch = this.#scratch;
    let filled = 0;
    while (at + filled < end) {
      string.read(at + filled, end, slice);
      scratch.set(slice.bytes.subarray(slice.start, slice.end), filled);
      filled += slice.length;
    }
    slice.set(scratch, 0, filled);
    return slice;
  }

  #writePacked(output: RdbOutput, { packed }: StringPacker): boolean {
    const part = packed.take();
    output.raw(part, 0, part.length);
    return packed.length === 0;
  }
}
