// AND, OR, XOR and NOT of strings in the arena, a word at a time.
import type { Arena } from "../../memory/arena.ts";

export type Operation = "and" | "or" | "xor" | "not";

/** A string in the arena: byte offset and length. Strings begin on a word. */
export interface ArenaString {
  readonly start: number;
  readonly length: number;
}

/**
 * Writes the result of an operation over all sources to `target`, which has room for the longest.
 * Shorter ones count as if zeros followed.
 */
export function combine(
  arena: Arena,
  operation: Operation,
  sources: readonly ArenaString[],
  target: number,
): void {
  const [first, ...others] = sources;
  let result: ArenaString = first;
  if (operation === "not") invert(arena, first, target);
  else if (others.length === 0) copy(arena, first.start, first.length, target);
  for (const other of others) {
    combineTwo(arena, operation, [result, other], target);
    result = { start: target, length: Math.max(result.length, other.length) };
  }
}

function copy({ u8 }: Arena, from: number, length: number, target: number): void {
  u8.copyWithin(target, from, from + length);
}

function invert(arena: Arena, { start, length }: ArenaString, target: number): void {
  const words = Math.floor(length / 4);
  const from = wordsAt(arena, start, words), to = wordsAt(arena, target, words);
  for (let i = 0; i < words; i++) to[i] = ~from[i];
  const { u8 } = arena;
  for (let i = words * 4; i < length; i++) u8[target + i] = ~u8[start + i];
}

/** `target` may be where the first string stands. */
function combineTwo(
  arena: Arena,
  operation: Operation,
  [a, b]: [ArenaString, ArenaString],
  target: number,
): void {
  const common = Math.min(a.length, b.length);
  const words = Math.floor(common / 4);
  const kernel = KERNELS[operation];
  kernel(wordsAt(arena, a.start, words), wordsAt(arena, b.start, words), {
    target: wordsAt(arena, target, words),
    count: words,
  });
  const { u8 } = arena;
  for (let i = words * 4; i < common; i++) {
    const x = u8[a.start + i], y = u8[b.start + i];
    u8[target + i] = operation === "and" ? x & y : operation === "or" ? x | y : x ^ y;
  }
  const longer = a.length > b.length ? a : b;
  const rest = longer.length - common;
  if (operation === "and") u8.fill(0, target + common, target + longer.length);
  else if (longer.start !== target) copy(arena, longer.start + common, rest, target + common);
}

function wordsAt(arena: Arena, start: number, count: number): Int32Array {
  return arena.i32.subarray(start / 4, start / 4 + count);
}

type Kernel = (
  a: Int32Array,
  b: Int32Array,
  to: { readonly target: Int32Array; readonly count: number },
) => void;

/** One loop each, plain: measured faster than loops unrolled by hand. */
const KERNELS: Record<Operation, Kernel> = {
  and: (a, b, { target, count }) => {
    for (let i = 0; i < count; i++) target[i] = a[i] & b[i];
  },
  or: (a, b, { target, count }) => {
    for (let i = 0; i < count; i++) target[i] = a[i] | b[i];
  },
  xor: (a, b, { target, count }) => {
    for (let i = 0; i < count; i++) target[i] = a[i] ^ b[i];
  },
  not: () => {},
};
