// Elements at the ends of a node of a long list, the road that queues take: written and removed in
// place where the block has room. Opening the node in an editor first costs as much again.
import type { Arena } from "./arena.ts";
import type { ElementWriter } from "./listpack_element.ts";
import {
  elementBefore,
  elementBytes,
  LISTPACK_COUNT_UNKNOWN,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
} from "./listpack_format.ts";
import { NEVER_SHRUNK_BYTES } from "./listpack.ts";
import { writeInt16, writeInt32 } from "./little_endian.ts";
import { BLOCK, BYTES, COUNT, FLAGS, START } from "./packed_node_layout.ts";

/** A listpack below it has fewer elements than its header can say, of at least two bytes each. */
const COUNTED_BYTES = 2 * LISTPACK_COUNT_UNKNOWN;

/** Writes the chosen element before all others of a node; false where there is no room for it. */
export function prependToNode(arena: Arena, node: number, writer: ElementWriter): boolean {
  const { i32, u8 } = arena, word = node * 2, { size } = writer;
  const start = i32[word + START] - size;
  if (start < 0 || i32[word + FLAGS] !== 0 || i32[word + BYTES] + size >= COUNTED_BYTES) {
    return false;
  }
  const base = i32[word + BLOCK] * 8 + start;
  writeInt32(u8, base, i32[word + BYTES] += size);
  writeInt16(u8, base + 4, ++i32[word + COUNT]);
  i32[word + START] = start;
  writer.write(u8, base + LISTPACK_HEADER_BYTES);
  return true;
}

/** As {@link prependToNode}, behind all others. */
export function appendToNode(arena: Arena, node: number, writer: ElementWriter): boolean {
  const { i32, u8 } = arena, word = node * 2, { size } = writer;
  const block = i32[word + BLOCK], start = i32[word + START], bytes = i32[word + BYTES] + size;
  if (i32[word + FLAGS] !== 0 || bytes >= COUNTED_BYTES) return false;
  if (start + bytes > arena.usableBytes(block)) return false;
  const base = block * 8 + start;
  writeInt32(u8, base, i32[word + BYTES] = bytes);
  writeInt16(u8, base + 4, ++i32[word + COUNT]);
  writer.write(u8, base + bytes - size - 1);
  u8[base + bytes - 1] = LISTPACK_END;
  return true;
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
