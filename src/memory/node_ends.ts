// Elements at the ends of a node of a long list, the road that queues take: written and removed in
// place where the block has room. Opening the node in an editor first costs as much again.
import type { Arena } from "./arena.ts";
import {
  elementBefore,
  elementBytes,
  ENCODING_12_BIT_STRING,
  ENCODING_13_BIT_INTEGER,
  ENCODING_32_BIT_STRING,
  ENCODING_6_BIT_STRING,
  LISTPACK_COUNT_UNKNOWN,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
} from "./listpack_format.ts";
import { NEVER_SHRUNK_BYTES } from "./listpack.ts";
import { writeInt16, writeInt32 } from "./little_endian.ts";
import { BLOCK, BYTES, COUNT, FLAGS, START } from "./packed_node_layout.ts";
import type { TextSink } from "./tell_texts.ts";

/** A listpack below it has fewer elements than its header can say, of at least two bytes each. */
const COUNTED_BYTES = 2 * LISTPACK_COUNT_UNKNOWN;

/** Whether a block has become too wide is looked at when a number of elements has none of these bits. */
const WIDTH_CHECKED_MASK = 7;

/**
 * Makes room for an element of `size` bytes before all others of a node and answers where it is to be
 * written, a byte of the arena; 0 where there is no room.
 */
export function openFirstOfNode(arena: Arena, node: number, size: number): number {
  const { i32, u8 } = arena, word = node * 2;
  const start = i32[word + START] - size, bytes = i32[word + BYTES] + size;
  if (start < 0 || i32[word + FLAGS] !== 0 || bytes >= COUNTED_BYTES) return 0;
  const base = i32[word + BLOCK] * 8 + start;
  writeInt32(u8, base, i32[word + BYTES] = bytes);
  writeInt16(u8, base + 4, ++i32[word + COUNT]);
  i32[word + START] = start;
  return base + LISTPACK_HEADER_BYTES;
}

/** As {@link openFirstOfNode}, behind all others. */
export function openLastOfNode(arena: Arena, node: number, size: number): number {
  const { i32, u8 } = arena, word = node * 2;
  const block = i32[word + BLOCK], start = i32[word + START], bytes = i32[word + BYTES] + size;
  if (i32[word + FLAGS] !== 0 || bytes >= COUNTED_BYTES) return 0;
  if (start + bytes > arena.usableBytes(block)) return 0;
  const base = block * 8 + start;
  writeInt32(u8, base, i32[word + BYTES] = bytes);
  writeInt16(u8, base + 4, ++i32[word + COUNT]);
  u8[base + bytes - 1] = LISTPACK_END;
  return base + bytes - size - 1;
}

/**
 * Tells the sink a node's first element, one of several, and removes it; false, and nothing done,
 * where it is no short string or where the block is to shrink.
 */
export function popFirstOfNode(arena: Arena, node: number, sink: TextSink): boolean {
  const { i32, u8 } = arena, word = node * 2;
  const start = i32[word + START], base = i32[word + BLOCK] * 8 + start;
  const size = poppedBytes(arena, node, base + LISTPACK_HEADER_BYTES);
  if (size === 0) return false;
  tellShortText(u8, base + LISTPACK_HEADER_BYTES, sink);
  writeInt32(u8, base + size, i32[word + BYTES] -= size);
  writeInt16(u8, base + size + 4, --i32[word + COUNT]);
  i32[word + START] = start + size;
  return true;
}

/** As {@link popFirstOfNode}: the last one. */
export function popLastOfNode(arena: Arena, node: number, sink: TextSink): boolean {
  const { i32, u8 } = arena, word = node * 2;
  const base = i32[word + BLOCK] * 8 + i32[word + START];
  if (i32[word + FLAGS] !== 0) return false;
  const last = elementBefore(u8, base + i32[word + BYTES] - 1);
  const size = poppedBytes(arena, node, last);
  if (size === 0) return false;
  tellShortText(u8, last, sink);
  writeInt32(u8, base, i32[word + BYTES] -= size);
  writeInt16(u8, base + 4, --i32[word + COUNT]);
  u8[last] = LISTPACK_END;
  return true;
}

/** Bytes of the element at a byte of the arena, if it may be popped in place; 0 where it may not. */
function poppedBytes(arena: Arena, node: number, at: number): number {
  const { i32, u8 } = arena, word = node * 2, bytes = i32[word + BYTES], count = i32[word + COUNT];
  if (i32[word + FLAGS] !== 0 || bytes >= COUNTED_BYTES || count === 1) return 0;
  const looks = (count & WIDTH_CHECKED_MASK) === 0;
  const encoding = u8[at];
  if (encoding < ENCODING_6_BIT_STRING || looks && isWide(arena, i32[word + BLOCK], bytes)) {
    return 0;
  }
  if (encoding < ENCODING_13_BIT_INTEGER) return (encoding & 0x3f) + 2;
  const isText = encoding >= ENCODING_12_BIT_STRING && encoding < ENCODING_32_BIT_STRING;
  return isText ? elementBytes(u8, at) : 0;
}

/** Tells the sink the text of an element of which {@link poppedBytes} knew the length. */
function tellShortText(u8: Uint8Array, at: number, sink: TextSink): void {
  const encoding = u8[at];
  if (encoding < ENCODING_13_BIT_INTEGER) sink.bulkRange(u8, at + 1, at + 1 + (encoding & 0x3f));
  else sink.bulkRange(u8, at + 2, at + 2 + ((encoding & 0x0f) << 8 | u8[at + 1]));
}

/** Removes a node's first element, one of several; false where the block is to shrink after it. */
export function dropFirstOfNode(arena: Arena, node: number): boolean {
  const { i32, u8 } = arena, word = node * 2;
  const block = i32[word + BLOCK], before = i32[word + BYTES];
  if (i32[word + FLAGS] !== 0 || before >= COUNTED_BYTES) return false;
  const start = i32[word + START];
  const size = elementBytes(u8, block * 8 + start + LISTPACK_HEADER_BYTES);
  if (isWide(arena, block, before - size)) return false;
  const base = block * 8 + start + size;
  writeInt32(u8, base, i32[word + BYTES] = before - size);
  writeInt16(u8, base + 4, --i32[word + COUNT]);
  i32[word + START] = start + size;
  return true;
}

/** As {@link dropFirstOfNode}: the last one. */
export function dropLastOfNode(arena: Arena, node: number): boolean {
  const { i32, u8 } = arena, word = node * 2;
  const block = i32[word + BLOCK], before = i32[word + BYTES];
  if (i32[word + FLAGS] !== 0 || before >= COUNTED_BYTES) return false;
  const base = block * 8 + i32[word + START];
  const last = elementBefore(u8, base + before - 1);
  const bytes = last - base + 1;
  if (isWide(arena, block, bytes)) return false;
  writeInt32(u8, base, i32[word + BYTES] = bytes);
  writeInt16(u8, base + 4, --i32[word + COUNT]);
  u8[last] = LISTPACK_END;
  return true;
}

function isWide(arena: Arena, block: number, bytes: number): boolean {
  const usable = arena.usableBytes(block);
  return bytes * 2 < usable && usable > NEVER_SHRUNK_BYTES;
}
