import { type FloatFormat, roundToFormat } from "./binary_float.ts";
import { type FloatText, scanFloat } from "./float_scan.ts";
import { formatHuman } from "./human_double.ts";
import { isSpace } from "./int64.ts";

/**
 * A number of x87's 80-bit format, in which redis-server adds for INCRBYFLOAT and HINCRBYFLOAT:
 * `mantissa * 2^exponent`, negated when `negative`. Emulated, so that sums have the digits that
 * clients know ("10.6" and not "10.600000000000001") on every machine.
 */
export interface LongDouble {
  readonly kind: "finite" | "infinity" | "nan";
  readonly negative: boolean;
  readonly mantissa: bigint;
  readonly exponent: number;
}

const FORMAT: FloatFormat = { precision: 64, minExponent: -16445, maxExponent: 16320 };
// Redis copies the text to a buffer of this size, the terminating NUL included.
const TEXT_LIMIT = 5 * 1024;
// Decimal exponents beyond which every number is infinity or zero.
const DECIMAL_OVERFLOW = 4934;
const DECIMAL_UNDERFLOW = -4952;
const CACHED_POWERS = Array.from({ length: 64 }, (_, power) => 10n ** BigInt(power));

/**
 * The number a range spells for INCRBYFLOAT, or undefined where Redis says "value is not a valid
 * float": no space in front, nothing behind, "nan" and numbers out of range are refused. "inf" is
 * read; the sum is what must not be infinite.
 */
export function parseLongDouble(
  bytes: Uint8Array,
  start: number,
  end: number,
): LongDouble | undefined {
  if (start === end || end - start >= TEXT_LIMIT || isSpace(bytes[start])) return undefined;
  const text = scanFloat(bytes, start, end);
  if (text === undefined || text.end !== end || text.kind === "nan") return undefined;
  if (text.kind === "infinity") return special("infinity", text.negative);
  const { mantissa, exponent } = roundText(text);
  if (mantissa === undefined || (mantissa === 0n && text.digits !== "")) return undefined;
  return { kind: "finite", negative: text.negative, mantissa, exponent };
}

function roundText({ kind, digits, exponent }: FloatText) {
  if (digits === "") return { mantissa: 0n, exponent: 0 };
  if (kind === "hexadecimal") return roundToFormat(BigInt(`0x${digits}`), 1n, exponent, FORMAT);
  const magnitude = digits.length + exponent;
  if (magnitude > DECIMAL_OVERFLOW) return { mantissa: undefined, exponent: 0 };
  if (magnitude < DECIMAL_UNDERFLOW) return { mantissa: 0n, exponent: 0 };
  return exponent < 0
    ? roundToFormat(BigInt(digits), powerOfTen(-exponent), 0, FORMAT)
    : roundToFormat(BigInt(digits) * powerOfTen(exponent), 1n, 0, FORMAT);
}

function powerOfTen(power: number): bigint {
  return power < CACHED_POWERS.length ? CACHED_POWERS[power] : 10n ** BigInt(power);
}

function special(kind: "infinity" | "nan", negative: boolean): LongDouble {
  return { kind, negative, mantissa: 0n, exponent: 0 };
}

/** `a + b` rounded to the 80-bit format. Infinities of opposite signs make "nan". */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble {
  if (a.kind !== "finite") {
    return b.kind === "infinity" && a.negative !== b.negative ? special("nan", false) : a;
  }
  if (b.kind !== "finite") return b;
  const scale = Math.min(a.exponent, b.exponent);
  const sum = signedMantissa(a, scale) + signedMantissa(b, scale);
  const negative = sum < 0n;
  const { mantissa, exponent } = roundToFormat(negative ? -sum : sum, 1n, scale, FORMAT);
  if (mantissa === undefined) return special("infinity", negative);
  return { kind: "finite", negative, mantissa, exponent };
}

function signedMantissa({ negative, mantissa, exponent }: LongDouble, scale: number): bigint {
  const shifted = mantissa << BigInt(exponent - scale);
  return negative ? -shifted : shifted;
}

/**
 * The text Redis stores and replies: no scientific notation, up to 17 digits after the point,
 * trailing zeros removed, never "-0"; "inf", "-inf" and "nan" for the rest.
 */
export function formatLongDouble(value: LongDouble): string {
  if (value.kind === "nan") return "nan";
  if (value.kind === "infinity") return value.negative ? "-inf" : "inf";
  return formatHuman(value.negative, value.mantissa, value.exponent);
}
