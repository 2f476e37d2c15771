// Finding the first bit that is set, or clear, in a range of the arena.
import type { Arena } from "../../memory/arena.ts";

/**
 * Position of the first bit equal to `bit` among the bits `first` to `last` of the string that
 * begins at byte `start`; -1 when there is none. Bits count from the most significant of a byte.
 */
export function findBit(
  arena: Arena,
  start: number,
  { first, last, bit }: { first: number; last: number; bit: number },
): number {
  const other = bit === 1 ? 0 : 0xff; // a byte that holds no such bit
  const lastByte = Math.floor(last / 8);
  let byte = Math.floor(first / 8);
  let found = (arena.u8[start + byte] ^ other) & 0xff >>> first % 8;
  if (found === 0) {
    byte = skipBytes(arena, start + byte + 1, start + lastByte + 1, other) - start;
    if (byte > lastByte) return -1;
    found = arena.u8[start + byte] ^ other;
  }
  const position = byte * 8 + Math.clz32(found) - 24;
  return position <= last ? position : -1;
}

/** The first byte of [from, to) that is not `value`, 0 or 0xff; `to` when there is none. */
function skipBytes(arena: Arena, from: number, to: number, value: number): number {
  const { u8 } = arena;
  let at = from;
  while (at < to && at % 4 !== 0) if (u8[at++] !== value) return at - 1;
  const words = arena.i32.subarray(at / 4, Math.max(at / 4, Math.floor(to / 4)));
  at += skipWords(words, value === 0 ? 0 : -1) * 4;
  while (at < to && u8[at] === value) at++;
  return at;
}

/** Index of a word at or before the first that is not `value`, less than eight words before. */
function skipWords(words: Int32Array, value: number): number {
  const groups = words.length & ~7;
  let i = 0;
  while (
    i < groups &&
    ((words[i] ^ value) | (words[i + 1] ^ value) | (words[i + 2] ^ value) |
        (words[i + 3] ^ value) | (words[i + 4] ^ value) | (words[i + 5] ^ value) |
        (words[i + 6] ^ value) | (words[i + 7] ^ value)) === 0
  ) i += 8;
  return i;
}
