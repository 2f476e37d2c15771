// LPUSH, RPUSH, LPUSHX, RPUSHX.
import type { Call } from "../../engine/call.ts";
import { TYPE_LIST } from "../../store/entry.ts";
import type { ListValue } from "../../values/list_value.ts";
import { keepList, listsOf, openList } from "./open_list.ts";

/** LPUSH key element [element ...] */
export function lpush(call: Call): void {
  push(call, true, false);
}

/** RPUSH key element [element ...] */
export function rpush(call: Call): void {
  push(call, false, false);
}

/** LPUSHX key element [element ...] */
export function lpushx(call: Call): void {
  push(call, true, true);
}

/** RPUSHX key element [element ...] */
export function rpushx(call: Call): void {
  push(call, false, true);
}

function push(call: Call, atHead: boolean, onlyExisting: boolean): void {
  const key = call.at(1), elements = call.count - 2;
  const ref = call.writeTyped(key, TYPE_LIST);
  if (ref === 0 && onlyExisting) return call.reply.integer(0);
  const list = ref === 0 ? listsOf(call).window.create() : openList(call, ref);
  // One element that a long list has room for neither fails nor moves the list.
  if (elements > 1 || !list.pushInPlace(call.at(2), atHead)) pushAll(call, ref, list, atHead);
  call.database.changed(key, atHead ? "lpush" : "rpush", elements);
  call.reply.integer(list.length);
}

function pushAll(call: Call, ref: number, list: ListValue, atHead: boolean): void {
  try {
    pushOrNone(call, list, atHead);
  } finally {
    keepList(call, call.at(1), ref, list);
  }
}

/** All arguments from the second on, or none. */
function pushOrNone(call: Call, list: ListValue, atHead: boolean): void {
  const { count } = call;
  let bytes = 0;
  for (let i = 2; i < count; i++) {
    const element = call.at(i);
    bytes += element.end - element.start;
  }
  let pushed = 0;
  try {
    list.expect(bytes, count - 2);
    for (; pushed < count - 2; pushed++) list.push(call.at(pushed + 2), atHead);
    if (count > 3) list.fit();
  } catch (error) {
    for (; pushed > 0; pushed--) list.drop(atHead);
    throw error;
  }
}
