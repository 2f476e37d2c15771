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
 * Answers the block of an entry's string, which is about to be made `length` bytes long and changed in
 * place: a copy with room for that where a snapshot holds the block it had. When memory runs out,
 * nothing has changed.
 */
export function ownBlock(strings: Strings, ref: number, length: number): number {
  const { arena, barrier } = strings, word = valueWord(arena, ref), block = arena.i32[word];
  if (!isHeld(strings, block)) return block;
  const oldLength = arena.i32[block * 2];
  const capacity = length > oldLength ? withSlack(length) : oldLength;
  const copy = arena.allocate(capacity + BLOCK_HEADER_BYTES);
  const from = block * 8, end = from + BLOCK_HEADER_BYTES + oldLength;
  arena.u8.copyWithin(copy * 8, from, end);
  arena.i32[word] = copy;
  barrier!.takesValue(TYPE_STRING, ENCODING_RAW_BLOCK, block);
  return copy;
}

/** Room for a string that grows: twice the length up to 1 MiB, then 1 MiB more, as Redis's sds. */
export function withSlack(length: number): number {
  return length < 1 << 20 ? length * 2 : length + (1 << 20);
}
