// Doubles from and to text, as Redis reads and prints them.
import { divideToEven, type FloatFormat, roundToFormat } from "./binary_float.ts";
import { type FloatText, scanFloat } from "./float_scan.ts";
import { isSpace, parseSafeInteger, writeInteger } from "./int64.ts";

const DOUBLE_FORMAT: FloatFormat = { precision: 53, minExponent: -1074, maxExponent: 971 };
const TWO_62 = 2 ** 62;
const TEN_17 = 10n ** 17n;
// Powers of ten that a double holds exactly.
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

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

// Most scores: an optional minus, up to 15 digits, perhaps a point among them. Both the digits and
// the power of ten are exact, so one division rounds correctly. NaN for everything else.
function parsePlainDecimal(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 17) return NaN;
  const integer = parseSafeInteger(bytes, start, end);
  if (integer === integer) return integer;
  let at = start;
  const negative = at < end && bytes[at] === 0x2d;
  if (negative) at++;
  const firstDigit = at;
  let pointAt = -1;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at] - 0x30;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (bytes[at] === 0x2e && pointAt < 0) pointAt = at;
    else return NaN;
  }
  const digits = end - firstDigit - (pointAt < 0 ? 0 : 1);
  if (digits <= 0 || digits > 15) return NaN;
  if (pointAt >= 0) value /= POWERS_OF_TEN[end - pointAt - 1];
  return negative ? -value : value;
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

/**
 * A double as Redis 7.2 replies and stores it: whole numbers up to 2^62 in full, others with the
 * fewest digits that read back the same (of two doubles in a thousand Redis prints one digit more
 * than needed, or another last one), "inf", "-inf", "nan", "-0". Scientific notation, which
 * starts elsewhere than in JavaScript, looks like "1.5e+30" and "1e-7".
 */
export function formatDouble(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? "-0" : String(value);
  if (value !== value) return "nan";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e4) return String(value);
  if (magnitude <= TWO_62 && Number.isInteger(value)) return BigInt(value).toString();
  return (value < 0 ? "-" : "") + formatDigits(magnitude);
}

// Where fpconv, which Redis prints doubles with, goes over to scientific notation: `last` is the
// power of ten of the last digit, `first` that of the first.
function formatDigits(magnitude: number): string {
  const [mantissa, exponent] = magnitude.toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const first = Number(exponent);
  const last = first - digits.length + 1;
  if (last >= 0 && Math.abs(first) < digits.length + 7) return digits + "0".repeat(last);
  if (last < 0 && (last > -7 || Math.abs(first) < 4)) {
    return first < 0
      ? "0." + "0".repeat(-first - 1) + digits
      : digits.slice(0, first + 1) + "." + digits.slice(first + 1);
  }
  return mantissa + "e" + exponent;
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

/** Writes `formatDouble(value)` from `at` on and returns the end. */
export function writeDouble(value: number, bytes: Uint8Array, at: number): number {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return writeInteger(value, bytes, at);
  const text = formatDouble(value);
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}

/**
 * A double without scientific notation, rounded to 17 digits after the point, trailing zeros
 * removed, never "-0": what GEOPOS replies. `value` is finite.
 */
export function formatHumanDouble(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const { mantissa, exponent } = splitDouble(Math.abs(value));
  return formatHuman(value < 0, mantissa, exponent);
}

// A double above zero as an integer times a power of two.
function splitDouble(value: number): { mantissa: bigint; exponent: number } {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0];
  const biased = Number(bits >> 52n);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: DOUBLE_FORMAT.minExponent }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

/** The text of `formatHumanDouble` for `mantissa * 2^exponent`, with a minus when `negative`. */
export function formatHuman(negative: boolean, mantissa: bigint, exponent: number): string {
  const scaled = divideToEven(mantissa * TEN_17, 1n, -exponent);
  if (scaled === 0n) return "0";
  const digits = scaled.toString().padStart(18, "0");
  const fraction = digits.slice(-17).replace(/0+$/, "");
  return (negative ? "-" : "") + digits.slice(0, -17) + (fraction === "" ? "" : "." + fraction);
}

/**
 * A double with exactly `decimals` (1 to 17) digits after the point, as GEODIST replies: the value
 * times the power of ten is rounded to the nearest whole number, ties to even.
 * |value| * 10^decimals must stay below 2^63.
 */
export function formatFixedDouble(value: number, decimals: number): string {
  const scaled = Math.abs(value) * POWERS_OF_TEN[decimals];
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
  const digits = BigInt(up ? floor + 1 : floor).toString().padStart(decimals + 1, "0");
  const text = digits.slice(0, -decimals) + "." + digits.slice(-decimals);
  return value < 0 && /[1-9]/.test(digits) ? "-" + text : text;
}
