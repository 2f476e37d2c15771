// Reads the decimals that most texts are, exactly, without BigInt and without strings.

/** Powers of ten that a double holds exactly. */
export const POWERS_OF_TEN = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
const PLUS = 0x2b;
const LETTER_E = 0x65;
/** Digits that fit a small integer, with which reading begins. */
const HIGH_DIGITS = 9;
/** Digits of an integer that a double surely holds. */
const EXACT_DIGITS = 15;
const DIGITS_MAX = 2 * HIGH_DIGITS;
const TEXT_MAX = DIGITS_MAX + 7;
const EXPONENT_MAX = 99;
/** Splits a double into two of 26 bits, so that products of parts are exact. */
const SPLITTER = 2 ** 27 + 1;
/** Far more than the errors of {@link divideExactly}, far less than the distance of two doubles. */
const MARGIN = 1 + 2 ** -10;

/**
 * The double nearest to an optional minus, up to 18 digits with perhaps a point among them, and
 * perhaps an exponent; NaN for every other text, and for the few whose double is not found so
 * easily: those are for C's whole grammar. "-0" is read as it stands.
 */
export function parsePlainDecimal(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > TEXT_MAX) return NaN;
  let at = start;
  const negative = at < end && bytes[at] === MINUS;
  if (negative) at++;
  // The first nine digits and the next ones as integers of their own.
  let high = 0, low = 0, digits = 0, pointAt = -1;
  for (; at < end; at++) {
    const digit = bytes[at] - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (digits < HIGH_DIGITS) high = high * 10 + digit;
      else low = low * 10 + digit;
      digits++;
    } else if (bytes[at] === POINT && pointAt < 0) pointAt = at;
    else break;
  }
  if (digits === 0 || digits > DIGITS_MAX) return NaN;
  let power = pointAt < 0 ? 0 : pointAt + 1 - at;
  if (at < end) power += readExponent(bytes, at, end);
  if (digits <= HIGH_DIGITS && power === 0) return negative ? -high : high;
  const value = digits <= EXACT_DIGITS
    ? scaled(digits <= HIGH_DIGITS ? high : high * POWERS_OF_TEN[digits - HIGH_DIGITS] + low, power)
    // Nine digits times a power up to the ninth have at most 51 bits that are not zero.
    : scaledSum(high * POWERS_OF_TEN[digits - HIGH_DIGITS], low, power);
  return negative ? -value : value;
}

/** The exponent that the rest of a text is, NaN when it is something else. */
function readExponent(bytes: Uint8Array, at: number, end: number): number {
  if ((bytes[at++] | 0x20) !== LETTER_E) return NaN;
  const negative = at < end && bytes[at] === MINUS;
  if (at < end && (negative || bytes[at] === PLUS)) at++;
  if (at === end) return NaN;
  let exponent = 0;
  for (; at < end; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    exponent = exponent * 10 + digit;
    if (exponent > EXPONENT_MAX) return NaN;
  }
  return negative ? -exponent : exponent;
}

/** An exact integer times a power of ten; both are exact, so one operation rounds correctly. */
function scaled(integer: number, power: number): number {
  if (power === 0) return integer;
  if (power < 0) return power >= -22 ? integer / POWERS_OF_TEN[-power] : NaN;
  return power <= 22 ? integer * POWERS_OF_TEN[power] : NaN;
}

/** The exact sum of two integers times a power of ten. */
function scaledSum(high: number, low: number, power: number): number {
  const sum = high + low, rest = low - (sum - high);
  if (power === 0) return sum;
  return power < 0 && power >= -22 ? divideExactly(sum, rest, POWERS_OF_TEN[-power]) : NaN;
}

/**
 * `(sum + rest) / divisor` rounded to the nearest double, or NaN where the quotient lies so near to
 * the middle of two that the errors made here, 2^-104 of it, could decide. `rest` is at most half of
 * what separates `sum` from its neighbours.
 */
function divideExactly(sum: number, rest: number, divisor: number): number {
  const quotient = sum / divisor;
  // The product of both, exactly: by T. J. Dekker's splitting (Numerische Mathematik 18, 1971).
  const product = quotient * divisor;
  let split = SPLITTER * quotient;
  const quotientHigh = split - (split - quotient), quotientLow = quotient - quotientHigh;
  split = SPLITTER * divisor;
  const divisorHigh = split - (split - divisor), divisorLow = divisor - divisorHigh;
  const productLow = quotientLow * divisorLow -
    (product - quotientHigh * divisorHigh - quotientLow * divisorHigh - quotientHigh * divisorLow);
  const correction = (sum - product - productLow + rest) / divisor;
  const result = quotient + correction;
  const error = correction - (result - quotient);
  return result + error * MARGIN === result ? result : NaN;
}
