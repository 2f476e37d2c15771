// A long string in pieces: its block stays as it is until it is written, for whoever wants to change it
// in place gets a copy, and it is freed by the snapshot where nobody else needs it any more.
import type { Arena } from "../../memory/arena.ts";
import { BLOCK_HEADER_BYTES } from "../../store/entry.ts";
import type { RdbOutput } from "../rdb_output.ts";
import { PACKED_PART_BYTES, StringPacker } from "../string_packer.ts";
import { ELEMENT_BYTES, type ValuePieces } from "./value_pieces.ts";

/** The string in a block. */
export class StringPieces implements ValuePieces {
  readonly object = this;
  readonly #arena: Arena;
  readonly #start: number;
  readonly #length: number;
  /** Bytes that are written, or compressed. */
  #at = 0;
  #begun = false;
  /** While it is being compressed, and written so. */
  #packer: StringPacker | undefined;

  constructor(arena: Arena, block: number) {
    this.#arena = arena;
    this.#start = block * 8 + BLOCK_HEADER_BYTES;
    this.#length = arena.i32[block * 2];
  }

  /** There is nothing to guard. */
  attach(): void {}

  detach(): void {
    this.#packer = undefined;
  }

  /** Its length stands first, but which one that is shows when it is its turn. */
  head(): void {}

  before(): void {}

  step(output: RdbOutput, elements: number): boolean {
    if (!this.#begun) this.#begin(output);
    if (this.#packer === undefined) return this.#write(output, elements * ELEMENT_BYTES);
    if (this.#at < this.#length) this.#pack(output, this.#packer);
    else return this.#writePacked(output, this.#packer);
    return false;
  }

  #begin(output: RdbOutput): void {
    const length = this.#length;
    this.#begun = true;
    if (!output.compresses(length)) output.length(length);
    else if (output.leavesOpen(length)) output.openString(length);
    else this.#packer = new StringPacker(length);
  }

  #write(output: RdbOutput, bytes: number): boolean {
    const start = this.#start, at = this.#at, end = Math.min(this.#length, at + bytes);
    output.raw(this.#arena.u8, start + at, start + end);
    this.#at = end;
    return end === this.#length;
  }

  #pack(output: RdbOutput, packer: StringPacker): void {
    const start = this.#start, at = this.#at, length = this.#length;
    const end = this.#at = Math.min(length, at + PACKED_PART_BYTES);
    if (!packer.take(this.#arena.u8, start + at, start + end)) {
      this.#packer = undefined;
      this.#at = 0;
      output.length(length);
    } else if (end === length) output.compressedLengths(packer.packed.length, length);
  }

  #writePacked(output: RdbOutput, { packed }: StringPacker): boolean {
    const part = packed.take();
    output.raw(part, 0, part.length);
    return packed.length === 0;
  }
}
