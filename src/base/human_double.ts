// Doubles as people write them: without scientific notation, up to 17 digits after the point.
import { divideToEven } from "./binary_float.ts";
import { latin1 } from "./bytes.ts";
import { writeDigits, writeInteger } from "./int64.ts";

const TEN_17 = 10n ** 17n;
const TWO_18 = 2 ** 18;
const TWO_26 = 2 ** 26;
const TWO_52 = 2 ** 52;
const EIGHT_DIGITS = 100_000_000;
const DECIMALS = 17;
const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
const FRACTION_BITS = 52;
const MIN_EXPONENT = -1074;
/** Below it a double has digits behind its point that a text of fixed length shows. */
const TEXT_LIMIT = 1e15;
const SCRATCH = new Uint8Array(40);

/**
 * A double without scientific notation, rounded to 17 digits after the point, trailing zeros
 * removed, never "-0": what GEOPOS replies. `value` is finite.
 */
export function formatHumanDouble(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude < TEXT_LIMIT) return latin1(SCRATCH, 0, writeHumanDouble(value, SCRATCH, 0));
  return (value < 0 ? "-" : "") + humanText(magnitude);
}

/** Writes the text of {@link formatHumanDouble} of a double below 10^15 and returns the end. */
export function writeHumanDouble(value: number, bytes: Uint8Array, at: number): number {
  if (Number.isSafeInteger(value)) return writeInteger(value, bytes, at);
  const magnitude = Math.abs(value), start = value < 0 ? at + 1 : at;
  const end = writeMagnitude(magnitude, bytes, start);
  if (start === at) return end;
  if (end === start + 1 && bytes[start] === ZERO) {
    bytes[at] = ZERO;
    return start;
  }
  bytes[at] = MINUS;
  return end;
}

function writeMagnitude(magnitude: number, bytes: Uint8Array, at: number): number {
  const whole = Math.floor(magnitude);
  const end = writeInteger(whole, bytes, at) + 1;
  bytes[end - 1] = POINT;
  const found = writeDecimals((magnitude - whole) * TWO_52, bytes, end);
  return found ? endWithoutZeros(bytes, end + DECIMALS) : writeByText(magnitude, bytes, at);
}

/** What is left of a fraction, in 2^52nds. */
let rest = 0;

/**
 * Writes 17 digits of a fraction in 2^52nds. False where that is not enough: it has smaller parts,
 * or it is rounded up and carries.
 */
function writeDecimals(fraction: number, bytes: Uint8Array, at: number): boolean {
  if (!Number.isInteger(fraction)) return false;
  rest = fraction;
  writeDigits(nextDigits(EIGHT_DIGITS), bytes, at, at + 8);
  writeDigits(nextDigits(EIGHT_DIGITS), bytes, at + 8, at + 16);
  const last = nextDigits(10);
  const up = rest > TWO_52 / 2 || (rest === TWO_52 / 2 && last % 2 === 1);
  bytes[at + 16] = ZERO + last + (up ? 1 : 0);
  return last < 9 || !up;
}

/** The whole part of the rest times a power of ten up to the eighth; all of it is exact. */
function nextDigits(power: number): number {
  const high = Math.floor(rest / TWO_26), low = (rest - high * TWO_26) * power;
  const carry = Math.floor(low / TWO_26), sum = high * power + carry;
  const digits = Math.floor(sum / TWO_26);
  rest = (sum - digits * TWO_26) * TWO_26 + (low - carry * TWO_26);
  return digits | 0;
}

function endWithoutZeros(bytes: Uint8Array, end: number): number {
  while (bytes[end - 1] === ZERO) end--;
  return bytes[end - 1] === POINT ? end - 1 : end;
}

/** As {@link writeMagnitude}, for what is not an integer. */
function writeByText(magnitude: number, bytes: Uint8Array, at: number): number {
  // JavaScript rounds the middle of two texts up, not to even. It has 18 digits behind the point.
  const isMiddle = (magnitude * TWO_18) % 2 === 1;
  const text = isMiddle ? humanText(magnitude) : magnitude.toFixed(DECIMALS);
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return text.includes(".") ? endWithoutZeros(bytes, at) : at;
}

function humanText(magnitude: number): string {
  const { mantissa, exponent } = splitDouble(magnitude);
  return formatHuman(false, mantissa, exponent);
}

// A double above zero as an integer times a power of two.
function splitDouble(value: number): { mantissa: bigint; exponent: number } {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0];
  const biased = Number(bits >> BigInt(FRACTION_BITS));
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: MIN_EXPONENT }
    : { mantissa: fraction | (1n << BigInt(FRACTION_BITS)), exponent: biased - 1075 };
}

/** The text of `formatHumanDouble` for `mantissa * 2^exponent`, with a minus when `negative`. */
export function formatHuman(negative: boolean, mantissa: bigint, exponent: number): string {
  const scaled = divideToEven(mantissa * TEN_17, 1n, -exponent);
  if (scaled === 0n) return "0";
  const digits = scaled.toString().padStart(18, "0");
  const fraction = digits.slice(-17).replace(/0+$/, "");
  return (negative ? "-" : "") + digits.slice(0, -17) + (fraction === "" ? "" : "." + fraction);
}
