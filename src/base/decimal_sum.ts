// Sums of decimals that need no emulation of the 80-bit format to have its digits.
import { writeHumanDouble } from "./human_double.ts";
import { writeDigits, writeInteger } from "./int64.ts";

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
const WHOLE_DIGITS = 12;
const HIGH_DIGITS = 8;
const LOW_DIGITS = 9;
const HIGH_LIMIT = 10 ** HIGH_DIGITS;
const LOW_LIMIT = 10 ** LOW_DIGITS;
/** What eight decimals must be a multiple of to be a number of 256ths. */
const FIVE_8 = 5 ** HIGH_DIGITS;
/**
 * Below it the 80-bit numbers nearest to two decimals, and the one nearest to their sum, are each
 * wrong by at most 2^-59: together by less than half of the 17th decimal, to which sums are rounded.
 */
const SMALL_LIMIT = 32;

/** A number of up to 12 digits before and 17 behind its point. */
export class PlainDecimal {
  negative = false;
  whole = 0;
  /** The first eight decimals as an integer. */
  high = 0;
  /** The next nine. */
  low = 0;

  /** Reads digits, perhaps with a minus and a point; false for every other text, however valid. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start;
    this.negative = at < end && bytes[at] === MINUS;
    if (this.negative) at++;
    const first = at;
    let whole = 0, high = 0, low = 0;
    for (; at < end && isDigit(bytes[at]); at++) whole = whole * 10 + bytes[at] - ZERO;
    const digits = at - first;
    if (digits === 0 || digits > WHOLE_DIGITS) return false;
    if (at < end) {
      if (bytes[at++] !== POINT || end - at > HIGH_DIGITS + LOW_DIGITS) return false;
      for (let place = 0; place < HIGH_DIGITS + LOW_DIGITS; place++, at++) {
        const digit = at < end ? bytes[at] - ZERO : 0;
        if (digit < 0 || digit > 9) return false;
        if (place < HIGH_DIGITS) high = high * 10 + digit;
        else low = low * 10 + digit;
      }
    }
    this.whole = whole;
    this.high = high;
    this.low = low;
    return true;
  }

  /** Whether it is a number of 256ths, which doubles and sums of them hold exactly. */
  get isBinary(): boolean {
    return this.low === 0 && this.high % FIVE_8 === 0;
  }

  get value(): number {
    const magnitude = this.whole + this.high / HIGH_LIMIT;
    return this.negative ? -magnitude : magnitude;
  }
}

/**
 * Writes the text that INCRBYFLOAT gives the sum of two numbers and returns the end; -1 where its
 * digits depend on what the 80-bit format does to them.
 */
export function writeDecimalSum(
  a: PlainDecimal,
  b: PlainDecimal,
  bytes: Uint8Array,
  at: number,
): number {
  if (a.whole < SMALL_LIMIT && b.whole < SMALL_LIMIT) return writeSmallSum(a, b, bytes, at);
  return a.isBinary && b.isBinary ? writeHumanDouble(a.value + b.value, bytes, at) : -1;
}

function writeSmallSum(a: PlainDecimal, b: PlainDecimal, bytes: Uint8Array, at: number): number {
  const signA = a.negative ? -1 : 1, signB = b.negative ? -1 : 1;
  let high = signA * (a.whole * HIGH_LIMIT + a.high) + signB * (b.whole * HIGH_LIMIT + b.high);
  let low = signA * a.low + signB * b.low;
  const carry = Math.floor(low / LOW_LIMIT);
  low -= carry * LOW_LIMIT;
  high += carry;
  if (high < 0) {
    bytes[at++] = MINUS;
    high = low > 0 ? -high - 1 : -high;
    low = low > 0 ? LOW_LIMIT - low : 0;
  }
  const whole = Math.floor(high / HIGH_LIMIT);
  at = writeInteger(whole, bytes, at);
  bytes[at++] = POINT;
  writeDigits((high - whole * HIGH_LIMIT) | 0, bytes, at, at + HIGH_DIGITS);
  writeDigits(low | 0, bytes, at + HIGH_DIGITS, at + HIGH_DIGITS + LOW_DIGITS);
  let end = at + HIGH_DIGITS + LOW_DIGITS;
  while (bytes[end - 1] === ZERO) end--;
  return bytes[end - 1] === POINT ? end - 1 : end;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}
