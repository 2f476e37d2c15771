// How the blocks of a stream are told apart and measured.
//
// A block is a listpack laid out as Redis lays it out, because RDB files and DUMP hold it byte for
// byte. First a master record: number of live entries, number of deleted ones, the fields of the
// entry that opened the block, a zero. Then for each entry: flags, its ID as the difference to the
// block's, fields and values (only values where the fields are the master's), and how many elements
// these were, for walking backwards.
//
// A packed block says the same of entries that all have the master's fields, and of which none is
// deleted. It begins with the size of its listpack, negative, by which it is told from one, and the
// number of its entries; then come the number of fields, the fields, and of each entry the difference
// of its milliseconds, of its sequence number unless all are zero, and its values; then an end.
// Elements stand as in the listpack, but for the lengths behind them.
import type { Arena } from "../memory/arena.ts";
import {
  elementInteger,
  encodingDataBytes,
  encodingHeaderBytes,
} from "../memory/listpack_format.ts";

/** Flags of an entry. */
export const ENTRY_DELETED = 1;
export const ENTRY_SAME_FIELDS = 2;

/** Bytes before the number of fields. */
export const PACKED_HEADER_BYTES = 8;
export function isPacked({ i32 }: Arena, ref: number): boolean {
  return i32[ref * 2] < 0;
}

/** Bytes of a block as a listpack, packed or not. */
export function listpackBytes({ i32 }: Arena, ref: number): number {
  return Math.abs(i32[ref * 2]);
}

/** Entries of a packed block; none of them is deleted. */
export function packedEntries({ i32 }: Arena, ref: number): number {
  return i32[ref * 2 + 1] >>> 1;
}

/** Whether the entries of a packed block have sequence numbers other than the block's. */
export function packedHasSequences({ i32 }: Arena, ref: number): boolean {
  return (i32[ref * 2 + 1] & 1) !== 0;
}

/** The number of an element that is never a text and always small. */
export function smallInteger(bytes: Uint8Array, at: number): number {
  return bytes[at] < 0x80 ? bytes[at] : Number(elementInteger(bytes, at));
}

/** Bytes of the element at `at`, the length behind it not included. */
export function elementSize(bytes: Uint8Array, at: number): number {
  const encoding = bytes[at];
  if (encoding < 0x80) return 1;
  if (encoding < 0xc0) return (encoding & 0x3f) + 1;
  if (encoding < 0xe0) return 2;
  return encodingHeaderBytes(encoding) + encodingDataBytes(bytes, at);
}
