// EXPIRE and its kin: when a key goes away by itself.
import { asciiBytes, latin1 } from "../../base/bytes.ts";
import { INT64_MAX, type Integer64 } from "../../base/int64.ts";
import type { Slice } from "../../base/slice.ts";
import {
  EX,
  EXAT,
  type ExpiryUnit,
  integer64Of,
  keyword,
  PX,
  PXAT,
} from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, invalidExpire } from "../../engine/errors.ts";
import { removeEntry } from "../../store/key_operations.ts";
import { graveyardIf } from "./lazy_free.ts";

const NX = keyword("nx");
const XX = keyword("xx");
const GT = keyword("gt");
const LT = keyword("lt");
const DEL_BYTES = asciiBytes("DEL");
const UNLINK_BYTES = asciiBytes("UNLINK");
const PEXPIREAT_BYTES = asciiBytes("PEXPIREAT");

const NX_WITH_OTHERS = new CommandError(
  "ERR NX and XX, GT or LT options at the same time are not compatible",
);
const GT_WITH_LT = new CommandError(
  "ERR GT and LT options at the same time are not compatible",
);

/** EXPIRE key seconds [NX | XX | GT | LT] */
export function expire(call: Call): void {
  expireAs(call, EX);
}

/** PEXPIRE key milliseconds [NX | XX | GT | LT] */
export function pexpire(call: Call): void {
  expireAs(call, PX);
}

/** EXPIREAT key unix-time-seconds [NX | XX | GT | LT] */
export function expireat(call: Call): void {
  expireAs(call, EXAT);
}

/** PEXPIREAT key unix-time-milliseconds [NX | XX | GT | LT] */
export function pexpireat(call: Call): void {
  expireAs(call, PXAT);
}

/** Under which condition the expiry is set. */
interface Condition {
  absent: boolean;
  present: boolean;
  later: boolean;
  earlier: boolean;
}

/** XX may stand with GT or with LT, as in Redis. */
function readCondition(call: Call): Condition {
  const condition = { absent: false, present: false, later: false, earlier: false };
  for (let i = 3; i < call.count; i++) {
    const option = call.at(i);
    if (option.equalsIgnoreCase(NX)) condition.absent = true;
    else if (option.equalsIgnoreCase(XX)) condition.present = true;
    else if (option.equalsIgnoreCase(GT)) condition.later = true;
    else if (option.equalsIgnoreCase(LT)) condition.earlier = true;
    else throw new CommandError(`ERR Unsupported option ${textOf(option)}`);
  }
  const { absent, present, later, earlier } = condition;
  if (absent && (present || later || earlier)) throw NX_WITH_OTHERS;
  if (later && earlier) throw GT_WITH_LT;
  return condition;
}

/** As C prints a string: up to the first NUL. */
function textOf({ bytes, start, end }: Slice): string {
  return latin1(bytes, start, end).split("\0", 1)[0];
}

/**
 * The instant an argument means, Unix ms; it may lie in the past. Throws where Redis's 64 bits would
 * overflow; what is beyond the exact range of a number becomes its nearest end.
 */
function instantOf(call: Call, value: Integer64, { unitMs, relative }: ExpiryUnit): number {
  const from = relative ? call.nowMs : 0;
  const atMs = Number(value) * unitMs + from;
  if (Number.isSafeInteger(atMs)) return atMs;
  const wide = BigInt(value) * BigInt(unitMs);
  if (wide + BigInt(from) > INT64_MAX || wide < -INT64_MAX - 1n) {
    throw invalidExpire(call.command.fullName);
  }
  return atMs > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
}

/** Without an expiry a key lives for ever: nothing is later, everything is earlier. */
function holds(condition: Condition, expireAtMs: number, atMs: number): boolean {
  const volatile = expireAtMs >= 0;
  if (condition.absent && volatile) return false;
  if (condition.present && !volatile) return false;
  if (condition.later && (!volatile || atMs <= expireAtMs)) return false;
  return !(condition.earlier && volatile && atMs >= expireAtMs);
}

function expireAs(call: Call, unit: ExpiryUnit): void {
  const { database, reply, services } = call;
  const key = call.at(1);
  const condition = call.count > 3 ? readCondition(call) : undefined;
  const atMs = instantOf(call, integer64Of(call.at(2)), unit);
  const ref = database.write(key);
  if (ref === 0) return reply.integer(0);
  if (condition !== undefined && !holds(condition, database.expireAtOf(ref), atMs)) {
    return reply.integer(0);
  }
  // While loading, and on a replica, even an expiry in the past is kept: a DEL comes for it.
  const deletes = services.keyspace.expiresKeys && !services.ports.persistence.loading;
  if (atMs <= call.nowMs && deletes) expireAtOnce(call, key, ref);
  else {
    database.setExpireAt(ref, Math.max(0, atMs));
    database.changed(key, "expire");
    if (call.propagates && unit !== PXAT) propagateInstant(call, key, atMs);
  }
  reply.integer(1);
}

function expireAtOnce(call: Call, key: Slice, ref: number): void {
  const graveyard = graveyardIf(call, "lazyfree-lazy-expire");
  removeEntry(call.database, ref, graveyard);
  call.database.changed(key, "del");
  if (!call.propagates) return;
  call.propagateAs(graveyard === undefined ? DEL_BYTES : UNLINK_BYTES, key.copy());
}

/** An instant, for the span would begin later elsewhere; conditions hold there as they did here. */
function propagateInstant(call: Call, key: Slice, atMs: number): void {
  const options: Uint8Array[] = [];
  for (let i = 3; i < call.count; i++) options.push(call.at(i).copy());
  call.propagateAll([PEXPIREAT_BYTES, key.copy(), asciiBytes(String(atMs)), ...options]);
}
