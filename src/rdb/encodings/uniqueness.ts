import { latin1 } from "../../base/bytes.ts";
import { Slice } from "../../base/slice.ts";
import type { PackedCursor } from "./packed_cursor.ts";

/**
 * The deep check of the elements of a set, of a map, or of a map with more than one value to a key:
 * why keys are not all different, or elements not in groups of `groupLength`; undefined when there
 * is nothing to say. The first of each group is its key. The cursor stands at the beginning of a
 * value that has no fault. An integer equals its text.
 */
export function repetitionFault(cursor: PackedCursor, groupLength: number): string | undefined {
  const { bytes, first, limit } = cursor;
  const count = countIfDistinct(cursor, groupLength);
  if (count >= 0) return groupingFault(count, groupLength);
  cursor.begin(bytes, first, limit);
  return exactRepetitionFault(cursor, groupLength);
}

/** Open addressing over the hashes of keys, 0 for none; at most half full. */
const hashes = new Int32Array(1024);
const HASH_BASIS = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;

/** How many elements there are, or -1 when two keys have the same hash or are too many for the table. */
function countIfDistinct(cursor: PackedCursor, groupLength: number): number {
  // No element is shorter than two bytes.
  const slots = Math.min(hashes.length, 2 ** Math.ceil(Math.log2(cursor.limit - cursor.first)));
  const mask = slots - 1;
  let count = 0, keysLeft = slots >> 1;
  hashes.fill(0, 0, slots);
  for (let ofKey = 0; cursor.next(); count++) {
    if (count !== ofKey) continue;
    ofKey += groupLength;
    if (keysLeft-- === 0) return -1;
    const hash = hashOf(cursor);
    let slot = hash & mask;
    for (; hashes[slot] !== 0; slot = slot + 1 & mask) if (hashes[slot] === hash) return -1;
    hashes[slot] = hash;
  }
  return count;
}

const element = new Slice();

function hashOf(cursor: PackedCursor): number {
  cursor.textInto(element);
  const { bytes, start, end } = element;
  let hash = HASH_BASIS;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], HASH_PRIME);
  hash ^= hash >>> 15;
  return hash === 0 ? 1 : hash;
}

function exactRepetitionFault(cursor: PackedCursor, groupLength: number): string | undefined {
  const seen = new Set<string>();
  let count = 0;
  for (; cursor.next(); count++) {
    if (count % groupLength !== 0) continue;
    cursor.textInto(element);
    const text = latin1(element.bytes, element.start, element.end);
    if (seen.has(text)) return `element ${count} repeats an earlier one`;
    seen.add(text);
  }
  return groupingFault(count, groupLength);
}

/** Why a number of elements cannot be groups of `groupLength`; undefined if it can. */
export function groupingFault(elements: number, groupLength: number): string | undefined {
  if (elements % groupLength === 0) return undefined;
  return `${elements} elements where groups of ${groupLength} are due`;
}
