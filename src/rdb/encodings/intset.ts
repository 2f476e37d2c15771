import type { Integer64 } from "../../base/int64.ts";
import { readInt16, readInt32, readInt64, readUint32 } from "../../memory/little_endian.ts";
import { PackedCursor } from "./packed_cursor.ts";

// Header: bytes per integer, number of integers (32 bits each). Then the integers in ascending
// order. All is little-endian.
const HEADER_BYTES = 8;

/**
 * Why `[first, limit)` is no intset, undefined if it is one. The order of the integers is compared
 * only if `deep`. An empty intset is a fault: no set is empty.
 */
export function intsetFault(
  bytes: Uint8Array,
  first: number,
  limit: number,
  deep: boolean,
): string | undefined {
  const size = limit - first;
  if (size < HEADER_BYTES) return `intset of ${size} bytes, too short for a header`;
  const width = intsetWidth(bytes, first);
  if (width !== 2 && width !== 4 && width !== 8) return `intset of integers of ${width} bytes`;
  const count = intsetLength(bytes, first);
  if (HEADER_BYTES + count * width !== size) {
    return `intset of ${size} bytes says it has ${count} integers of ${width} bytes`;
  }
  if (count === 0) return "empty intset";
  return deep ? faultOfOrder(bytes, first, limit) : undefined;
}

/** Bytes that each integer takes: 2, 4 or 8. */
export function intsetWidth(bytes: Uint8Array, first: number): number {
  return readUint32(bytes, first);
}

export function intsetLength(bytes: Uint8Array, first: number): number {
  return readUint32(bytes, first + 4);
}

/** The integer of rank `index`, counted from 0. */
export function intsetValue(bytes: Uint8Array, first: number, index: number): Integer64 {
  const width = intsetWidth(bytes, first);
  return readOfWidth(bytes, first + HEADER_BYTES + index * width, width);
}

function faultOfOrder(bytes: Uint8Array, first: number, limit: number): string | undefined {
  cursor.begin(bytes, first, limit);
  cursor.next();
  let before = cursor.integer;
  while (cursor.next()) {
    if (cursor.integer <= before) return "intset whose integers are not in ascending order";
    before = cursor.integer;
  }
  return undefined;
}

/** Walks over an intset whose header has no fault. */
export class IntsetCursor extends PackedCursor {
  #width = 0;

  override next(): boolean {
    if (this.position >= this.limit) return false;
    this.takeInteger(readOfWidth(this.bytes, this.position, this.#width));
    this.position += this.#width;
    return true;
  }

  protected override toFirst(): void {
    this.#width = intsetWidth(this.bytes, this.first);
    this.position = this.first + HEADER_BYTES;
  }
}

function readOfWidth(bytes: Uint8Array, at: number, width: number): Integer64 {
  if (width === 2) return readInt16(bytes, at);
  return width === 4 ? readInt32(bytes, at) : readInt64(bytes, at);
}

// One for all checks: they do not overlap, and a cursor costs more than a short value.
const cursor = new IntsetCursor();
