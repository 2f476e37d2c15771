// Where SORT gets its elements from.
import type { Call } from "../../engine/call.ts";
import { TYPE_LIST, TYPE_SET } from "../../store/entry.ts";
import { openList } from "../list/open_list.ts";
import { openSet } from "../set/open_set.ts";
import { openZset } from "../sorted_set/open_zset.ts";
import type { SortTexts } from "./sort_texts.ts";

/** Number of elements of a list, a set or a sorted set. */
export function sizeOf(call: Call, ref: number, type: number): number {
  if (type === TYPE_LIST) return openList(call, ref).length;
  return type === TYPE_SET ? openSet(call, ref).size : openZset(call, ref).size;
}

/** Elements from place `start` to before `end`, both seen from the end when read backwards. */
interface Range {
  readonly elements: SortTexts;
  readonly start: number;
  readonly end: number;
  readonly backwards: boolean;
}

/** Copies a part of a list or a sorted set, which have an order of their own. */
export function loadRange(call: Call, ref: number, range: Range): void {
  const { elements, start, end, backwards } = range;
  if (call.database.typeOf(ref) === TYPE_LIST) {
    const list = openList(call, ref);
    list.begin(backwards ? list.length - 1 - start : start, !backwards);
    for (let left = end - start; left > 0 && list.next(); left--) elements.add(list.element);
    return list.end();
  }
  const zset = openZset(call, ref), members = zset.elements;
  let more = members.seekRank(backwards ? zset.size - 1 - start : start);
  for (let left = end - start; left > 0 && more; left--) {
    elements.add(members.member);
    more = backwards ? members.previous() : members.next();
  }
}

/** Copies all elements. */
export function loadElements(call: Call, ref: number, elements: SortTexts): void {
  if (call.database.typeOf(ref) !== TYPE_SET) {
    return loadRange(call, ref, { elements, start: 0, end: Infinity, backwards: false });
  }
  const set = openSet(call, ref);
  set.begin();
  while (set.next()) elements.add(set.member);
  set.end();
}
