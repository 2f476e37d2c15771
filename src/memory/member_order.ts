// The order of two members: that of their bytes.
import type { Arena } from "./arena.ts";
import { ENTRY_KEY_OFFSET } from "./hash_table.ts";

/** Compares the keys of two hash table entries as `memcmp` does, a prefix before what it begins. */
export function compareMembers(arena: Arena, a: number, b: number): number {
  if (a === b) return 0;
  const { u8, i32 } = arena;
  const aLength = i32[a * 2 + 2], bLength = i32[b * 2 + 2];
  const aStart = a * 8 + ENTRY_KEY_OFFSET, bStart = b * 8 + ENTRY_KEY_OFFSET;
  const shorter = aLength < bLength ? aLength : bLength;
  // Names of one kind begin alike: keys are aligned, and so are passed four bytes at a time.
  const aWord = a * 2 + ENTRY_KEY_OFFSET / 4, bWord = b * 2 + ENTRY_KEY_OFFSET / 4;
  const words = shorter >>> 2;
  let same = 0;
  while (same < words && i32[aWord + same] === i32[bWord + same]) same++;
  for (let i = same * 4; i < shorter; i++) {
    const difference = u8[aStart + i] - u8[bStart + i];
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}
