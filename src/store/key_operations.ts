// What is done to whole keys, whatever they hold: delete, rename, move, copy.
import type { Slice } from "../base/slice.ts";
import { invariant } from "../base/invariant.ts";
import { type Database, NO_EXPIRY } from "./database.ts";
import { accessOf, ENCODING_RAW_BLOCK, setAccess, TYPE_STRING } from "./entry.ts";

/** Finds a key for reading and counts a hit or a miss, but leaves its access time (EXISTS, TTL). */
export function lookUntouched(database: Database, key: Slice): number {
  const ref = database.look(key);
  if (ref === 0) database.keyspace.stats.keyspaceMisses++;
  else database.keyspace.stats.keyspaceHits++;
  return ref;
}

/**
 * Removes an entry; `lazily` leaves the freeing of a big value to the cron. The caller announces the
 * change. The last lookup still counts for storing.
 */
export function removeEntry(database: Database, ref: number, lazily: boolean): void {
  const type = database.typeOf(ref);
  if (!lazily || type === TYPE_STRING) return database.remove(ref);
  const encoding = database.encodingOf(ref);
  database.keyspace.graveyard.buryValue(type, encoding, database.detach(ref));
}

/**
 * Makes the value of entry `ref`, with its expiry and access time, the value of `key` in `to`, where
 * the last lookup found nothing or the entry it found was removed since. The old entry is gone.
 * Answers the new one.
 */
export function transfer(from: Database, ref: number, to: Database, key: Slice): number {
  const { arena } = from;
  const type = from.typeOf(ref), encoding = from.encodingOf(ref);
  const access = accessOf(arena, ref), expireAtMs = from.expireAtOf(ref);
  let entry: number;
  if (type === TYPE_STRING && encoding !== ENCODING_RAW_BLOCK) {
    entry = to.putString(0, key, from.stringOf(ref), encoding, NO_EXPIRY);
    from.remove(ref);
  } else entry = to.putValue(key, type, encoding, from.detach(ref));
  setAccess(arena, entry, access);
  return expireAtMs < 0 ? entry : to.setExpireAt(entry, expireAtMs);
}

/**
 * Stores a copy of the value of entry `ref`, with its expiry, under `key` of `to`, where the last
 * lookup found nothing or the entry it found was removed since. Answers the new entry.
 */
export function duplicate(from: Database, ref: number, to: Database, key: Slice): number {
  const type = from.typeOf(ref), encoding = from.encodingOf(ref);
  const expireAtMs = from.expireAtOf(ref);
  if (type === TYPE_STRING) {
    const at = expireAtMs < 0 ? NO_EXPIRY : expireAtMs;
    return to.putString(0, key, from.stringOf(ref), encoding, at);
  }
  const valueType = from.keyspace.valueTypes[type];
  invariant(valueType !== undefined, "every type that is stored knows how it is copied");
  const entry = to.putValue(key, type, encoding, valueType.copy(encoding, from.valueOf(ref)));
  return expireAtMs < 0 ? entry : to.setExpireAt(entry, expireAtMs);
}
