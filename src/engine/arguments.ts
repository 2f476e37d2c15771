// Reading arguments: numbers, keywords and expiry options, with Redis's errors.
import { asciiBytes, latin1 } from "../base/bytes.ts";
import { parseDouble } from "../base/double.ts";
import { INT64_MAX, type Integer64, parseInt64, parseSafeInteger } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import type { Call } from "./call.ts";
import { CommandError, ERR, invalidExpire } from "./errors.ts";

/** A keyword to compare arguments with, in lower case. */
export function keyword(text: string): Uint8Array {
  return asciiBytes(text.toLowerCase());
}

/** An argument as a text of one character per byte, in lower case, for subcommand-like words. */
export function wordOf(argument: Slice): string {
  return latin1(argument.bytes, argument.start, argument.end).toLowerCase();
}

/** A safe integer. Throws `error` for anything else, the rest of the 64-bit range included. */
export function integerOf(argument: Slice, error: CommandError = ERR.notInteger): number {
  const value = parseSafeInteger(argument.bytes, argument.start, argument.end);
  if (value !== value) throw error;
  return value;
}

/** Any signed 64-bit integer. */
export function integer64Of(argument: Slice, error: CommandError = ERR.notInteger): Integer64 {
  const value = parseInt64(argument.bytes, argument.start, argument.end);
  if (value === undefined) throw error;
  return value;
}

/**
 * A signed 64-bit integer where only its order matters (ranges, counts): values beyond 2^53 are
 * cut to the nearest safe integer.
 */
export function clampedIntegerOf(argument: Slice, error: CommandError = ERR.notInteger): number {
  const value = integer64Of(argument, error);
  if (typeof value === "number") return value;
  return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

/** An integer from `low` to `high`. */
export function integerInRange(
  argument: Slice,
  low: number,
  high: number,
  error: CommandError = ERR.outOfRange,
): number {
  const value = clampedIntegerOf(argument);
  if (value < low || value > high) throw error;
  return value;
}

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

const notInteger32 = new CommandError(
  `ERR value is out of range, value must between ${INT32_MIN} and ${INT32_MAX}`,
);

/** A signed 32-bit integer: database numbers and the like. `error` stands for both that may occur. */
export function integer32Of(argument: Slice, error?: CommandError): number {
  const value = clampedIntegerOf(argument, error);
  if (value < INT32_MIN || value > INT32_MAX) throw error ?? notInteger32;
  return value;
}

/** A double, infinities included. */
export function doubleOf(argument: Slice, error: CommandError = ERR.notFloat): number {
  const value = parseDouble(argument.bytes, argument.start, argument.end);
  if (value !== value) throw error;
  return value;
}

/** Largest instant that is kept exactly, Unix ms: in the year 287396. Later ones become this one. */
const MAX_INSTANT_MS = Number.MAX_SAFE_INTEGER;

/** How an expiry is given: its unit in ms, and whether it counts from now. */
export interface ExpiryUnit {
  readonly unitMs: 1 | 1000;
  readonly relative: boolean;
}

export const EX: ExpiryUnit = { unitMs: 1000, relative: true };
export const PX: ExpiryUnit = { unitMs: 1, relative: true };
export const EXAT: ExpiryUnit = { unitMs: 1000, relative: false };
export const PXAT: ExpiryUnit = { unitMs: 1, relative: false };

/**
 * The instant, in Unix ms, that a positive expiry argument means. Throws `invalid expire time` with
 * the command's name for zero, negative and overflowing ones.
 */
export function expiryInstant(call: Call, argument: Slice, unit: ExpiryUnit): number {
  const value = integer64Of(argument);
  const from = unit.relative ? call.nowMs : 0;
  if (value > 0) {
    const atMs = Number(value) * unit.unitMs + from;
    if (atMs <= MAX_INSTANT_MS) return atMs;
    if (BigInt(value) * BigInt(unit.unitMs) + BigInt(from) <= INT64_MAX) return MAX_INSTANT_MS;
  }
  throw invalidExpire(call.command.fullName);
}
