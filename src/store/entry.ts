// The layout of a key in the arena, and nothing else: where each fact of an entry stands.
//
//   word 0  next entry of the bucket      (hash table)
//   word 1  hash of the key               (hash table)
//   word 2  length of the key, bytes      (hash table)
//   word 3  meta: type 3 bits, encoding 4, has-expiry 1, access 24 (LRU or LFU, as in Redis)
//   bytes   the key, padded to 4
//   word    value: length of an inline string, else a reference to the value
//   3 words expiry, when meta says so: instant in ms (low, high), position in the expiry index
//   bytes   the value, when it is an inline string
import type { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import { ENTRY_KEY_OFFSET } from "../memory/hash_table.ts";
import {
  ENCODING_EMBSTR,
  ENCODING_INT,
  ENCODING_RAW,
  ENCODING_RAW_BLOCK,
} from "../values/encodings.ts";

/** Type of a value, numbered as in the RDB specification's object types. */
export const TYPE_STRING = 0;
export const TYPE_LIST = 1;
export const TYPE_SET = 2;
export const TYPE_ZSET = 3;
export const TYPE_HASH = 4;
export const TYPE_MODULE = 5;
export const TYPE_STREAM = 6;

/** What TYPE answers, by type number. */
export const TYPE_NAMES = ["string", "list", "set", "zset", "hash", "module", "stream"] as const;

// Values know their encodings too, and values may not look at the store.
export {
  ENCODING_EMBSTR,
  ENCODING_HASHTABLE,
  ENCODING_INT,
  ENCODING_INTSET,
  ENCODING_LISTPACK,
  ENCODING_LISTPACK_EX,
  ENCODING_NAMES,
  ENCODING_QUICKLIST,
  ENCODING_RAW,
  ENCODING_RAW_BLOCK,
  ENCODING_SKIPLIST,
  ENCODING_STREAM,
} from "../values/encodings.ts";

/** Longest string that OBJECT ENCODING calls embstr, bytes. */
export const EMBSTR_MAX_BYTES = 44;
/** Longest string that is kept inside its entry, bytes. */
export const INLINE_MAX_BYTES = 1024;
/** Bytes of the length word and padding before the bytes of a raw block. */
export const BLOCK_HEADER_BYTES = 8;
/** A snapshot keeps such parts of a block, bytes, as they were. */
export const HELD_PART_BYTES: number = 16 << 10;

/** Word of an entry at which begins what is of the key and not of the table. */
export const ENTRY_CONTENT_WORD = 2;
/** The bit of the meta word that says the expiry words are there. */
export const EXPIRE_FLAG = 0x80;
/** Bytes of the words that an expiry takes. */
export const EXPIRE_BYTES = 12;
const TWO_32 = 2 ** 32;

/** Builds a meta word. `access` is the 24-bit LRU or LFU field. */
export function metaOf(type: number, encoding: number, access: number): number {
  return type | encoding << 3 | access << 8;
}

export function typeOf(arena: Arena, ref: number): number {
  return arena.i32[ref * 2 + 3] & 7;
}

export function encodingOf(arena: Arena, ref: number): number {
  return arena.i32[ref * 2 + 3] >>> 3 & 15;
}

/** The 24-bit access field. */
export function accessOf(arena: Arena, ref: number): number {
  return arena.i32[ref * 2 + 3] >>> 8;
}

export function setAccess(arena: Arena, ref: number, access: number): void {
  const word = ref * 2 + 3;
  arena.i32[word] = (arena.i32[word] & 0xff) | access << 8;
}

export function setEncoding(arena: Arena, ref: number, encoding: number): void {
  const word = ref * 2 + 3;
  arena.i32[word] = (arena.i32[word] & ~0x78) | encoding << 3;
}

export function hasExpiry(arena: Arena, ref: number): boolean {
  return (arena.i32[ref * 2 + 3] & EXPIRE_FLAG) !== 0;
}

/** Byte offset of the first byte of the key. */
export function keyStart(ref: number): number {
  return ref * 8 + ENTRY_KEY_OFFSET;
}

export function keyLength(arena: Arena, ref: number): number {
  return arena.i32[ref * 2 + 2];
}

/** Word index of the value word. */
export function valueWord(arena: Arena, ref: number): number {
  return ref * 2 + 4 + (arena.i32[ref * 2 + 2] + 3 >>> 2);
}

/**
 * Reads the ends of the inline values of entries (0 for none) and the starts of the blocks of others,
 * so that they are near when they are needed. Answers what it read.
 */
export function touchValues(arena: Arena, entries: Int32Array, count: number): number {
  const { i32 } = arena;
  let read = 0;
  for (let i = 0; i < count; i++) {
    if (entries[i] === 0) continue;
    const word = valueWord(arena, entries[i]), value = i32[word];
    read ^= i32[isInline(encodingOf(arena, entries[i])) ? word + (value >>> 2) : value * 2];
  }
  return read;
}

/** Byte offset of an inline value's first byte. */
export function inlineStart(arena: Arena, ref: number): number {
  const word = valueWord(arena, ref) + 1;
  return (hasExpiry(arena, ref) ? word + 3 : word) * 4;
}

/** Points the slice at the bytes of a string. */
export function stringBytesInto(arena: Arena, ref: number, slice: Slice): void {
  const word = arena.i32[valueWord(arena, ref)];
  if (encodingOf(arena, ref) !== ENCODING_RAW_BLOCK) {
    const start = inlineStart(arena, ref);
    slice.set(arena.u8, start, start + word);
  } else {
    const start = word * 8 + BLOCK_HEADER_BYTES;
    slice.set(arena.u8, start, start + arena.i32[word * 2]);
  }
}

/** Expiry instant in Unix ms, -1 without. */
export function expireAtOf(arena: Arena, ref: number): number {
  if (!hasExpiry(arena, ref)) return -1;
  const word = valueWord(arena, ref) + 1;
  return (arena.i32[word] >>> 0) + arena.i32[word + 1] * TWO_32;
}

/** Writes the expiry instant; the entry has the words for it. */
export function writeExpireAt(arena: Arena, ref: number, atMs: number): void {
  const word = valueWord(arena, ref) + 1;
  const high = Math.floor(atMs / TWO_32);
  arena.i32[word] = (atMs - high * TWO_32) | 0;
  arena.i32[word + 1] = high;
}

export function expiryPosition(arena: Arena, ref: number): number {
  return arena.i32[valueWord(arena, ref) + 3];
}

export function writeExpiryPosition(arena: Arena, ref: number, position: number): void {
  arena.i32[valueWord(arena, ref) + 3] = position;
}

/** Sets or clears the flag that says the expiry words are there; moves no bytes. */
export function flagExpiry(arena: Arena, ref: number, present: boolean): void {
  const word = ref * 2 + 3;
  arena.i32[word] = present ? arena.i32[word] | EXPIRE_FLAG : arena.i32[word] & ~EXPIRE_FLAG;
}

/** Whether values of this encoding stand inside the entry. */
export function isInline(encoding: number): boolean {
  return encoding === ENCODING_RAW || encoding === ENCODING_EMBSTR || encoding === ENCODING_INT;
}

/** Bytes an entry needs for a key of `keyBytes` and `inlineBytes` of value. */
export function entryBytes(keyBytes: number, expiry: boolean, inlineBytes: number): number {
  const fixed = ENTRY_KEY_OFFSET + (keyBytes + 3 & ~3) + 4;
  return fixed + (expiry ? EXPIRE_BYTES : 0) + inlineBytes;
}

/** Bytes that this entry needs, its inline value included. */
export function entryBytesOf(arena: Arena, ref: number): number {
  const type = typeOf(arena, ref), encoding = encodingOf(arena, ref);
  const inline = type === TYPE_STRING && isInline(encoding) ? arena.i32[valueWord(arena, ref)] : 0;
  return entryBytes(keyLength(arena, ref), hasExpiry(arena, ref), inline);
}
