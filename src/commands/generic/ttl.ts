// TTL and its kin, and PERSIST.
import type { Call } from "../../engine/call.ts";
import { lookUntouched } from "../../store/key_operations.ts";

const NO_KEY = -2;

/** TTL key */
export function ttl(call: Call): void {
  answer(call, toSeconds(remaining(call)));
}

/** PTTL key */
export function pttl(call: Call): void {
  answer(call, remaining(call));
}

/** EXPIRETIME key */
export function expiretime(call: Call): void {
  answer(call, toSeconds(instant(call)));
}

/** PEXPIRETIME key */
export function pexpiretime(call: Call): void {
  answer(call, instant(call));
}

function answer(call: Call, value: number): void {
  call.reply.integer(value);
}

/** When the key expires, Unix ms; -1 for never, -2 without a key. */
function instant(call: Call): number {
  const ref = lookUntouched(call.database, call.at(1));
  return ref === 0 ? NO_KEY : call.database.expireAtOf(ref);
}

/** Milliseconds that are left, never below zero; or a negative answer of {@link instant}. */
function remaining(call: Call): number {
  const at = instant(call);
  return at < 0 ? at : Math.max(0, at - call.nowMs);
}

/** To the nearest second. */
function toSeconds(milliseconds: number): number {
  return milliseconds < 0 ? milliseconds : Math.floor((milliseconds + 500) / 1000);
}

/** PERSIST key */
export function persist(call: Call): void {
  const { database, reply } = call;
  const key = call.at(1);
  const ref = database.write(key);
  if (ref === 0 || !database.clearExpiry(ref)) return reply.integer(0);
  database.changed(key, "persist");
  reply.integer(1);
}
