// A long string as a command, in pieces: the one word that it is may take many slices.
import { asciiBytes } from "../../base/bytes.ts";
import { Slice } from "../../base/slice.ts";
import type { Arena } from "../../memory/arena.ts";
import { HeldString } from "../pieces/held_string.ts";
import { ELEMENT_BYTES, type ValuePieces } from "../pieces/value_pieces.ts";
import type { CommandOutput } from "./command_output.ts";

const SET = asciiBytes("SET");

/** The string in a block: SET. */
export class StringCommand implements ValuePieces<CommandOutput> {
  readonly object = this;
  readonly #string: HeldString;
  readonly #key: Slice;
  readonly #slice = new Slice();
  /** Bytes that are written. */
  #at = 0;

  constructor(arena: Arena, block: number, key: Slice) {
    this.#string = new HeldString(arena, block);
    this.#key = key;
  }

  get keptBytes(): number {
    return this.#string.keptBytes;
  }

  /** There is nothing to guard: the store asks before it writes into a block. */
  attach(): void {}

  detach(): void {
    this.#string.done(this.#string.length);
  }

  head(output: CommandOutput): void {
    output.command(3);
    output.whole(SET);
    output.word(this.#key);
    output.beginWord(this.#string.length);
  }

  before(_output: CommandOutput, part: number): void {
    this.#string.keep(part);
  }

  moved(block: number): void {
    this.#string.moved(block);
  }

  step(output: CommandOutput, elements: number): boolean {
    const string = this.#string, slice = this.#slice;
    const end = Math.min(string.length, this.#at + elements * ELEMENT_BYTES);
    while (this.#at < end) {
      string.read(this.#at, end, slice);
      output.raw(slice.bytes, slice.start, slice.end);
      this.#at += slice.length;
    }
    string.done(end);
    if (end < string.length) return false;
    output.endWord();
    return true;
  }
}
