/**
 * A signed or unsigned 64-bit integer: a number while it is safe (at most 2^53 - 1 either way), a
 * bigint beyond. Values that meet on both sides of that line are joined by `normalizeInteger`.
 */
export type Integer64 = number | bigint;

export const INT64_MIN = -(1n << 63n);
export const INT64_MAX = (1n << 63n) - 1n;
export const UINT64_MAX = (1n << 64n) - 1n;

/** Room that the longest 64-bit integer takes as text: a sign and 19 digits, or 20 digits. */
export const INTEGER64_TEXT_MAX = 20;

const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const SAFE_DIGITS = 16;
const SMALL_DIGITS = 9;
const ZERO = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;

/**
 * The integer a range spells canonically, or NaN: no spaces, no `+`, no leading zeros, no `-0`.
 * NaN also for a canonical integer that is not safe; `parseInt64` reads those. Allocates nothing.
 */
export function parseSafeInteger(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const negative = at < end && bytes[at] === MINUS;
  if (negative) at++;
  const digits = end - at;
  if (digits <= 0 || digits > SAFE_DIGITS) return NaN;
  if (bytes[at] === ZERO) return digits === 1 && !negative ? 0 : NaN;

  // The first nine digits stay small integers, which V8 keeps out of floating point.
  const smallEnd = digits > SMALL_DIGITS ? at + SMALL_DIGITS : end;
  let small = 0;
  for (; at < smallEnd; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    small = small * 10 + digit;
  }
  if (at === end) return negative ? -small : small;

  let value = small;
  for (; at < end; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  // A value past 2^53 may have been rounded, but never back to a safe one.
  if (value > MAX_SAFE) return NaN;
  return negative ? -value : value;
}

/**
 * The signed 64-bit integer a range spells canonically (rules of `parseSafeInteger`), or undefined
 * when it spells none or one out of range. A bigint only when it is not safe as a number.
 */
export function parseInt64(bytes: Uint8Array, start: number, end: number): Integer64 | undefined {
  const safe = parseSafeInteger(bytes, start, end);
  if (safe === safe) return safe;
  const negative = start < end && bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  // Fewer digits were refused for good above.
  if (end - first < SAFE_DIGITS || end - first > 19 || bytes[first] === ZERO) return undefined;
  const magnitude = parseDigits(bytes, first, end);
  if (magnitude === undefined) return undefined;
  const value = negative ? -magnitude : magnitude;
  return value > INT64_MAX || value < INT64_MIN ? undefined : value;
}

/** `parseInt64` for arithmetic that is done in bigints anyway. */
export function parseBigInt64(bytes: Uint8Array, start: number, end: number): bigint | undefined {
  const value = parseInt64(bytes, start, end);
  return typeof value === "number" ? BigInt(value) : value;
}

/** The unsigned 64-bit integer a range spells canonically, or undefined. */
export function parseUint64(bytes: Uint8Array, start: number, end: number): Integer64 | undefined {
  const safe = parseSafeInteger(bytes, start, end);
  if (safe >= 0) return safe;
  if (end - start < SAFE_DIGITS || end - start > 20 || bytes[start] === ZERO) return undefined;
  const value = parseDigits(bytes, start, end);
  return value === undefined || value > UINT64_MAX ? undefined : value;
}

/**
 * The parts of a stream ID and other unsigned arguments that Redis reads with its lenient rule: a
 * canonical signed integer must not be negative; any other text goes to C's `strtoull`, where white
 * space, a sign and leading zeros may come first and a negative number wraps. Undefined when there
 * is no digit, something follows the digits, or the magnitude is above 2^64 - 1.
 */
export function parseUint64Lenient(
  bytes: Uint8Array,
  start: number,
  end: number,
): Integer64 | undefined {
  const canonical = parseInt64(bytes, start, end);
  if (canonical !== undefined) return canonical < 0 ? undefined : canonical;
  return parseUnsignedAsC(bytes, start, end);
}

/**
 * The cursor of SCAN and its kin, or undefined when Redis says "invalid cursor": `strtoul` over a C
 * string, so text from the first NUL on is not seen, an empty text is 0 and -1 is 2^64 - 1, but a
 * leading space is refused.
 */
export function parseCursor(bytes: Uint8Array, start: number, end: number): Integer64 | undefined {
  const safe = parseSafeInteger(bytes, start, end);
  if (safe >= 0) return safe;
  const nul = bytes.subarray(start, end).indexOf(0);
  const textEnd = nul < 0 ? end : start + nul;
  if (textEnd === start) return 0;
  return isSpace(bytes[start]) ? undefined : parseUnsignedAsC(bytes, start, textEnd);
}

// `strtoull` in base 10, all of the range or nothing.
function parseUnsignedAsC(bytes: Uint8Array, start: number, end: number): Integer64 | undefined {
  let at = start;
  while (at < end && isSpace(bytes[at])) at++;
  const negative = at < end && bytes[at] === MINUS;
  if (negative || (at < end && bytes[at] === PLUS)) at++;
  while (at < end - 1 && bytes[at] === ZERO) at++;
  const magnitude = parseUint64(bytes, at, end);
  if (magnitude === undefined || !negative) return magnitude;
  return normalizeInteger(BigInt.asUintN(64, -BigInt(magnitude)));
}

/** The same integer as a number if it is safe, else as a bigint. */
export function normalizeInteger(value: bigint): Integer64 {
  return value <= MAX_SAFE && value >= -MAX_SAFE ? Number(value) : value;
}

/** `a + b`, or undefined when the sum leaves the signed 64-bit range. */
export function addInt64(a: Integer64, b: Integer64): Integer64 | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (sum <= MAX_SAFE && sum >= -MAX_SAFE) return sum;
  }
  const sum = BigInt(a) + BigInt(b);
  return sum > INT64_MAX || sum < INT64_MIN ? undefined : normalizeInteger(sum);
}

/** Whether C's `isspace` says so in the "C" locale. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

// At most 20 digits, so that neither half loses precision.
function parseDigits(bytes: Uint8Array, start: number, end: number): bigint | undefined {
  const split = end - 10;
  let high = 0;
  let low = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    if (at < split) high = high * 10 + digit;
    else low = low * 10 + digit;
  }
  return BigInt(high) * 10_000_000_000n + BigInt(low);
}

/** Number of characters `writeInteger` writes for a safe integer, the sign included. */
export function decimalLength(value: number): number {
  return value < 0 ? 1 + digitCount(-value) : digitCount(value);
}

function digitCount(value: number): number {
  if (value < 100_000) {
    if (value < 100) return value < 10 ? 1 : 2;
    if (value < 1000) return 3;
    return value < 10_000 ? 4 : 5;
  }
  let count = 6;
  for (let limit = 1_000_000; count < SAFE_DIGITS && value >= limit; limit *= 10) count++;
  return count;
}

/**
 * Writes a safe integer in decimal from `at` on and returns the end. The caller has made room for
 * `decimalLength(value)` bytes.
 */
export function writeInteger(value: number, bytes: Uint8Array, at: number): number {
  let rest = value;
  if (rest < 0) {
    bytes[at++] = MINUS;
    rest = -rest;
  }
  if (rest < 10) {
    bytes[at] = ZERO + rest;
    return at + 1;
  }
  const end = at + digitCount(rest);
  let to = end;
  // Down to 32 bits by floating point first; integer division is several times faster.
  while (rest >= 0x4000_0000) {
    const shorter = Math.floor(rest / 100_000_000);
    writeDigits((rest - shorter * 100_000_000) | 0, bytes, to - 8, to);
    rest = shorter;
    to -= 8;
  }
  writeDigits(rest | 0, bytes, at, to);
  return end;
}

/** Fills `[start, end)` with the last digits of an integer of 31 bits, zeros in front. */
export function writeDigits(value: number, bytes: Uint8Array, start: number, end: number): void {
  while (end > start) {
    const shorter = (value / 10) | 0;
    bytes[--end] = ZERO + value - shorter * 10;
    value = shorter;
  }
}

/** `writeInteger` for any 64-bit integer; needs up to `INTEGER64_TEXT_MAX` bytes of room. */
export function writeInteger64(value: Integer64, bytes: Uint8Array, at: number): number {
  if (typeof value === "number") return writeInteger(value, bytes, at);
  const text = value.toString();
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}
