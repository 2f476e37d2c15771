// What is done to whole keys, whatever they hold: delete, rename, move, copy.
import type { Slice } from "../base/slice.ts";
import { invariant } from "../base/invariant.ts";
import type { Database } from "./database.ts";
import { accessOf, isInline, setAccess, TYPE_HASH, TYPE_STRING } from "./entry.ts";
import type { Graveyard } from "./graveyard.ts";

/** Finds a key for reading and counts a hit or a miss, but leaves its access time (EXISTS, TTL). */
export function lookUntouched(database: Database, key: Slice): number {
  const ref = database.look(key);
  if (ref === 0) database.keyspace.stats.keyspaceMisses++;
  else database.keyspace.stats.keyspaceHits++;
  return ref;
}

/**
 * Removes an entry; a big value waits in the graveyard, if one is given, to be freed by the cron. The
 * caller announces the change. The last lookup still counts for storing.
 */
export function removeEntry(database: Database, ref: number, graveyard?: Graveyard): void {
  const type = database.typeOf(ref);
  if (graveyard === undefined || type === TYPE_STRING) return database.remove(ref);
  const encoding = database.encodingOf(ref);
  graveyard.buryValue(type, encoding, database.detach(ref));
}

/** A place for a value: `old` is what the last lookup in the database, of this key, found, 0 for nothing. */
export interface Target {
  readonly database: Database;
  readonly key: Slice;
  readonly old: number;
  /** Where the value of `old` waits to be freed, if it does. */
  readonly graveyard: Graveyard | undefined;
}

/**
 * Makes the value of entry `ref`, with its expiry and access time, the value of another key. The
 * entry is gone afterwards. When memory runs out, nothing has changed.
 */
export function transfer(from: Database, ref: number, to: Target): void {
  const { arena } = from;
  const type = from.typeOf(ref), encoding = from.encodingOf(ref);
  const access = accessOf(arena, ref), expireAtMs = from.expireAtOf(ref);
  const inline = type === TYPE_STRING && isInline(encoding);
  const { database, key } = to;
  const entry = inline
    ? database.putString(0, key, from.stringOf(ref), encoding, expireAtMs)
    : database.putValue(key, type, encoding, from.valueOf(ref), expireAtMs);
  setAccess(arena, entry, access);
  removeOld(to, type, entry);
  if (inline) from.remove(ref);
  else from.detach(ref);
}

/**
 * Makes a copy of the value of entry `ref`, with its expiry, the value of another key. When memory
 * runs out, nothing has changed.
 */
export function duplicate(from: Database, ref: number, to: Target): void {
  const type = from.typeOf(ref), encoding = from.encodingOf(ref);
  const expireAtMs = from.expireAtOf(ref);
  const { database, key } = to;
  let entry: number;
  if (type === TYPE_STRING) {
    entry = database.putString(0, key, from.stringOf(ref), encoding, expireAtMs);
  } else {
    const valueType = from.keyspace.valueTypes[type];
    invariant(valueType !== undefined, "every type that is stored knows how it is copied");
    const copy = valueType.copy(encoding, from.valueOf(ref));
    try {
      entry = database.putValue(key, type, encoding, copy, expireAtMs);
    } catch (error) {
      valueType.free(encoding, copy);
      throw error;
    }
  }
  removeOld(to, type, entry);
}

/** Removes what a value, now of entry `entry`, came in the place of. */
function removeOld({ database, key, old, graveyard }: Target, type: number, entry: number): void {
  if (old === 0) return;
  removeEntry(database, old, graveyard);
  // The fields of the old hash, which had the same key, are forgotten by that key.
  if (type === TYPE_HASH) database.noteFieldExpiry(key, entry);
}
