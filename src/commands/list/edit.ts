// LINSERT, LSET, LREM, LTRIM: changes in the middle of a list.
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { TYPE_LIST } from "../../store/entry.ts";
import type { ListValue } from "../../values/list_value.ts";
import { keepList, keepShrunk, openList } from "./open_list.ts";
import { weighWalk } from "./range.ts";

const BEFORE = keyword("before");
const AFTER = keyword("after");

/** LINSERT key <BEFORE | AFTER> pivot element */
export function linsert(call: Call): void {
  const key = call.at(1), element = call.at(4);
  const { database, reply } = call;
  const after = call.at(2).equalsIgnoreCase(AFTER);
  if (!after && !call.at(2).equalsIgnoreCase(BEFORE)) throw ERR.syntax;
  const ref = call.writeTyped(key, TYPE_LIST);
  if (ref === 0) return reply.integer(0);
  const list = openList(call, ref);
  let inserted = false;
  try {
    list.expect(element.length, 1);
    call.weigh(list.length);
    inserted = seekPivot(list, call.at(3));
    if (inserted) list.insert(element, after);
  } finally {
    list.end();
    keepList(call, key, ref, list);
  }
  if (inserted) database.changed(key, "linsert");
  reply.integer(inserted ? list.length : -1);
}

/** Steps to the first element that reads as the pivot. */
function seekPivot(list: ListValue, pivot: Slice): boolean {
  list.begin(0, true);
  list.lookFor(pivot);
  while (list.step()) if (list.matches()) return true;
  return false;
}

/** LSET key index element */
export function lset(call: Call): void {
  const key = call.at(1), element = call.at(3);
  const ref = call.writeTyped(key, TYPE_LIST);
  if (ref === 0) throw ERR.noSuchKey;
  const index = clampedIntegerOf(call.at(2));
  const list = openList(call, ref);
  try {
    list.expect(element.length, 1);
    weighWalk(call, index < 0 ? -index : index, list.length);
    if (!list.begin(index, true) || !list.step()) throw ERR.indexOutOfRange;
    list.replace(element);
    list.becomeSmallIfShrunk();
  } finally {
    list.end();
    keepList(call, key, ref, list);
  }
  call.database.changed(key, "lset");
  call.reply.ok();
}

/** LREM key count element */
export function lrem(call: Call): void {
  const key = call.at(1);
  const count = clampedIntegerOf(call.at(2));
  const ref = call.writeTyped(key, TYPE_LIST);
  if (ref === 0) return call.reply.integer(0);
  const list = openList(call, ref);
  let removed = 0;
  try {
    call.weigh(list.length);
    removed = list.removeMatching(call.at(3), count);
  } finally {
    keepList(call, key, ref, list);
  }
  if (removed > 0) keepShrunk(call, key, ref, list, "lrem", removed);
  call.reply.integer(removed);
}

/** LTRIM key start stop */
export function ltrim(call: Call): void {
  const key = call.at(1);
  const start = clampedIntegerOf(call.at(2)), stop = clampedIntegerOf(call.at(3));
  const ref = call.writeTyped(key, TYPE_LIST);
  if (ref === 0) return call.reply.ok();
  const list = openList(call, ref), length = list.length;
  const first = Math.max(start < 0 ? start + length : start, 0);
  const last = Math.min(stop < 0 ? stop + length : stop, length - 1);
  const before = first > last ? length : first;
  const behind = first > last ? 0 : length - 1 - last;
  call.weigh(before + behind);
  list.deleteRange(0, before);
  list.deleteRange(-behind, behind);
  keepShrunk(call, key, ref, list, "ltrim", before + behind);
  call.reply.ok();
}
