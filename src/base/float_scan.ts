import { latin1 } from "./bytes.ts";
import { isSpace } from "./int64.ts";

/**
 * A number as C's `strtod` and `strtold` find it at the start of a text. Its value is
 * `digits` (in base 10 or 16) times `radix` to the power of `exponent`, radix being 10 or 2.
 */
export interface FloatText {
  readonly kind: "decimal" | "hexadecimal" | "infinity" | "nan";
  readonly negative: boolean;
  /**
   * Digits before and after the point, without leading zeros: empty for zero. Of more than
   * `DIGITS_MAX` the first are kept, and a 1 stands for the rest unless all of it is zeros.
   */
  readonly digits: string;
  /** Of ten for decimal digits, of two for hexadecimal ones. */
  readonly exponent: number;
  /** Where the number ends in the bytes. */
  readonly end: number;
}

// No text that fits in memory needs a larger exponent to reach the largest or smallest float.
const EXPONENT_LIMIT = 1e10;
// Enough to tell on which side of the middle of two doubles a number lies (that takes 768), and all
// that a long double's text can have. A client may send half a gigabyte of digits.
const DIGITS_MAX = 5120;
const POINT = 0x2e;

/**
 * Reads the longest number at `start` that C's `strtod` accepts there in the "C" locale: white
 * space and a sign, then decimal or `0x` hexadecimal digits with point and exponent, or "inf",
 * "infinity" or "nan" in any case. Undefined when there is none.
 */
export function scanFloat(bytes: Uint8Array, start: number, end: number): FloatText | undefined {
  let at = start;
  while (at < end && isSpace(bytes[at])) at++;
  const negative = bytes[at] === 0x2d && at < end;
  if (at < end && (negative || bytes[at] === 0x2b)) at++;
  if (at === end) return undefined;
  if (isDigit(bytes[at]) || bytes[at] === POINT) {
    return scanHexadecimal(bytes, at, end, negative) ?? scanDecimal(bytes, at, end, negative);
  }
  return scanWord(bytes, at, end, negative);
}

function scanWord(
  bytes: Uint8Array,
  at: number,
  end: number,
  negative: boolean,
): FloatText | undefined {
  const word = latin1(bytes, at, Math.min(end, at + 8)).toLowerCase();
  const special = { negative, digits: "", exponent: 0 };
  if (word === "infinity") return { ...special, kind: "infinity", end: at + 8 };
  if (word.startsWith("inf")) return { ...special, kind: "infinity", end: at + 3 };
  if (!word.startsWith("nan")) return undefined;
  return { ...special, kind: "nan", end: at + 3 };
}

function scanDecimal(
  bytes: Uint8Array,
  start: number,
  end: number,
  negative: boolean,
): FloatText | undefined {
  const pointAt = skipDigits(bytes, start, end);
  let at = pointAt;
  let fraction = 0;
  if (at < end && bytes[at] === POINT) {
    at = skipDigits(bytes, pointAt + 1, end);
    fraction = at - pointAt - 1;
  }
  if (pointAt === start && fraction === 0) return undefined;
  const { digits, dropped } = readDigits(bytes, start, pointAt, at - fraction, at);
  const exponent = scanExponent(bytes, at, end, 0x65);
  return {
    kind: "decimal",
    negative,
    digits,
    exponent: exponent.value - fraction + dropped,
    end: exponent.end,
  };
}

function scanHexadecimal(
  bytes: Uint8Array,
  start: number,
  end: number,
  negative: boolean,
): FloatText | undefined {
  if (bytes[start] !== 0x30 || end - start < 3 || (bytes[start + 1] | 0x20) !== 0x78) {
    return undefined;
  }
  const first = start + 2;
  const pointAt = skipHexDigits(bytes, first, end);
  let at = pointAt;
  let fraction = 0;
  if (at < end && bytes[at] === POINT) {
    at = skipHexDigits(bytes, pointAt + 1, end);
    fraction = at - pointAt - 1;
  }
  if (pointAt === first && fraction === 0) return undefined;
  const { digits, dropped } = readDigits(bytes, first, pointAt, at - fraction, at);
  const exponent = scanExponent(bytes, at, end, 0x70);
  return {
    kind: "hexadecimal",
    negative,
    digits,
    exponent: exponent.value + 4 * (dropped - fraction),
    end: exponent.end,
  };
}

// The digits of [start, pointAt) and [fractionAt, end), and how many were dropped at their end.
function readDigits(
  bytes: Uint8Array,
  start: number,
  pointAt: number,
  fractionAt: number,
  end: number,
): { digits: string; dropped: number } {
  const first = skipZeros(bytes, start, pointAt);
  const second = first < pointAt ? fractionAt : skipZeros(bytes, fractionAt, end);
  const firstEnd = Math.min(pointAt, first + DIGITS_MAX);
  const secondEnd = Math.min(end, second + DIGITS_MAX - (firstEnd - first));
  const digits = latin1(bytes, first, firstEnd) + latin1(bytes, second, secondEnd);
  const dropped = (pointAt - firstEnd) + (end - secondEnd);
  const onlyZeros = skipZeros(bytes, firstEnd, pointAt) === pointAt &&
    skipZeros(bytes, secondEnd, end) === end;
  return onlyZeros ? { digits, dropped } : { digits: digits + "1", dropped: dropped - 1 };
}

// An exponent without digits is not part of the number, nor is its letter.
function scanExponent(bytes: Uint8Array, start: number, end: number, letter: number) {
  if (start >= end || (bytes[start] | 0x20) !== letter) return { value: 0, end: start };
  let at = start + 1;
  const negative = at < end && bytes[at] === 0x2d;
  if (at < end && (negative || bytes[at] === 0x2b)) at++;
  if (at >= end || !isDigit(bytes[at])) return { value: 0, end: start };
  let value = 0;
  for (; at < end && isDigit(bytes[at]); at++) {
    value = Math.min(EXPONENT_LIMIT, value * 10 + bytes[at] - 0x30);
  }
  return { value: negative ? -value : value, end: at };
}

function skipZeros(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] === 0x30) at++;
  return at;
}

function skipDigits(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isDigit(bytes[at])) at++;
  return at;
}

function skipHexDigits(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isHexDigit(bytes[at])) at++;
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}
