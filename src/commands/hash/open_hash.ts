// Between the keyspace and the windows on hashes.
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { TYPE_HASH } from "../../store/entry.ts";
import { announceExpired, expireFields } from "../../store/field_expiry.ts";
import type { HashValue } from "../../values/hash_value.ts";
import type { HashValues } from "../../values/hash_values.ts";

/** The window that everybody uses. */
export function hashWindow(call: Call): HashValue {
  return (call.services.keyspace.valueTypes[TYPE_HASH] as HashValues).window;
}

/**
 * The hash of a key for reading, undefined without one. Fields whose time is over are not seen.
 * Throws WRONGTYPE.
 */
export function readHash(call: Call, key: Slice): HashValue | undefined {
  const ref = call.readTyped(key, TYPE_HASH);
  return ref === 0 ? undefined : openHash(call, ref);
}

/** As {@link readHash}, after all fields whose time is over are gone, if that is ours to decide. */
export function readSweptHash(call: Call, key: Slice): HashValue | undefined {
  const ref = call.readTyped(key, TYPE_HASH);
  if (ref === 0) return undefined;
  const hash = openHash(call, ref);
  if (hash.hiddenUntilMs < 0 || !call.services.keyspace.expiresKeys) return hash;
  return expireFields(call.database, key, ref) ? undefined : openHash(call, ref);
}

/** As {@link readHash}, for the fields that the arguments from `first` on name, up to `end`. */
export function readFields(call: Call, first: number, end: number): HashValue | undefined {
  const ref = call.readTyped(call.at(1), TYPE_HASH);
  if (ref === 0) return undefined;
  const hash = openHash(call, ref);
  return removeOver(call, ref, { first, end, stride: 1 }) ? undefined : hash;
}

/**
 * Opens the hash of a key in {@link hashWindow} and answers its entry, 0 without one. Fields whose
 * time is over are not found, and overwritten. Throws WRONGTYPE.
 */
export function writeHash(call: Call, key: Slice): number {
  const ref = call.writeTyped(key, TYPE_HASH);
  if (ref !== 0) openHash(call, ref);
  return ref;
}

/** As {@link writeHash}, for those of the arguments that name fields. */
export function writeFields(call: Call, fields: FieldArguments): number {
  const key = call.at(1);
  const ref = writeHash(call, key);
  if (ref === 0 || !removeOver(call, ref, fields)) return ref;
  // A lookup goes before storing under the key.
  return call.database.peek(key);
}

/** As {@link writeHash}, but without a hash the window has a new, empty one. */
export function writeOrCreateHash(call: Call, key: Slice): number {
  const ref = writeHash(call, key);
  if (ref === 0) hashWindow(call).create();
  return ref;
}

function openHash(call: Call, ref: number): HashValue {
  const { database } = call;
  const hash = hashWindow(call).open(database.encodingOf(ref), database.valueOf(ref));
  const nextMs = hash.nextExpireAtMs;
  const isDue = nextMs >= 0 && nextMs <= call.nowMs;
  if (isDue && !call.services.keyspace.keepsExpired) hash.hiddenUntilMs = call.nowMs;
  return hash;
}

/** Every `stride`-th argument from `first` on names a field, up to `end`. */
export interface FieldArguments {
  readonly first: number;
  readonly end: number;
  readonly stride: number;
}

/**
 * Removes those of the fields named whose time is over, as somebody came for them; the others wait
 * for their turn. True when none is left and the hash is gone.
 */
function removeOver(call: Call, ref: number, { first, end, stride }: FieldArguments): boolean {
  const hash = hashWindow(call), { database, services } = call;
  if (hash.hiddenUntilMs < 0 || !services.keyspace.expiresKeys) return false;
  const removed: Uint8Array[] = [];
  for (let i = first; i < end; i += stride) {
    if (hash.find(call.at(i)) || !hash.foundOver) continue;
    if (removed.length === 0) database.willChange(ref);
    removed.push(call.at(i).copy());
    hash.removeFound();
  }
  if (removed.length === 0) return false;
  database.setValue(ref, hash.encoding, hash.value);
  return announceExpired(database, call.at(1), ref, { removed, left: hash.size });
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
