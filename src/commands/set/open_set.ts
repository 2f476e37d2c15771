// Between the keyspace and the windows on sets.
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { removeEntry } from "../../store/key_operations.ts";
import { TYPE_SET } from "../../store/entry.ts";
import type { SetValue } from "../../values/set_value.ts";
import type { SetValues } from "../../values/set_values.ts";
import { graveyardIf } from "../generic/lazy_free.ts";

/** The sets of the server. */
export function setsOf(call: Call): SetValues {
  return call.services.keyspace.valueTypes[TYPE_SET] as SetValues;
}

/** The set of an entry, in the window that everybody uses. */
export function openSet(call: Call, ref: number): SetValue {
  const { database } = call;
  return setsOf(call).window.open(database.encodingOf(ref), database.valueOf(ref));
}

/** The set of an entry in a window of its own, for one of several by its place among them. */
export function openSetApart(call: Call, ref: number, place = 0): SetValue {
  const { database } = call;
  return setsOf(call).windowAt(place).open(database.encodingOf(ref), database.valueOf(ref));
}

/**
 * Stores where the set of a key is now; `ref` is the key's entry, 0 for a new key. Also after a
 * failure: a set may have moved before it. A new set without members is freed.
 */
export function keepSet(call: Call, key: Slice, ref: number, set: SetValue): void {
  const { database } = call;
  if (ref !== 0) {
    const moved = database.valueOf(ref) !== set.value || database.encodingOf(ref) !== set.encoding;
    if (moved) database.setValue(ref, set.encoding, set.value);
  } else if (set.size === 0) set.free();
  else putSet(call, key, set);
}

/** Stores a new set under the key of the last lookup, which found nothing. */
function putSet(call: Call, key: Slice, set: SetValue): void {
  try {
    call.database.putValue(key, TYPE_SET, set.encoding, set.value);
  } catch (error) {
    set.free();
    throw error;
  }
}

/** Removes the key of a set that has no members left, and says so. */
export function removeEmptySet(call: Call, key: Slice, ref: number): void {
  call.database.remove(ref);
  call.database.changed(key, "del", 0);
}

/**
 * Puts a set in the place of whatever a key holds, its expiry included, and announces `event`. An
 * empty set removes the key. Answers the number of members.
 */
export function replaceBySet(call: Call, key: Slice, set: SetValue, event: string): number {
  const { database } = call;
  const size = set.size;
  const old = database.write(key);
  if (old !== 0) {
    removeEntry(database, old, graveyardIf(call, "lazyfree-lazy-server-del"));
  }
  if (size > 0) {
    putSet(call, key, set);
    database.changed(key, event);
  } else {
    set.free();
    if (old !== 0) database.changed(key, "del");
  }
  return size;
}
