// The blocks of long strings, and who may write into them: not while a snapshot has yet to read them.
import { copyBytes } from "../base/bytes.ts";
import type { Slice } from "../base/slice.ts";
import { Arena } from "../memory/arena.ts";
import {
  BLOCK_HEADER_BYTES,
  ENCODING_RAW_BLOCK,
  INLINE_MAX_BYTES,
  TYPE_STRING,
  valueWord,
} from "./entry.ts";
import type { WriteBarrier } from "./write_barrier.ts";

/** Where strings are. */
interface Strings {
  readonly arena: Arena;
  readonly barrier: WriteBarrier | undefined;
}

function isHeld({ barrier }: Strings, block: number): boolean {
  return barrier !== undefined && barrier.holdsValue(TYPE_STRING, ENCODING_RAW_BLOCK, block);
}

/** Writes a long string into the block of another, if that is of the size it would get. */
export function overwroteBlock(strings: Strings, block: number, value: Slice): boolean {
  const { bytes, start, end } = value, length = end - start, { arena } = strings;
  if (length <= INLINE_MAX_BYTES) return false;
  if (Arena.roundUp(length + BLOCK_HEADER_BYTES) !== arena.usableBytes(block)) return false;
  if (isHeld(strings, block)) return false;
  arena.i32[block * 2] = length;
  copyBytes(bytes, start, end, arena.u8, block * 8 + BLOCK_HEADER_BYTES);
  return true;
}

/**
 * Makes the string in an entry's block `length` bytes long. Those from `start` to `end` (not included),
 * as far as it has them, are about to be written. When memory runs out, nothing has changed.
 */
export function resizeBlock(
  strings: Strings,
  ref: number,
  length: number,
  start: number,
  end: number,
): void {
  const { arena, barrier } = strings, word = valueWord(arena, ref), block = arena.i32[word];
  const oldLength = arena.i32[block * 2];
  if (barrier !== undefined) barrier.beforeStringWrite(block, start, Math.min(end, oldLength));
  if (length > arena.usableBytes(block) - BLOCK_HEADER_BYTES) {
    const bytes = withSlack(length) + BLOCK_HEADER_BYTES;
    const moved = arena.resize(block, bytes, oldLength + BLOCK_HEADER_BYTES);
    arena.i32[word] = moved;
    if (moved !== block) barrier?.movedString(block, moved);
  }
  arena.i32[arena.i32[word] * 2] = length;
}

/** Room for a string that grows: twice the length up to 1 MiB, then 1 MiB more, as Redis's sds. */
export function withSlack(length: number): number {
  return length < 1 << 20 ? length * 2 : length + (1 << 20);
}
