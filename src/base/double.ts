// Doubles from and to text, as Redis reads and prints them.
import { type FloatFormat, roundToFormat } from "./binary_float.ts";
import { type FloatText, scanFloat } from "./float_scan.ts";
import { latin1 } from "./bytes.ts";
import { isSpace, writeDigits, writeInteger } from "./int64.ts";
import { parsePlainDecimal, POWERS_OF_TEN } from "./plain_decimal.ts";
import { ShortestDigits } from "./shortest_digits.ts";

const DOUBLE_FORMAT: FloatFormat = { precision: 53, minExponent: -1074, maxExponent: 971 };
const TWO_62 = 2 ** 62;
const ZERO = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const LETTER_E = 0x65;

/** Room that the longest text of `writeDouble` takes. */
export const DOUBLE_TEXT_MAX = 25;

/**
 * The double a range spells for Redis as a score, an increment or a weight, or NaN. The whole range
 * must be one number of C's `strtod` (hexadecimal and infinite ones too) without space in front;
 * "nan", a finite number too large and one that underflows to zero are refused.
 */
export function parseDouble(bytes: Uint8Array, start: number, end: number): number {
  const quick = parsePlainDecimal(bytes, start, end);
  if (quick === quick) return quick;
  if (start === end || isSpace(bytes[start])) return NaN;
  const text = scanFloat(bytes, start, end);
  if (text === undefined || text.end !== end || text.kind === "nan") return NaN;
  const value = toDouble(text);
  const outOfRange = text.kind !== "infinity" &&
    (value === Infinity || value === -Infinity || (value === 0 && text.digits !== ""));
  return outOfRange ? NaN : value;
}

/**
 * The double that C's `strtod` reads when it must come to the end of a C string, or NaN: the rule
 * of the bounds of ZRANGEBYSCORE. Unlike `parseDouble` it skips white space, stops at a NUL, takes
 * an empty text for 0, and an overflow for infinity.
 */
export function parseDoubleLenient(bytes: Uint8Array, start: number, end: number): number {
  const quick = parsePlainDecimal(bytes, start, end);
  if (quick === quick) return quick;
  const nul = bytes.subarray(start, end).indexOf(0);
  const textEnd = nul < 0 ? end : start + nul;
  if (textEnd === start) return 0;
  const text = scanFloat(bytes, start, textEnd);
  if (text === undefined || text.end !== textEnd || text.kind === "nan") return NaN;
  return toDouble(text);
}

function toDouble(text: FloatText): number {
  const magnitude = text.kind === "infinity"
    ? Infinity
    : text.kind === "decimal"
    ? Number(`${text.digits || "0"}e${text.exponent}`)
    : hexadecimalToDouble(text);
  return text.negative ? -magnitude : magnitude;
}

function hexadecimalToDouble(text: FloatText): number {
  const digits = BigInt(`0x${text.digits || "0"}`);
  const { mantissa, exponent } = roundToFormat(digits, 1n, text.exponent, DOUBLE_FORMAT);
  return mantissa === undefined ? Infinity : Number(mantissa) * 2 ** exponent;
}

const DIGITS = new ShortestDigits();
const SCRATCH = new Uint8Array(64);

/** The text that {@link writeDouble} writes. */
export function formatDouble(value: number): string {
  return latin1(SCRATCH, 0, writeDouble(value, SCRATCH, 0));
}

/**
 * Writes a double as Redis 7.2 replies and stores it, and returns the end: whole numbers up to 2^62
 * in full, others with the fewest digits that read back the same (of two doubles in a thousand Redis
 * prints one digit more than needed, or another last one), "inf", "-inf", "nan", "-0". Scientific
 * notation, which starts elsewhere than in JavaScript, looks like "1.5e+30" and "1e-7".
 */
export function writeDouble(value: number, bytes: Uint8Array, at: number): number {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return writeInteger(value, bytes, at);
  if (value !== value) return writeText("nan", bytes, at);
  let magnitude = value;
  if (value < 0 || value === 0) {
    bytes[at++] = MINUS;
    magnitude = -value;
  }
  if (magnitude === Infinity) return writeText("inf", bytes, at);
  if (magnitude <= TWO_62 && Number.isInteger(magnitude)) {
    return writeText(BigInt(magnitude).toString(), bytes, at);
  }
  DIGITS.find(magnitude);
  return writeFound(bytes, at);
}

function writeText(text: string, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}

// Where fpconv, which Redis prints doubles with, goes over to scientific notation: `last` is the
// power of ten of the last digit, `first` that of the first.
function writeFound(bytes: Uint8Array, at: number): number {
  const { count, firstPower: first } = DIGITS;
  const last = first - count + 1;
  if (last >= 0 && first < count + 7) return zeros(last, bytes, digits(0, count, bytes, at));
  if (last < 0 && (last > -7 || (first < 4 && first > -4))) {
    if (first >= 0) at = digits(0, first + 1, bytes, at);
    else bytes[at++] = ZERO;
    bytes[at++] = POINT;
    return first >= 0
      ? digits(first + 1, count, bytes, at)
      : digits(0, count, bytes, zeros(-first - 1, bytes, at));
  }
  at = digits(0, 1, bytes, at);
  if (count > 1) {
    bytes[at++] = POINT;
    at = digits(1, count, bytes, at);
  }
  bytes[at++] = LETTER_E;
  bytes[at++] = first < 0 ? MINUS : PLUS;
  return writeInteger(first < 0 ? -first : first, bytes, at);
}

function digits(from: number, to: number, bytes: Uint8Array, at: number): number {
  const { ascii } = DIGITS;
  for (let i = from; i < to; i++) bytes[at++] = ascii[i];
  return at;
}

function zeros(count: number, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < count; i++) bytes[at++] = ZERO;
  return at;
}

/**
 * A double in up to 17 digits, as C's `%.17g` prints it: the scores that ZSCAN replies, and those
 * that signatures of data are made of up to Redis 7.0. `value` is not NaN.
 */
export function formatSeventeenDigits(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? "-0" : String(value);
  if (Math.abs(value) === Infinity) return value < 0 ? "-inf" : "inf";
  const [mantissa, power] = value.toExponential(16).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 17) {
    return value.toFixed(16 - exponent).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  }
  const digits = mantissa.replace(/\.?0+$/, "");
  return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** Writes the text of {@link formatSeventeenDigits} and returns the end. */
export function writeSeventeenDigits(value: number, bytes: Uint8Array, at: number): number {
  const magnitude = Math.abs(value), whole = Math.floor(magnitude);
  const parts = (magnitude - whole) * 256;
  // A number of 256ths has at most eight decimals, so below 10^7 its exact text is short enough.
  if (whole < 1e7 && parts === (parts | 0) && !Object.is(value, -0)) {
    if (value < 0) bytes[at++] = MINUS;
    at = writeInteger(whole, bytes, at);
    if (parts === 0) return at;
    bytes[at++] = POINT;
    writeDigits(parts * (1e8 / 256), bytes, at, at + 8);
    let end = at + 8;
    while (bytes[end - 1] === ZERO) end--;
    return end;
  }
  const text = formatSeventeenDigits(value);
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}

/** The text that {@link writeFixedDouble} writes. */
export function formatFixedDouble(value: number, decimals: number): string {
  return latin1(SCRATCH, 0, writeFixedDouble(value, decimals, SCRATCH, 0));
}

/**
 * Writes a double with exactly `decimals` (1 to 9) digits after the point, as GEODIST replies, and
 * returns the end: the value times the power of ten is rounded to the nearest whole number, ties to
 * even. |value| * 10^decimals must stay below 2^53.
 */
export function writeFixedDouble(
  value: number,
  decimals: number,
  bytes: Uint8Array,
  at: number,
): number {
  const unit = POWERS_OF_TEN[decimals];
  const scaled = Math.abs(value) * unit;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
  const units = up ? floor + 1 : floor;
  const whole = Math.floor(units / unit);
  if (value < 0 && units > 0) bytes[at++] = MINUS;
  at = writeInteger(whole, bytes, at);
  bytes[at++] = POINT;
  writeDigits((units - whole * unit) | 0, bytes, at, at + decimals);
  return at + decimals;
}
