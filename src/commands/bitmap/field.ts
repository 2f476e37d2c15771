// Integers of 1 to 64 bits at any bit of a string: reading, writing, and what does not fit.
import { type Integer64, normalizeInteger } from "../../base/int64.ts";

/** Where a field stands, in bits from the beginning of the string, and how it is read. */
export interface Field {
  readonly signed: boolean;
  readonly bits: number;
  readonly offset: number;
}

/** What becomes of a value that does not fit its field. */
export type Overflow = "wrap" | "sat" | "fail";

/** How many bits, and which operands, are computed with as numbers: sums stay exact. */
const NUMBER_BITS = 48;
const NUMBER_OPERAND = 2 ** 52;

/** The field's value in the bytes [start, end); what lies behind the end is zero. */
export function readField(bytes: Uint8Array, start: number, end: number, field: Field): Integer64 {
  const { offset, bits, signed } = field;
  if (bits <= NUMBER_BITS) {
    const value = readBits(bytes, start, end, { offset, bits });
    return signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  }
  const high = readBits(bytes, start, end, { offset, bits: bits - 32 });
  const low = readBits(bytes, start, end, { offset: offset + bits - 32, bits: 32 });
  const value = BigInt(high) << 32n | BigInt(low);
  return normalizeInteger(signed ? BigInt.asIntN(bits, value) : value);
}

function readBits(
  bytes: Uint8Array,
  start: number,
  end: number,
  { offset, bits }: { offset: number; bits: number },
): number {
  let value = 0;
  for (let left = bits, position = offset; left > 0;) {
    const skipped = position % 8;
    const taken = Math.min(left, 8 - skipped);
    const at = start + Math.floor(position / 8);
    const byte = at < end ? bytes[at] : 0;
    value = value * 2 ** taken + (byte >>> 8 - skipped - taken & (1 << taken) - 1);
    position += taken;
    left -= taken;
  }
  return value;
}

/** Writes the low bits of a value to the field of the string that begins at byte `start`. */
export function writeField(bytes: Uint8Array, start: number, field: Field, value: Integer64): void {
  const { offset, bits } = field;
  if (bits <= NUMBER_BITS && typeof value === "number") {
    return writeBits(bytes, start, { offset, bits }, value < 0 ? value + 2 ** bits : value);
  }
  const unsigned = BigInt.asUintN(bits, BigInt(value));
  const lowBits = Math.min(bits, 32);
  const low = { offset: offset + bits - lowBits, bits: lowBits };
  writeBits(bytes, start, { offset, bits: bits - lowBits }, Number(unsigned >> BigInt(lowBits)));
  writeBits(bytes, start, low, Number(BigInt.asUintN(lowBits, unsigned)));
}

function writeBits(
  bytes: Uint8Array,
  start: number,
  { offset, bits }: { offset: number; bits: number },
  value: number,
): void {
  let rest = value;
  for (let left = bits, position = offset + bits; left > 0;) {
    const shift = (8 - position % 8) % 8; // bits of the byte behind the field
    const taken = Math.min(left, 8 - shift);
    const at = start + Math.floor((position - 1) / 8);
    const mask = (1 << taken) - 1;
    const kept = bytes[at] & ~(mask << shift);
    bytes[at] = kept | rest % 2 ** taken << shift;
    rest = Math.floor(rest / 2 ** taken);
    position -= taken;
    left -= taken;
  }
}

/** What SET stores: the value, or what becomes of it; undefined: it does not fit and that fails. */
export function fitted(field: Field, value: Integer64, overflow: Overflow): Integer64 | undefined {
  if (field.bits <= NUMBER_BITS && isSmall(value)) {
    // An unsigned field takes the value for an unsigned one: negative means too big.
    const above = field.signed ? value >= 0 : true;
    return fittedNumber(field, value, { overflow, above });
  }
  const { signed, bits } = field;
  const given = signed ? BigInt(value) : BigInt.asUintN(64, BigInt(value));
  const [low, high] = bounds(field);
  // Redis subtracts in 64 bits: far below the range looks like above it.
  const wrapsAround = signed && bits !== 64 && BigInt.asIntN(64, high - given) < 0n;
  return fittedBigInt(field, given, { overflow, above: given > high || wrapsAround, low, high });
}

/** What INCRBY stores, or undefined as in {@link fitted}. */
export function added(
  field: Field,
  old: Integer64,
  increment: Integer64,
  overflow: Overflow,
): Integer64 | undefined {
  if (field.bits <= NUMBER_BITS && isSmall(increment)) {
    const sum = (old as number) + increment;
    return fittedNumber(field, sum, { overflow, above: sum >= 0 });
  }
  const sum = BigInt(old) + BigInt(increment);
  const [low, high] = bounds(field);
  return fittedBigInt(field, sum, { overflow, above: sum > high, low, high });
}

function isSmall(value: Integer64): value is number {
  return typeof value === "number" && value <= NUMBER_OPERAND && value >= -NUMBER_OPERAND;
}

function fittedNumber(
  { signed, bits }: Field,
  value: number,
  { overflow, above }: { overflow: Overflow; above: boolean },
): number | undefined {
  const span = 2 ** bits;
  const low = signed ? -span / 2 : 0, high = low + span - 1;
  if (value >= low && value <= high) return value;
  if (overflow === "fail") return undefined;
  if (overflow === "sat") return above ? high : low;
  const turned = value % span; // of the value's sign
  if (turned > high) return turned - span;
  return turned < low ? turned + span : turned;
}

function bounds({ signed, bits }: Field): [low: bigint, high: bigint] {
  const span = 1n << BigInt(bits);
  return signed ? [-span / 2n, span / 2n - 1n] : [0n, span - 1n];
}

function fittedBigInt(
  { signed, bits }: Field,
  value: bigint,
  on: { overflow: Overflow; above: boolean; low: bigint; high: bigint },
): Integer64 | undefined {
  if (value >= on.low && value <= on.high) return normalizeInteger(value);
  if (on.overflow === "fail") return undefined;
  if (on.overflow === "sat") return normalizeInteger(on.above ? on.high : on.low);
  return normalizeInteger(signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
}
