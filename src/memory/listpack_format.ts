// The listpack as RDB files and DUMP payloads hold it, over any array: where elements end and what
// they say. A header (total bytes, 32 bits; elements, 16 bits), the elements, a byte of all ones. An
// element is an encoding byte, its data, and the length of both for walking backwards.
import type { Integer64 } from "../base/int64.ts";
import { readInt16, readInt24, readInt32, readInt64, readUint32 } from "./little_endian.ts";

/** Bytes before the first element. */
export const LISTPACK_HEADER_BYTES = 6;
/** Bytes of a listpack without elements. */
export const LISTPACK_EMPTY_BYTES = 7;
/** In the header: more elements than its 16 bits can say. */
export const LISTPACK_COUNT_UNKNOWN = 0xffff;
/** The byte behind the last element. */
export const LISTPACK_END = 0xff;
/** A listpack never grows beyond this, bytes: its header must not overflow. */
export const LISTPACK_MAX_BYTES = 1 << 30;

export const ENCODING_6_BIT_STRING = 0x80;
export const ENCODING_13_BIT_INTEGER = 0xc0;
export const ENCODING_12_BIT_STRING = 0xe0;
export const ENCODING_32_BIT_STRING = 0xf0;
export const ENCODING_16_BIT_INTEGER = 0xf1;
export const ENCODING_24_BIT_INTEGER = 0xf2;
export const ENCODING_32_BIT_INTEGER = 0xf3;
export const ENCODING_64_BIT_INTEGER = 0xf4;

/** Bytes that tell the length of what follows them; 0 for an encoding that does not exist. */
export function encodingHeaderBytes(encoding: number): number {
  if (encoding < ENCODING_12_BIT_STRING) return 1;
  if (encoding < ENCODING_32_BIT_STRING) return 2;
  if (encoding === ENCODING_32_BIT_STRING) return 5;
  return encoding <= ENCODING_64_BIT_INTEGER ? 1 : 0;
}

/** Bytes behind the header of the element at `at`, whose first byte is an encoding that exists. */
export function encodingDataBytes(bytes: Uint8Array, at: number): number {
  const encoding = bytes[at];
  if (encoding < ENCODING_6_BIT_STRING) return 0;
  if (encoding < ENCODING_13_BIT_INTEGER) return encoding & 0x3f;
  if (encoding < ENCODING_12_BIT_STRING) return 1;
  if (encoding < ENCODING_32_BIT_STRING) return ((encoding & 0x0f) << 8) | bytes[at + 1];
  if (encoding === ENCODING_32_BIT_STRING) return readUint32(bytes, at + 1);
  if (encoding === ENCODING_64_BIT_INTEGER) return 8;
  return encoding - ENCODING_16_BIT_INTEGER + 2;
}

/**
 * Bytes that the length behind an element of `size` bytes takes. The limits are one below what the
 * bits could hold: so every writer of listpacks does it.
 */
export function backLengthBytes(size: number): number {
  if (size <= 127) return 1;
  if (size < 16383) return 2;
  if (size < 2097151) return 3;
  return size < 268435455 ? 4 : 5;
}

/**
 * The length that ends with the byte at `last`, -1 when it would begin before `lowest` or takes more
 * than five bytes. Seven bits a byte; read backwards, all but the final one have the high bit set.
 */
export function readBackLength(bytes: Uint8Array, last: number, lowest: number): number {
  let length = 0;
  let scale = 1;
  for (let at = last; at >= lowest && at > last - 5; at--) {
    length += (bytes[at] & 0x7f) * scale;
    if (bytes[at] < 0x80) return length;
    scale *= 128;
  }
  return -1;
}

/** All bytes of the element at `at`, the length behind it included. The listpack has no fault. */
export function elementBytes(bytes: Uint8Array, at: number): number {
  const encoding = bytes[at];
  if (encoding < ENCODING_6_BIT_STRING) return 2;
  if (encoding < ENCODING_13_BIT_INTEGER) return (encoding & 0x3f) + 2;
  if (encoding < ENCODING_12_BIT_STRING) return 3;
  if (encoding < ENCODING_32_BIT_STRING) {
    const length = ((encoding & 0x0f) << 8) | bytes[at + 1];
    return length < 126 ? length + 3 : length + 4;
  }
  const size = encodingHeaderBytes(encoding) + encodingDataBytes(bytes, at);
  return size + backLengthBytes(size);
}

/** Where the element before `at` begins; there is one. */
export function elementBefore(bytes: Uint8Array, at: number): number {
  const last = bytes[at - 1];
  if (last < 0x80) return at - 1 - last;
  const size = readBackLength(bytes, at - 1, at - 5);
  return at - size - backLengthBytes(size);
}

/** Whether the encoding byte is that of a string. */
export function isStringEncoding(encoding: number): boolean {
  return encoding >= ENCODING_6_BIT_STRING &&
    (encoding < ENCODING_13_BIT_INTEGER ||
      (encoding >= ENCODING_12_BIT_STRING && encoding <= ENCODING_32_BIT_STRING));
}

/** The integer of the element at `at`, which is none of the strings. */
export function elementInteger(bytes: Uint8Array, at: number): Integer64 {
  const encoding = bytes[at];
  if (encoding < ENCODING_6_BIT_STRING) return encoding;
  if (encoding < ENCODING_12_BIT_STRING) {
    return (((encoding << 8) | bytes[at + 1]) << 19) >> 19;
  }
  if (encoding === ENCODING_16_BIT_INTEGER) return readInt16(bytes, at + 1);
  if (encoding === ENCODING_24_BIT_INTEGER) return readInt24(bytes, at + 1);
  if (encoding === ENCODING_32_BIT_INTEGER) return readInt32(bytes, at + 1);
  return readInt64(bytes, at + 1);
}

/**
 * The integer of the element at `at` where it takes at most 32 bits, NaN for anything else: one
 * function without 64-bit integers, for loops that read nothing but numbers.
 */
export function elementSmallInteger(bytes: Uint8Array, at: number): number {
  const encoding = bytes[at];
  if (encoding < ENCODING_6_BIT_STRING) return encoding;
  if (encoding < ENCODING_13_BIT_INTEGER) return NaN;
  if (encoding < ENCODING_12_BIT_STRING) return ((encoding << 8 | bytes[at + 1]) << 19) >> 19;
  if (encoding === ENCODING_16_BIT_INTEGER) return readInt16(bytes, at + 1);
  if (encoding === ENCODING_24_BIT_INTEGER) return readInt24(bytes, at + 1);
  return encoding === ENCODING_32_BIT_INTEGER ? readInt32(bytes, at + 1) : NaN;
}
