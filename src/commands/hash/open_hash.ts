// Between the keyspace and the windows on hashes.
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { TYPE_HASH } from "../../store/entry.ts";
import { expireFields } from "../../store/field_expiry.ts";
import type { HashValue } from "../../values/hash_value.ts";
import type { HashValues } from "../../values/hash_values.ts";

/** The window that everybody uses. */
export function hashWindow(call: Call): HashValue {
  return (call.services.keyspace.valueTypes[TYPE_HASH] as HashValues).window;
}

/** The hash of a key for reading, undefined without one. Throws WRONGTYPE. */
export function readHash(call: Call, key: Slice): HashValue | undefined {
  const ref = call.readTyped(key, TYPE_HASH);
  return ref !== 0 && openHash(call, key, ref) ? hashWindow(call) : undefined;
}

/**
 * Opens the hash of a key in {@link hashWindow} and answers its entry, 0 without one. Throws
 * WRONGTYPE.
 */
export function writeHash(call: Call, key: Slice): number {
  const ref = call.writeTyped(key, TYPE_HASH);
  if (ref === 0 || openHash(call, key, ref)) return ref;
  // A lookup goes before storing under the key.
  return call.database.peek(key);
}

/** As {@link writeHash}, but without a hash the window has a new, empty one. */
export function writeOrCreateHash(call: Call, key: Slice): number {
  const ref = writeHash(call, key);
  if (ref === 0) hashWindow(call).create();
  return ref;
}

/** Removes fields whose time is over; false when none is left and the hash is gone. */
function openHash(call: Call, key: Slice, ref: number): boolean {
  const { database } = call;
  const hash = hashWindow(call);
  hash.open(database.encodingOf(ref), database.valueOf(ref));
  const nextMs = hash.nextExpireAtMs;
  if (nextMs < 0 || nextMs > call.nowMs || call.services.keyspace.keepsExpired) return true;
  if (!call.services.keyspace.expiresKeys) {
    hash.hiddenUntilMs = call.nowMs;
    return true;
  }
  if (expireFields(database, key, ref)) return false;
  hash.open(database.encodingOf(ref), database.valueOf(ref));
  return true;
}

/**
 * Stores where the hash of a key is now; `ref` is the key's entry, 0 for a new key. Also after a
 * failure: a hash may have moved before it. A new hash without fields is freed.
 */
export function keepHash(call: Call, key: Slice, ref: number): void {
  const { database } = call;
  const hash = hashWindow(call);
  const { encoding, value } = hash;
  if (ref !== 0) {
    const moved = database.valueOf(ref) !== value || database.encodingOf(ref) !== encoding;
    if (moved) database.setValue(ref, encoding, value);
    return;
  }
  if (hash.size === 0) return hash.free();
  try {
    database.putValue(key, TYPE_HASH, encoding, value);
  } catch (error) {
    hash.free();
    throw error;
  }
}

/** Removes the key of a hash that has no fields left, and says so. */
export function removeEmptyHash(call: Call, key: Slice, ref: number): void {
  call.database.remove(ref);
  call.database.changed(key, "del", 0);
}
