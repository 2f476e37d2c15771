// A value in pieces, and then the expiry of its key.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import type { PieceGuard, ValuePieces } from "../pieces/value_pieces.ts";
import type { CommandOutput } from "./command_output.ts";

const PEXPIREAT = asciiBytes("PEXPIREAT");

/** Writes the command that gives a key its expiry. */
export function writeExpiry(output: CommandOutput, key: Slice, expireAtMs: number): void {
  output.command(3);
  output.whole(PEXPIREAT);
  output.word(key);
  output.integer(expireAtMs);
}

/** The pieces of a value, with PEXPIREAT behind the last of them. */
export class ExpiringPieces implements ValuePieces<CommandOutput> {
  readonly #value: ValuePieces<CommandOutput>;
  readonly #key: Slice;
  readonly #expireAtMs: number;

  constructor(value: ValuePieces<CommandOutput>, key: Slice, expireAtMs: number) {
    this.#value = value;
    this.#key = key;
    this.#expireAtMs = expireAtMs;
  }

  get object(): object {
    return this.#value.object;
  }

  get keptBytes(): number {
    return this.#value.keptBytes;
  }

  attach(guard: PieceGuard): void {
    this.#value.attach(guard);
  }

  detach(): void {
    this.#value.detach();
  }

  head(output: CommandOutput): void {
    this.#value.head(output);
  }

  before(output: CommandOutput, part: number): void {
    this.#value.before(output, part);
  }

  moved(value: number): void {
    this.#value.moved?.(value);
  }

  step(output: CommandOutput, elements: number): boolean {
    if (!this.#value.step(output, elements)) return false;
    writeExpiry(output, this.#key, this.#expireAtMs);
    return true;
  }
}
