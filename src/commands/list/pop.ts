// LPOP and RPOP, and what their relatives share with them.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR, wrongArguments } from "../../engine/errors.ts";
import { TYPE_LIST } from "../../store/entry.ts";
import { keepShrunk, openList } from "./open_list.ts";

const LPOP_BYTES = asciiBytes("LPOP");
const RPOP_BYTES = asciiBytes("RPOP");

/** LPOP key [count] */
export function lpop(call: Call): void {
  pop(call, true);
}

/** RPOP key [count] */
export function rpop(call: Call): void {
  pop(call, false);
}

function pop(call: Call, atHead: boolean): void {
  if (call.count > 3) throw wrongArguments(call.command.fullName);
  const count = call.count === 3 ? countOf(call.at(2)) : -1;
  const key = call.at(1), { reply } = call;
  const ref = call.writeTyped(key, TYPE_LIST);
  if (ref === 0) return count < 0 ? reply.null() : reply.nullArray();
  if (count === 0) return reply.array(0);
  if (count < 0) popOne(call, key, ref, atHead);
  else popSome(call, key, ref, atHead, count);
}

function countOf(argument: Slice): number {
  const count = clampedIntegerOf(argument, ERR.notPositive);
  if (count < 0) throw ERR.notPositive;
  return count;
}

/** Replies the first or last element of the list of an entry and removes it. */
export function popOne(call: Call, key: Slice, ref: number, atHead: boolean): void {
  const list = openList(call, ref);
  if (list.popInPlace(call.reply, atHead)) {
    return call.database.changed(key, atHead ? "lpop" : "rpop", 1);
  }
  list.readEnd(atHead);
  call.reply.bulk(list.element);
  list.drop(atHead);
  keepShrunk(call, key, ref, list, atHead ? "lpop" : "rpop", 1);
}

/** Replies and removes up to `count` elements, the outermost first; answers how many. */
export function popSome(
  call: Call,
  key: Slice,
  ref: number,
  atHead: boolean,
  count: number,
): number {
  const list = openList(call, ref);
  const popped = Math.min(count, list.length);
  call.weigh(popped);
  call.reply.array(popped);
  list.begin(atHead ? 0 : -1, atHead);
  if (atHead) list.tell(call.reply, popped);
  else {
    for (let left = popped; left > 0 && list.next(); left--) call.reply.bulk(list.element);
    list.end();
  }
  list.deleteRange(atHead ? 0 : -popped, popped);
  keepShrunk(call, key, ref, list, atHead ? "lpop" : "rpop", popped);
  return popped;
}

/** Says that elements were popped: without a count for commands that pop one. */
export function propagatePop(call: Call, key: Slice, atHead: boolean, count?: number): void {
  if (!call.propagates) return;
  const name = atHead ? LPOP_BYTES : RPOP_BYTES;
  if (count === undefined) call.propagateAs(name, key.copy());
  else call.propagateAs(name, key.copy(), asciiBytes(String(count)));
}
