// AND, OR, XOR and NOT of strings in the arena, a word at a time.
import type { Arena } from "../../memory/arena.ts";

export const OPERATION_AND = 0;
export const OPERATION_OR = 1;
export const OPERATION_XOR = 2;
export const OPERATION_NOT = 3;

/** Strings in the arena: byte offsets and lengths. Strings begin on a word. */
export class ArenaStrings {
  count = 0;
  /** Length of the longest one. */
  longest = 0;
  readonly starts: number[] = [];
  readonly lengths: number[] = [];

  clear(): void {
    this.count = this.longest = 0;
  }

  add(start: number, length: number): void {
    this.starts[this.count] = start;
    this.lengths[this.count++] = length;
    if (length > this.longest) this.longest = length;
  }
}

/** Where a result is written: two views of the same memory, and the byte at which it begins. */
export interface ResultPlace {
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
  readonly start: number;
}

/**
 * Writes the result of an operation over all sources, which are not there, to a place with room for
 * the longest. Shorter ones count as if zeros followed.
 */
export function combine(
  arena: Arena,
  operation: number,
  { count, starts, lengths }: ArenaStrings,
  to: ResultPlace,
): void {
  if (operation === OPERATION_NOT) return invert(arena, starts[0], lengths[0], to);
  if (count === 1) return copy(arena, starts[0], 0, lengths[0], to);
  // The first two go together to the result, and each other one into it.
  let i32 = arena.i32, u8 = arena.u8, start = starts[0], length = lengths[0];
  for (let i = 1; i < count; i++) {
    const other = lengths[i], common = Math.min(length, other), words = common >>> 2;
    KERNELS[operation](
      wordsAt(i32, start, words),
      wordsAt(arena.i32, starts[i], words),
      wordsAt(to.i32, to.start, words),
      words,
    );
    for (let at = words * 4; at < common; at++) {
      to.u8[to.start + at] = joined(operation, u8[start + at], arena.u8[starts[i] + at]);
    }
    // What only one of them has.
    const end = Math.max(length, other);
    if (operation === OPERATION_AND) to.u8.fill(0, to.start + common, to.start + end);
    else if (other > length) copy(arena, starts[i], length, other, to);
    else if (i === 1) copy(arena, start, other, length, to);
    ({ i32, u8, start } = to);
    length = end;
  }
}

function copy({ u8 }: Arena, start: number, from: number, end: number, to: ResultPlace): void {
  to.u8.set(u8.subarray(start + from, start + end), to.start + from);
}

function invert(arena: Arena, start: number, length: number, to: ResultPlace): void {
  const words = length >>> 2;
  const from = wordsAt(arena.i32, start, words), target = wordsAt(to.i32, to.start, words);
  for (let i = 0; i < words; i++) target[i] = ~from[i];
  for (let i = words * 4; i < length; i++) to.u8[to.start + i] = ~arena.u8[start + i];
}

function joined(operation: number, a: number, b: number): number {
  if (operation === OPERATION_AND) return a & b;
  return operation === OPERATION_OR ? a | b : a ^ b;
}

/** Measured: a loop over a part of the arena is twice as fast as one over all of it. */
function wordsAt(words: Int32Array, start: number, count: number): Int32Array {
  return words.subarray(start / 4, start / 4 + count);
}

type Kernel = (a: Int32Array, b: Int32Array, to: Int32Array, count: number) => void;

/** One loop each, plain: measured faster than loops unrolled by hand. */
const KERNELS: readonly Kernel[] = [
  (a, b, to, count) => {
    for (let i = 0; i < count; i++) to[i] = a[i] & b[i];
  },
  (a, b, to, count) => {
    for (let i = 0; i < count; i++) to[i] = a[i] | b[i];
  },
  (a, b, to, count) => {
    for (let i = 0; i < count; i++) to[i] = a[i] ^ b[i];
  },
];
