// Between the keyspace and the windows on sorted sets.
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { TYPE_ZSET } from "../../store/entry.ts";
import { removeEntry } from "../../store/key_operations.ts";
import type { ZsetValue } from "../../values/zset_value.ts";
import type { ZsetValues } from "../../values/zset_values.ts";
import { graveyardIf } from "../generic/lazy_free.ts";

/** The sorted sets of the server. */
export function zsetsOf(call: Call): ZsetValues {
  return call.services.keyspace.valueTypes[TYPE_ZSET] as ZsetValues;
}

/** The sorted set of an entry, in the window that everybody uses. */
export function openZset(call: Call, ref: number): ZsetValue {
  const { database } = call;
  return zsetsOf(call).window.open(database.encodingOf(ref), database.valueOf(ref));
}

/** The sorted set of an entry in a window of its own, for one of several by its place among them. */
export function openZsetApart(call: Call, ref: number, place = 0): ZsetValue {
  const { database } = call;
  return zsetsOf(call).windowAt(place).open(database.encodingOf(ref), database.valueOf(ref));
}

/**
 * Stores where the sorted set of a key is now; `ref` is the key's entry, 0 for a new key. Also after
 * a failure: it may have moved before. A new one without members is freed.
 */
export function keepZset(call: Call, key: Slice, ref: number, zset: ZsetValue): void {
  const { database } = call;
  if (ref !== 0) {
    const { encoding, value } = zset;
    const moved = database.valueOf(ref) !== value || database.encodingOf(ref) !== encoding;
    if (moved) database.setValue(ref, encoding, value);
  } else if (zset.size === 0) zset.free();
  else putZset(call, key, zset);
}

/** Stores a new sorted set under the key of the last lookup, which found nothing. */
function putZset(call: Call, key: Slice, zset: ZsetValue): void {
  try {
    call.database.putValue(key, TYPE_ZSET, zset.encoding, zset.value);
  } catch (error) {
    zset.free();
    throw error;
  }
}

/** Removes the key of a sorted set that has no members left, and says so. */
export function removeEmptyZset(call: Call, key: Slice, ref: number): void {
  call.database.remove(ref);
  call.database.changed(key, "del", 0);
}

/**
 * Puts a sorted set in the place of whatever a key holds, its expiry included, and announces
 * `event`, as so many changes. An empty one removes the key. Answers the number of members.
 */
export function replaceByZset(
  call: Call,
  key: Slice,
  zset: ZsetValue,
  event: string,
  changes = 1,
): number {
  const { database } = call;
  const size = zset.size;
  const old = database.write(key);
  if (old !== 0) {
    removeEntry(database, old, graveyardIf(call, "lazyfree-lazy-server-del"));
  }
  if (size > 0) {
    putZset(call, key, zset);
    database.changed(key, event, changes);
  } else {
    zset.free();
    if (old !== 0) database.changed(key, "del");
  }
  return size;
}

/** Opens a new sorted set for a result and fills it; it is freed when that fails. */
export function buildZset(call: Call, fill: (result: ZsetValue) => void): ZsetValue {
  const result = zsetsOf(call).result.create(0, 0);
  try {
    fill(result);
  } catch (error) {
    result.free();
    throw error;
  }
  return result;
}
