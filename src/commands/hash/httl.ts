// HTTL and its kin: when fields go away.
import type { Call } from "../../engine/call.ts";
import { fieldsFrom } from "./field_arguments.ts";
import { readHash } from "./open_hash.ts";

const NO_FIELD = -2;

/** HTTL key FIELDS numfields field [field ...] */
export function httl(call: Call): void {
  answer(call, call.nowMs, 1000);
}

/** HPTTL key FIELDS numfields field [field ...] */
export function hpttl(call: Call): void {
  answer(call, call.nowMs, 1);
}

/** HEXPIRETIME key FIELDS numfields field [field ...] */
export function hexpiretime(call: Call): void {
  answer(call, 0, 1000);
}

/** HPEXPIRETIME key FIELDS numfields field [field ...] */
export function hpexpiretime(call: Call): void {
  answer(call, 0, 1);
}

/** Time since `fromMs` in units, begun ones included; -1 for never, -2 without the field. */
function answer(call: Call, fromMs: number, unitMs: number): void {
  const { reply } = call;
  const hash = readHash(call, call.at(1));
  const first = fieldsFrom(call, 2);
  reply.array(call.count - first);
  for (let i = first; i < call.count; i++) {
    if (hash?.find(call.at(i)) !== true) {
      reply.integer(NO_FIELD);
      continue;
    }
    const atMs = hash.expireAtMs;
    reply.integer(atMs < 0 ? atMs : Math.ceil((atMs - fromMs) / unitMs));
  }
}
