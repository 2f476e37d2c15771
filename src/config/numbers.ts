/** Numbers in configuration values, read as Redis reads them, its corner cases included. */

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

/** Bytes per unit of a memory size; without a `b` the unit is decimal. */
const MEMORY_UNITS: ReadonlyMap<string, bigint> = new Map([
  ["", 1n],
  ["b", 1n],
  ["k", 1000n],
  ["kb", 1024n],
  ["m", 1000_000n],
  ["mb", 1024n ** 2n],
  ["g", 1000_000_000n],
  ["gb", 1024n ** 3n],
]);

/** A C string ends at its first NUL. */
export function untilNul(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/** Lower case of ASCII letters only; `toLowerCase` would also fold letters of latin1. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * Bytes of a size like `100mb`, from 0 to 2^64-1, or undefined. As in Redis an empty number is 0,
 * one beyond 64 bits is the greatest, and the product with the unit wraps around.
 */
export function parseMemory(text: string): bigint | undefined {
  const match = /^([0-9]*)([a-z]*)$/i.exec(untilNul(text));
  const unit = match ? MEMORY_UNITS.get(asciiLower(match[2])) : undefined;
  if (!match || unit === undefined || match[1].length > 127) return undefined;
  const count = match[1] === "" ? 0n : BigInt(match[1]);
  return BigInt.asUintN(64, (count > UINT64_MAX ? UINT64_MAX : count) * unit);
}

/** A 64-bit integer in its only canonical form (no `+`, no leading zeros, no blanks), or undefined. */
export function parseCanonicalInteger(text: string): bigint | undefined {
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > INT64_MAX || value < INT64_MIN ? undefined : value;
}

/**
 * A number as C's `strtoll` reads one that must fill the whole text: leading blanks and a sign are
 * allowed, an empty text is 0. Beyond 64 bits it is clamped and `overflow` is set.
 */
export function parseLooseInteger(
  text: string,
  base: 8 | 10 = 10,
): { value: bigint; overflow: boolean } | undefined {
  const whole = untilNul(text);
  if (whole === "") return { value: 0n, overflow: false };
  const match = (base === 8 ? /^[ \t-\r]*([+-]?)([0-7]+)$/ : /^[ \t-\r]*([+-]?)([0-9]+)$/).exec(
    whole,
  );
  if (!match) return undefined;
  // Thirty digits overflow already: a longer text need not be turned into a number.
  const digits = match[2].replace(/^0+(?=.)/, "").slice(0, 30);
  const magnitude = BigInt((base === 8 ? "0o" : "") + digits);
  const value = match[1] === "-" ? -magnitude : magnitude;
  if (value > INT64_MAX) return { value: INT64_MAX, overflow: true };
  if (value < INT64_MIN) return { value: INT64_MIN, overflow: true };
  return { value, overflow: false };
}

/** A size in the largest unit that divides it, as CONFIG REWRITE writes it. */
export function formatMemory(bytes: bigint): string {
  for (const unit of ["gb", "mb", "kb"]) {
    const size = MEMORY_UNITS.get(unit)!;
    if (bytes !== 0n && bytes % size === 0n) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}
