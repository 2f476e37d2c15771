// HEXPIRE and its kin, HPERSIST: when fields go away by themselves.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import { EX, EXAT, type ExpiryUnit, keyword, PX, PXAT } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import type { HashValue } from "../../values/hash_value.ts";
import {
  expireFieldsFrom,
  fieldInstant,
  FIELDS,
  fieldsFrom,
  fieldsFromAnywhere,
  isOverHere,
} from "./field_arguments.ts";
import { FieldChanges } from "./field_changes.ts";
import { hashWindow, keepHash, writeHash } from "./open_hash.ts";

const CONDITIONS = {
  nx: keyword("nx"),
  xx: keyword("xx"),
  gt: keyword("gt"),
  lt: keyword("lt"),
} as const;

/** Under which condition an expiry is set; "always" when none is given. */
type Condition = keyof typeof CONDITIONS | "always";

// What is answered for a field.
const NO_FIELD = -2;
const CONDITION_NOT_MET = 0;
const EXPIRY_SET = 1;
const FIELD_DELETED = 2;
const NO_EXPIRY = -1;
const PERSISTED = 1;

const HPERSIST_BYTES = asciiBytes("HPERSIST");

/** HEXPIRE key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...] */
export function hexpire(call: Call): void {
  expireAs(call, EX);
}

/** HPEXPIRE key milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...] */
export function hpexpire(call: Call): void {
  expireAs(call, PX);
}

/** HEXPIREAT key unix-time-seconds [NX | XX | GT | LT] FIELDS numfields field [field ...] */
export function hexpireat(call: Call): void {
  expireAs(call, EXAT);
}

/** HPEXPIREAT key unix-time-milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...] */
export function hpexpireat(call: Call): void {
  expireAs(call, PXAT);
}

function conditionOf(argument: Slice): Condition {
  for (const name of ["nx", "xx", "gt", "lt"] as const) {
    if (argument.equalsIgnoreCase(CONDITIONS[name])) return name;
  }
  return "always";
}

/** What an expiry is set for, and where the fields begin and end. */
interface ExpiringFields {
  condition: Condition;
  first: number;
  end: number;
}

/**
 * Reads what follows the time. The condition may stand behind the fields, as from Redis 8.4 on; what
 * is wrong in every order is told in the words of 7.4, which knows but one.
 */
function readFields(call: Call): ExpiringFields {
  const read: ExpiringFields = { condition: "always", first: 0, end: 0 };
  for (let i = 3; i < call.count;) {
    const argument = call.at(i), condition = conditionOf(argument);
    if (condition !== "always") {
      if (read.condition !== "always" && read.condition !== condition) return readInOrder(call);
      read.condition = condition;
      i++;
      continue;
    }
    const end = read.first === 0 && argument.equalsIgnoreCase(FIELDS)
      ? fieldsFromAnywhere(call, i)
      : 0;
    if (end === 0) return readInOrder(call);
    read.first = i + 2;
    i = read.end = end;
  }
  return read.first === 0 ? readInOrder(call) : read;
}

function readInOrder(call: Call): ExpiringFields {
  const condition = conditionOf(call.at(3));
  const first = expireFieldsFrom(call, condition === "always" ? 3 : 4);
  return { condition, first, end: call.count };
}

/** A field without an expiry lives for ever: nothing is later, everything is earlier. */
function holds(condition: Condition, expireAtMs: number, atMs: number): boolean {
  const volatile = expireAtMs >= 0;
  switch (condition) {
    case "nx":
      return !volatile;
    case "xx":
      return volatile;
    case "gt":
      return volatile && atMs > expireAtMs;
    case "lt":
      return !volatile || atMs < expireAtMs;
    default:
      return true;
  }
}

function expireAs(call: Call, unit: ExpiryUnit): void {
  const { reply } = call;
  const key = call.at(1);
  const ref = writeHash(call, key);
  const atMs = fieldInstant(call, call.at(2), unit);
  const { condition, first, end } = readFields(call);
  reply.array(end - first);
  if (ref === 0) {
    for (let i = first; i < end; i++) reply.integer(NO_FIELD);
    return;
  }
  // As in Redis a field whose time is over, but which is still there, lives on with another one.
  hashWindow(call).hiddenUntilMs = -1;
  const changes = new FieldChanges(call, ref);
  const over = isOverHere(call, atMs);
  try {
    hashWindow(call).makeRoomForInstants();
    for (let i = first; i < end; i++) {
      const field = call.at(i);
      const hash = hashWindow(call);
      if (!hash.find(field)) reply.integer(NO_FIELD);
      else if (!holds(condition, hash.expireAtMs, atMs)) reply.integer(CONDITION_NOT_MET);
      else if (over) {
        changes.remove(hash, field);
        reply.integer(FIELD_DELETED);
      } else {
        changes.expire(hash, field, atMs);
        reply.integer(EXPIRY_SET);
      }
    }
  } finally {
    keepHash(call, key, ref);
    changes.announce(atMs);
  }
}

/** HPERSIST key FIELDS numfields field [field ...] */
export function hpersist(call: Call): void {
  const { reply } = call;
  const key = call.at(1);
  const ref = writeHash(call, key);
  const first = fieldsFrom(call, 2);
  reply.array(call.count - first);
  let persisted = 0;
  try {
    for (let i = first; i < call.count; i++) {
      const result = ref === 0 ? NO_FIELD : persist(hashWindow(call), call.at(i));
      if (result === PERSISTED) persisted++;
      reply.integer(result);
    }
  } finally {
    if (ref !== 0) keepHash(call, key, ref);
  }
  if (persisted > 0) call.database.changed(key, "hpersist", persisted);
}

function persist(hash: HashValue, field: Slice): number {
  if (!hash.find(field)) return NO_FIELD;
  return hash.clearExpiry() ? PERSISTED : NO_EXPIRY;
}

/** The HPERSIST that has the effect of a command's on the fields from argument `first` on. */
export function persistEffect(call: Call, fields: readonly Uint8Array[]): Uint8Array[] {
  return [
    HPERSIST_BYTES,
    call.at(1).copy(),
    asciiBytes("FIELDS"),
    asciiBytes(String(fields.length)),
    ...fields,
  ];
}
