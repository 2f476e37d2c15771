/** A binary floating-point format: how many bits a number has, and how small its last bit may be. */
export interface FloatFormat {
  readonly precision: number;
  /** Power of two of the last bit of the smallest number. */
  readonly minExponent: number;
  /** Power of two of the last bit of the largest numbers. */
  readonly maxExponent: number;
}

/** A value `mantissa * 2^exponent`; a mantissa of undefined stands for infinity. */
export interface BinaryFloat {
  readonly mantissa: bigint | undefined;
  readonly exponent: number;
}

/**
 * Rounds `numerator / denominator * 2^scale` to the nearest number of a format, ties to even.
 * The numerator is not negative. A value beyond the largest number becomes infinity, one
 * nearer to zero than to the smallest number becomes zero.
 */
export function roundToFormat(
  numerator: bigint,
  denominator: bigint,
  scale: number,
  format: FloatFormat,
): BinaryFloat {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  const quotientBits = bitLength(numerator) - bitLength(denominator);
  // Decided before anything is shifted by an exponent that the text was free to choose.
  if (quotientBits + scale > format.maxExponent + format.precision + 1) {
    return { mantissa: undefined, exponent: 0 };
  }
  if (quotientBits + scale < format.minExponent - 2) return { mantissa: 0n, exponent: 0 };

  // The quotient has `quotientBits` bits or one more: aim for precision, or precision + 1.
  let exponent = Math.max(quotientBits + scale - format.precision, format.minExponent);
  let mantissa = divideToEven(numerator, denominator, exponent - scale);
  if (mantissa >> BigInt(format.precision) !== 0n) {
    exponent++;
    mantissa = divideToEven(numerator, denominator, exponent - scale);
    // Rounding up carried into one bit more: a power of two, so halving it loses nothing.
    if (mantissa >> BigInt(format.precision) !== 0n) {
      exponent++;
      mantissa >>= 1n;
    }
  }
  return exponent > format.maxExponent
    ? { mantissa: undefined, exponent: 0 }
    : { mantissa, exponent };
}

/** `numerator / denominator / 2^shift` to the nearest integer, ties to even; none is negative. */
export function divideToEven(numerator: bigint, denominator: bigint, shift: number): bigint {
  if (shift > 0) denominator <<= BigInt(shift);
  else if (shift < 0) numerator <<= BigInt(-shift);
  const quotient = numerator / denominator;
  const twice = (numerator - quotient * denominator) << 1n;
  if (twice > denominator || (twice === denominator && (quotient & 1n) === 1n)) {
    return quotient + 1n;
  }
  return quotient;
}

/** Number of bits of a value above zero. */
export function bitLength(value: bigint): number {
  const hexadecimal = value.toString(16);
  return hexadecimal.length * 4 - Math.clz32(parseInt(hexadecimal[0], 16)) + 28;
}
