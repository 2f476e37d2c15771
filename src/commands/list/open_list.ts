// Between the keyspace and the windows on lists.
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { TYPE_LIST } from "../../store/entry.ts";
import type { ListValue } from "../../values/list_value.ts";
import type { ListValues } from "../../values/list_values.ts";

/** The lists of the server. */
export function listsOf(call: Call): ListValues {
  return call.services.keyspace.valueTypes[TYPE_LIST] as ListValues;
}

/** The list of an entry, in the window that everybody uses. */
export function openList(call: Call, ref: number): ListValue {
  const { database } = call;
  return listsOf(call).window.open(database.encodingOf(ref), database.valueOf(ref));
}

/**
 * Stores where the list of a key is now; `ref` is the key's entry, 0 for a new key, which must be the
 * one looked up last. Also after a failure: a list may have moved before it. A new list without
 * elements is freed.
 */
export function keepList(call: Call, key: Slice, ref: number, list: ListValue): void {
  const { database } = call;
  if (ref !== 0) {
    const moved = database.valueOf(ref) !== list.value ||
      database.encodingOf(ref) !== list.encoding;
    if (moved) database.setValue(ref, list.encoding, list.value);
  } else if (list.length === 0) list.free();
  else putList(call, key, list);
}

/** Stores a new list under the key of the last lookup, which found nothing. */
export function putList(call: Call, key: Slice, list: ListValue): void {
  try {
    call.database.putValue(key, TYPE_LIST, list.encoding, list.value);
  } catch (error) {
    list.free();
    throw error;
  }
}

/**
 * Ends a command that removed `count` elements: the list may be a small one again, and one without
 * elements goes with its key.
 */
export function keepShrunk(
  call: Call,
  key: Slice,
  ref: number,
  list: ListValue,
  event: string,
  count: number,
): void {
  const empty = list.length === 0;
  if (!empty) list.becomeSmallIfShrunk();
  keepList(call, key, ref, list);
  const { database } = call;
  database.changed(key, event, count);
  if (!empty) return;
  database.remove(ref);
  database.changed(key, "del", 0);
}
