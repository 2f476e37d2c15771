/** An arena that notices who reads or writes outside of a block, or reads what was never written. */

import { Arena } from "../../src/memory/arena.ts";

const GUARD_BYTES = 16;

/**
 * Every block has a guard behind it that must be untouched when the block is freed. Fresh blocks, freed
 * ones and guards are full of `poison`: what depends on them differs between two arenas of different
 * poison, so a test runs the same with both and compares.
 */
export class GuardedArena extends Arena {
  readonly #poison: number;
  /** Bytes that the owner of each block may use. */
  readonly #usable = new Map<number, number>();

  constructor(poison: number, maxBytes: number) {
    super(maxBytes);
    this.#poison = poison;
  }

  override allocate(bytes: number): number {
    const ref = super.allocate(Arena.roundUp(bytes) + GUARD_BYTES);
    this.u8.fill(this.#poison, ref * 8, ref * 8 + super.usableBytes(ref));
    this.#usable.set(ref, Arena.roundUp(bytes));
    return ref;
  }

  override allocateZeroed(bytes: number): number {
    const ref = this.allocate(bytes);
    this.u8.fill(0, ref * 8, ref * 8 + this.usableBytes(ref));
    return ref;
  }

  override usableBytes(ref: number): number {
    const bytes = this.#usable.get(ref);
    if (bytes === undefined) throw new Error(`no block begins at ${ref}`);
    return bytes;
  }

  override resize(ref: number, bytes: number, keep: number): number {
    const usable = this.usableBytes(ref);
    if (keep > usable) throw new Error(`${keep} bytes of a block of ${usable} are to be kept`);
    if (bytes <= usable && (usable <= 64 || bytes * 2 >= usable)) return ref;
    const moved = this.allocate(bytes);
    this.u8.copyWithin(moved * 8, ref * 8, ref * 8 + keep);
    this.free(ref);
    return moved;
  }

  override free(ref: number): void {
    this.#check(ref);
    this.u8.fill(this.#poison, ref * 8, ref * 8 + super.usableBytes(ref));
    this.#usable.delete(ref);
    super.free(ref);
  }

  /** Looks at the guards of all blocks. */
  check(): void {
    for (const ref of this.#usable.keys()) this.#check(ref);
  }

  #check(ref: number): void {
    const start = ref * 8 + this.usableBytes(ref), end = ref * 8 + super.usableBytes(ref);
    for (let at = start; at < end; at++) {
      if (this.u8[at] === this.#poison) continue;
      throw new Error(`byte ${at - start} behind a block of ${this.usableBytes(ref)} was written`);
    }
  }
}
