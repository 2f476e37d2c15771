// The chain of entries of a bucket: what each begins with, and how a key is found in it.
import { wordsOf } from "../base/words.ts";
import type { Arena } from "./arena.ts";

/** Byte offset of the key inside an entry; the words before it are `next, hash, key length, owner's`. */
export const ENTRY_KEY_OFFSET = 16;
const KEY_WORD = ENTRY_KEY_OFFSET / 4;

/** The entry of a key in the chain that begins with `ref`, 0 when there is none. */
export function entryOf(
  arena: Arena,
  ref: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  hash: number,
): number {
  const { i32 } = arena, length = end - start;
  for (; ref !== 0; ref = i32[ref * 2]) {
    const word = ref * 2;
    if (i32[word + 1] !== hash || i32[word + 2] !== length) continue;
    const words = length < 4 ? undefined : wordsOf(bytes);
    const same = words === undefined
      ? equalsBytes(arena, word + KEY_WORD, bytes, start, end)
      : equalsWords(i32, word + KEY_WORD, words, start, end);
    if (same) return ref;
  }
  return 0;
}

/** Whether the key at a word of the arena, where it is aligned, is that of an array read by words. */
function equalsWords(i32: Int32Array, word: number, words: DataView, start: number, end: number) {
  const last = end - 4;
  let at = start;
  for (; at <= last; at += 4) if (i32[word++] !== words.getInt32(at, true)) return false;
  if (at === end) return true;
  // The rest are the highest bytes of the last word here, and the lowest ones of the next word there.
  const shift = 32 - (end - at) * 8;
  return (i32[word] << shift ^ words.getInt32(last, true)) >>> shift === 0;
}

// A plain loop: comparing through subarrays costs more than the keys are long.
function equalsBytes(arena: Arena, word: number, bytes: Uint8Array, start: number, end: number) {
  const { i32, u8 } = arena, wordsEnd = end - (end - start & 3);
  let at = start;
  for (; at < wordsEnd; at += 4) {
    const four = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
    if (i32[word++] !== four) return false;
  }
  for (let from = word * 4; at < end; at++) if (u8[from++] !== bytes[at]) return false;
  return true;
}
