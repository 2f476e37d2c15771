// ZPOPMIN, ZPOPMAX, ZMPOP and their blocking forms.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { Wait } from "../../engine/wait.ts";
import { TYPE_ZSET } from "../../store/entry.ts";
import { deadlineOf, waitForKeys } from "../blocking.ts";
import { keepZset, openZset } from "./open_zset.ts";

const MIN = keyword("min");
const MAX = keyword("max");
const COUNT = keyword("count");
const ZPOPMIN_BYTES = asciiBytes("ZPOPMIN");
const ZPOPMAX_BYTES = asciiBytes("ZPOPMAX");

/** With more elements a command is measured by itself. */
const MANY_ELEMENTS = 64;

const NO_KEYS = new CommandError("ERR numkeys should be greater than 0");
const NO_COUNT = new CommandError("ERR count should be greater than 0");

/** ZPOPMIN key [count] */
export function zpopmin(call: Call): void {
  popFromKey(call, false);
}

/** ZPOPMAX key [count] */
export function zpopmax(call: Call): void {
  popFromKey(call, true);
}

function popFromKey(call: Call, fromTop: boolean): void {
  if (call.count > 3) throw ERR.syntax;
  const { reply } = call, key = call.at(1);
  const count = call.count === 3 ? atLeast(0, call.at(2), ERR.notPositive) : 1;
  const ref = call.writeTyped(key, TYPE_ZSET);
  if (ref === 0 || count === 0) return reply.array(0);
  const taken = Math.min(count, openZset(call, ref).size);
  const inPairs = call.count === 3;
  if (inPairs) reply.pairs(taken);
  else reply.array(2);
  pop(call, { key, ref, fromTop, count: taken }, inPairs ? beginPair : beginNothing);
}

function beginPair({ reply }: Call): void {
  reply.pair();
}

function beginArray({ reply }: Call): void {
  reply.array(2);
}

function beginNothing(): void {}

function atLeast(least: number, argument: Slice, error: CommandError): number {
  const count = clampedIntegerOf(argument, error);
  if (count < least) throw error;
  return count;
}

interface Pop {
  readonly key: Slice;
  readonly ref: number;
  readonly fromTop: boolean;
  /** No more than there are. */
  readonly count: number;
}

/** Writes members and scores, each begun with `begin`, and removes them. */
function pop(call: Call, { key, ref, fromTop, count }: Pop, begin: (call: Call) => void): void {
  const { database, reply } = call;
  const zset = openZset(call, ref), { elements } = zset, size = elements.size;
  if (count > MANY_ELEMENTS) call.long = true;
  elements.seekRank(fromTop ? size - 1 : 0);
  for (let left = count; left > 0; left--) {
    begin(call);
    reply.bulk(elements.member);
    reply.double(elements.score);
    if (left > 1) fromTop ? elements.previous() : elements.next();
  }
  if (count < size) {
    elements.removeRanks(fromTop ? size - count : 0, count);
    keepZset(call, key, ref, zset);
  } else database.remove(ref);
  database.changed(key, fromTop ? "zpopmax" : "zpopmin", count);
  if (count === size) database.changed(key, "del", 0);
}

/** BZPOPMIN key [key ...] timeout */
export function bzpopmin(call: Call): Wait | void {
  return blockingPop(call, false);
}

/** BZPOPMAX key [key ...] timeout */
export function bzpopmax(call: Call): Wait | void {
  return blockingPop(call, true);
}

function blockingPop(call: Call, fromTop: boolean): Wait | void {
  const last = call.count - 2;
  const deadlineAtMs = deadlineOf(call, call.at(call.count - 1));
  const { key, ref } = firstZset(call, 1, last);
  if (ref === 0) return waitForKeys(call, { first: 1, last, type: TYPE_ZSET, deadlineAtMs });
  call.reply.array(3);
  call.reply.bulk(key);
  if (call.propagates) call.propagateAs(fromTop ? ZPOPMAX_BYTES : ZPOPMIN_BYTES, key.copy());
  pop(call, { key, ref, fromTop, count: 1 }, beginNothing);
}

/** The first of the keys that is there; entry 0 when none is. Throws WRONGTYPE. */
function firstZset(call: Call, first: number, last: number): { key: Slice; ref: number } {
  for (let i = first; i <= last; i++) {
    const ref = call.writeTyped(call.at(i), TYPE_ZSET);
    if (ref !== 0) return { key: call.at(i), ref };
  }
  return { key: call.at(first), ref: 0 };
}

/** ZMPOP numkeys key [key ...] <MIN | MAX> [COUNT count] */
export function zmpop(call: Call): void {
  const plan = readMultiPop(call, 1);
  if (!popFromFirst(call, plan)) call.reply.nullArray();
}

/** BZMPOP timeout numkeys key [key ...] <MIN | MAX> [COUNT count] */
export function bzmpop(call: Call): Wait | void {
  const plan = readMultiPop(call, 2);
  const deadlineAtMs = deadlineOf(call, call.at(1));
  if (popFromFirst(call, plan)) return;
  return waitForKeys(call, { first: 3, last: plan.last, type: TYPE_ZSET, deadlineAtMs });
}

interface MultiPop {
  /** Arguments of the keys. */
  readonly first: number;
  readonly last: number;
  readonly fromTop: boolean;
  readonly count: number;
}

function readMultiPop(call: Call, numKeysAt: number): MultiPop {
  const keys = atLeast(1, call.at(numKeysAt), NO_KEYS);
  const whereAt = numKeysAt + keys + 1;
  if (whereAt >= call.count) throw ERR.syntax;
  const where = call.at(whereAt), fromTop = where.equalsIgnoreCase(MAX);
  if (!fromTop && !where.equalsIgnoreCase(MIN)) throw ERR.syntax;
  let count = 0;
  for (let i = whereAt + 1; i < call.count; i += 2) {
    const isCount = count === 0 && call.at(i).equalsIgnoreCase(COUNT) && i + 1 < call.count;
    if (!isCount) throw ERR.syntax;
    count = atLeast(1, call.at(i + 1), NO_COUNT);
  }
  return { first: numKeysAt + 1, last: whereAt - 1, fromTop, count: count === 0 ? 1 : count };
}

function popFromFirst(call: Call, { first, last, fromTop, count }: MultiPop): boolean {
  const { reply } = call;
  const { key, ref } = firstZset(call, first, last);
  if (ref === 0) return false;
  const taken = Math.min(count, openZset(call, ref).size);
  reply.array(2);
  reply.bulk(key);
  reply.array(taken);
  if (call.propagates) {
    const name = fromTop ? ZPOPMAX_BYTES : ZPOPMIN_BYTES;
    call.propagateAs(name, key.copy(), asciiBytes(String(taken)));
  }
  pop(call, { key, ref, fromTop, count: taken }, beginArray);
  return true;
}
