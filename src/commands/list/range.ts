// LRANGE, LINDEX, LLEN: reading by position.
import { clampedIntegerOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { TYPE_LIST } from "../../store/entry.ts";
import { openList } from "./open_list.ts";

/** Elements that a walk over nodes passes in the time of a few. */
const PASSED_AT_ONCE = 64;

/** LRANGE key start stop */
export function lrange(call: Call): void {
  const { reply } = call;
  const start = clampedIntegerOf(call.at(2)), stop = clampedIntegerOf(call.at(3));
  const ref = call.readTyped(call.at(1), TYPE_LIST);
  if (ref === 0) return reply.array(0);
  const list = openList(call, ref), length = list.length;
  const first = Math.max(start < 0 ? start + length : start, 0);
  const last = Math.min(stop < 0 ? stop + length : stop, length - 1);
  if (first > last) return reply.array(0);
  weighWalk(call, first, length);
  call.weigh(last - first + 1);
  reply.array(last - first + 1);
  list.begin(first, true);
  list.tell(reply, last - first + 1);
}

/** Finding an element walks over nodes from the nearer end, each as far as some elements. */
export function weighWalk(call: Call, index: number, length: number): void {
  call.weigh(Math.min(index, length - index) / PASSED_AT_ONCE);
}

/** LINDEX key index */
export function lindex(call: Call): void {
  const { reply } = call;
  const ref = call.readTyped(call.at(1), TYPE_LIST);
  if (ref === 0) return reply.null();
  const index = clampedIntegerOf(call.at(2));
  const list = openList(call, ref);
  weighWalk(call, index < 0 ? -index : index, list.length);
  if (list.begin(index, true) && list.next()) reply.bulk(list.element);
  else reply.null();
  list.end();
}

/** LLEN key */
export function llen(call: Call): void {
  const ref = call.readTyped(call.at(1), TYPE_LIST);
  call.reply.integer(ref === 0 ? 0 : openList(call, ref).length);
}
