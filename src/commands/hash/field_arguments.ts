// Arguments of the commands on expiring fields: `FIELDS numfields field ...`, and times.
import { parseSafeInteger } from "../../base/int64.ts";
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, type ExpiryUnit, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, invalidExpire } from "../../engine/errors.ts";

export const FIELDS = keyword("fields");

/** The latest instant of a field, Unix ms: two bits of the 48 for it are spare in Redis. */
const MAX_INSTANT_MS = 2 ** 46 - 1;

const NO_FIELDS = new CommandError(
  "ERR Mandatory argument FIELDS is missing or not at the right position",
);
const FIELD_COUNT = new CommandError("ERR Number of fields must be a positive integer");
const EXPIRE_FIELD_COUNT = new CommandError(
  "ERR Parameter `numFields` should be greater than 0",
);
const FIELD_COUNT_DIFFERS = new CommandError(
  "ERR The `numfields` parameter must match the number of arguments",
);
const NEGATIVE_TIME = new CommandError("ERR invalid expire time, must be >= 0");

/** Checks that FIELDS stands at `at` and the count fits; answers where the fields begin. */
export function fieldsFrom(call: Call, at: number, countError: CommandError = FIELD_COUNT): number {
  if (at + 1 >= call.count || !call.at(at).equalsIgnoreCase(FIELDS)) throw NO_FIELDS;
  const fields = clampedIntegerOf(call.at(at + 1), countError);
  if (fields < 1) throw countError;
  if (fields !== call.count - at - 2) throw FIELD_COUNT_DIFFERS;
  return at + 2;
}

/**
 * Where the fields end that `FIELDS numfields` at `at` counts, 0 where the count is wrong. Each takes
 * `stride` arguments.
 */
export function fieldsFromAnywhere(call: Call, at: number, stride = 1): number {
  if (at + 1 >= call.count) return 0;
  const { bytes, start, end } = call.at(at + 1);
  const fields = parseSafeInteger(bytes, start, end);
  const last = at + 2 + fields * stride;
  return fields >= 1 && last <= call.count ? last : 0;
}

/** {@link fieldsFrom} with the wording of HEXPIRE and its kin. */
export function expireFieldsFrom(call: Call, at: number): number {
  return fieldsFrom(call, at, EXPIRE_FIELD_COUNT);
}

/** The instant, Unix ms, that a time argument means; it may be over. */
export function fieldInstant(call: Call, argument: Slice, unit: ExpiryUnit): number {
  const value = clampedIntegerOf(argument);
  if (value < 0) throw NEGATIVE_TIME;
  const from = unit.relative ? call.nowMs : 0;
  if (value > (MAX_INSTANT_MS - from) / unit.unitMs) throw invalidExpire(call.command.fullName);
  return value * unit.unitMs + from;
}

/** Whether a field that expires at an instant goes at once: not on a replica, nor while loading. */
export function isOverHere(call: Call, atMs: number): boolean {
  const { keyspace, ports } = call.services;
  return atMs <= call.nowMs && keyspace.expiresKeys && !ports.persistence.loading;
}
