// Fields of hashes go when their time is over: when somebody comes for the hash, or by themselves.
import { Slice } from "../base/slice.ts";
import type { HashValues } from "../values/hash_values.ts";
import type { Database } from "./database.ts";
import { TYPE_HASH } from "./entry.ts";

/** Hashes, or a few more than that many fields of one, between two looks at the clock. */
const HASHES_PER_LOOK = 16;
const FIELDS_PER_LOOK = 64;

/**
 * Removes up to `most` fields of a hash whose time is over, and the hash with its last field, and
 * tells the listener. True when the hash is gone. `key` must not lie in the arena.
 */
export function expireFields(
  database: Database,
  key: Slice,
  ref: number,
  most = Infinity,
): boolean {
  const { keyspace } = database;
  database.willChange(ref);
  const hashes = keyspace.valueTypes[TYPE_HASH] as HashValues;
  const hash = hashes.expiryWindow.open(database.encodingOf(ref), database.valueOf(ref));
  const removed: Uint8Array[] = [];
  while (
    removed.length < most && isDue(hash.nextExpireAtMs, keyspace.nowMs) && hash.findNextToExpire()
  ) {
    removed.push(hash.field.copy());
    hash.removeFound();
  }
  database.setValue(ref, hash.encoding, hash.value);
  if (removed.length === 0) return false;
  return announceExpired(database, key, ref, { removed, left: hash.size });
}

/** Fields that went because their time was over, one at least, and how many are left. */
interface ExpiredFields {
  readonly removed: readonly Uint8Array[];
  readonly left: number;
}

/** Tells of fields that went. The hash goes with its last one: true if it did. */
export function announceExpired(
  database: Database,
  key: Slice,
  ref: number,
  { removed, left }: ExpiredFields,
): boolean {
  const { keyspace } = database;
  keyspace.stats.expiredFields += removed.length;
  if (left === 0) database.remove(ref);
  keyspace.listener.fieldsExpired(database, key, removed);
  if (left === 0) database.changed(key, "del", 0);
  return left === 0;
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
  if (isHash && !expireFields(database, key, ref, FIELDS_PER_LOOK)) {
    database.noteFieldExpiry(key, ref);
  }
}

function isDue(atMs: number, nowMs: number): boolean {
  return atMs >= 0 && atMs <= nowMs;
}
