// How long a string may become, and growing one that far.
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { NO_EXPIRY } from "../../store/database.ts";
import { ENCODING_RAW } from "../../store/entry.ts";

/** `proto-max-bulk-len` is never less, so that shorter strings need not ask for it. */
const SMALLEST_LIMIT_BYTES = 1 << 20;
/** The length of a string is a 32-bit number in its block. */
const LARGEST_LIMIT_BYTES = 2 ** 31 - 4096;

/** Longest string, in bytes, that this caller may make. What a master or a file says is obeyed. */
export function maxStringBytes(call: Call): number {
  if (call.origin.outranksGates) return LARGEST_LIMIT_BYTES;
  return Math.min(call.services.config.int("proto-max-bulk-len"), LARGEST_LIMIT_BYTES);
}

/** Throws `string exceeds maximum allowed size` when a string must not become `length` bytes long. */
export function checkStringLength(call: Call, length: number): void {
  if (length > SMALLEST_LIMIT_BYTES && length > maxStringBytes(call)) throw ERR.stringTooLong;
}

/** Whether byte `index` lies beyond what this caller may address. */
export function isBeyondLimit(call: Call, index: number): boolean {
  return index >= SMALLEST_LIMIT_BYTES && index >= maxStringBytes(call);
}

const zeros = new Slice();

/**
 * Makes the string of `key`, whose last lookup answered `ref`, at least `length` bytes long, new
 * bytes zero, for writing from byte `start` of it on, to the byte before `length` at most; its encoding
 * becomes raw. Answers the entry.
 */
export function growString(
  call: Call,
  ref: number,
  key: Slice,
  length: number,
  start: number,
): number {
  const { database } = call;
  if (ref !== 0) {
    const whole = Math.max(length, database.stringOf(ref).length);
    return database.resizeString(ref, whole, start, length);
  }
  // A new string gets no room to spare.
  const first = Math.min(length, SMALLEST_LIMIT_BYTES);
  if (zeros.bytes.length < first) zeros.bytes = new Uint8Array(SMALLEST_LIMIT_BYTES);
  zeros.set(zeros.bytes, 0, first);
  const entry = database.putString(0, key, zeros, ENCODING_RAW, NO_EXPIRY);
  return first === length ? entry : database.resizeString(entry, length);
}
