// LMPOP, and those that wait for one of several lists: BLPOP, BRPOP, BLMPOP.
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { Wait } from "../../engine/wait.ts";
import { TYPE_LIST } from "../../store/entry.ts";
import { deadlineOf, waitForKeys } from "../blocking.ts";
import { isLeft } from "./move.ts";
import { popOne, popSome, propagatePop } from "./pop.ts";

const COUNT = keyword("count");
const numkeysNotPositive = new CommandError("ERR numkeys should be greater than 0");
const countNotPositive = new CommandError("ERR count should be greater than 0");

/** BLPOP key [key ...] timeout */
export function blpop(call: Call): Wait | void {
  return blockingPop(call, true);
}

/** BRPOP key [key ...] timeout */
export function brpop(call: Call): Wait | void {
  return blockingPop(call, false);
}

function blockingPop(call: Call, atHead: boolean): Wait | void {
  const last = call.count - 1;
  const deadlineAtMs = deadlineOf(call, call.at(last));
  for (let i = 1; i < last; i++) {
    const key = call.at(i);
    const ref = call.writeTyped(key, TYPE_LIST);
    if (ref === 0) continue;
    call.reply.array(2);
    call.reply.bulk(key);
    popOne(call, key, ref, atHead);
    return propagatePop(call, key, atHead);
  }
  return waitForKeys(call, { first: 1, last: last - 1, type: TYPE_LIST, deadlineAtMs });
}

/** LMPOP numkeys key [key ...] <LEFT | RIGHT> [COUNT count] */
export function lmpop(call: Call): void {
  const wanted = readWanted(call, 1);
  if (!popFirst(call, wanted)) call.reply.nullArray();
}

/** BLMPOP timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count] */
export function blmpop(call: Call): Wait | void {
  const wanted = readWanted(call, 2);
  const deadlineAtMs = deadlineOf(call, call.at(1));
  if (popFirst(call, wanted)) return;
  const { firstKey, keys } = wanted;
  return waitForKeys(call, {
    first: firstKey,
    last: firstKey + keys - 1,
    type: TYPE_LIST,
    deadlineAtMs,
  });
}

interface Wanted {
  firstKey: number;
  keys: number;
  atHead: boolean;
  count: number;
}

function readWanted(call: Call, numkeysAt: number): Wanted {
  const keys = atLeastOne(call, numkeysAt, numkeysNotPositive);
  const sideAt = numkeysAt + keys + 1;
  if (sideAt >= call.count) throw ERR.syntax;
  const atHead = isLeft(call.at(sideAt));
  let count = 0;
  for (let i = sideAt + 1; i < call.count; i += 2) {
    const known = count === 0 && call.at(i).equalsIgnoreCase(COUNT) && i + 1 < call.count;
    if (!known) throw ERR.syntax;
    count = atLeastOne(call, i + 1, countNotPositive);
  }
  return { firstKey: numkeysAt + 1, keys, atHead, count: Math.max(count, 1) };
}

/** Redis words both errors, no number and one below 1, in the same way here. */
function atLeastOne(call: Call, position: number, error: CommandError): number {
  const value = clampedIntegerOf(call.at(position), error);
  if (value < 1) throw error;
  return value;
}

/** Pops from the first key that is there; false when none is. */
function popFirst(call: Call, { firstKey, keys, atHead, count }: Wanted): boolean {
  for (let i = firstKey; i < firstKey + keys; i++) {
    const key = call.at(i);
    const ref = call.writeTyped(key, TYPE_LIST);
    if (ref === 0) continue;
    call.reply.array(2);
    call.reply.bulk(key);
    propagatePop(call, key, atHead, popSome(call, key, ref, atHead, count));
    return true;
  }
  return false;
}
