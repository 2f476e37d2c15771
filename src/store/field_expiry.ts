// Fields of hashes go when their time is over: when somebody comes for the hash, or by themselves.
import { Slice } from "../base/slice.ts";
import type { HashValues } from "../values/hash_values.ts";
import type { Database } from "./database.ts";
import { TYPE_HASH } from "./entry.ts";

/** Hashes between two looks at the clock. */
const HASHES_PER_LOOK = 16;

/**
 * Removes the fields of a hash whose time is over, and the hash with its last field, and tells the
 * listener. True when the hash is gone. `key` must not lie in the arena.
 */
export function expireFields(database: Database, key: Slice, ref: number): boolean {
  const { keyspace } = database;
  database.willChange(ref);
  const hashes = keyspace.valueTypes[TYPE_HASH] as HashValues;
  const hash = hashes.expiryWindow.open(database.encodingOf(ref), database.valueOf(ref));
  const removed: Uint8Array[] = [];
  while (isDue(hash.nextExpireAtMs, keyspace.nowMs) && hash.findNextToExpire()) {
    removed.push(hash.field.copy());
    hash.removeFound();
  }
  database.setValue(ref, hash.encoding, hash.value);
  if (removed.length === 0) return false;
  keyspace.stats.expiredFields += removed.length;
  const gone = hash.size === 0;
  if (gone) database.remove(ref);
  keyspace.listener.fieldsExpired(database, key, removed);
  if (gone) database.changed(key, "del", 0);
  return gone;
}

/**
 * Removes fields whose time is over though nobody comes for them, until the clock says `deadlineMs`
 * (monotonic). False when there was no time for all.
 */
export function expireDueFields(database: Database, deadlineMs: number): boolean {
  const { keyspace, fieldExpiries } = database;
  for (let hashes = 1; isDue(fieldExpiries.firstAtMs, keyspace.nowMs); hashes++) {
    expireFieldsOf(database, new Slice(fieldExpiries.firstKey.copy()));
    if (hashes % HASHES_PER_LOOK === 0 && keyspace.clock.monotonicMs() >= deadlineMs) return false;
  }
  return true;
}

function expireFieldsOf(database: Database, key: Slice): void {
  const ref = database.peek(key);
  const isHash = ref !== 0 && database.typeOf(ref) === TYPE_HASH && !database.isOver(ref);
  database.fieldExpiries.note(key, -1);
  if (isHash && !expireFields(database, key, ref)) database.noteFieldExpiry(key, ref);
}

function isDue(atMs: number, nowMs: number): boolean {
  return atMs >= 0 && atMs <= nowMs;
}
