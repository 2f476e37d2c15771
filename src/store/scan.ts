// Walks over hash tables: whole ones within one command, and pieces of them for SCAN's cursor.
import type { HashTable } from "../memory/hash_table.ts";
import type { Database } from "./database.ts";

/** Buckets that one call may visit for each element asked for: a sparse table must not hold it up. */
const BUCKETS_PER_ELEMENT = 10;

/**
 * Visits whole buckets from `cursor` on until at least `count` entries were seen, and answers the
 * cursor to go on with, 0 at the end. Every entry that is there from the first call to the last is
 * visited, some maybe more than once. `visit` may not change the table.
 */
export function scanTable(
  table: HashTable,
  cursor: number,
  count: number,
  visit: (ref: number) => void,
): number {
  let seen = 0;
  let buckets = count * BUCKETS_PER_ELEMENT;
  const counting = (ref: number) => {
    seen++;
    visit(ref);
  };
  do {
    cursor = table.scan(cursor, counting);
  } while (cursor !== 0 && --buckets > 0 && seen < count);
  return cursor;
}

/** The table's cursor for a client's one, which has 64 bits: a table looks at the low ones only. */
export function tableCursor(cursor: number | bigint): number {
  return typeof cursor === "bigint" ? Number(BigInt.asUintN(32, cursor)) : cursor % 2 ** 32;
}

/** Buckets whose entries are fetched together: the processor waits for all of them at once. */
const TOGETHER = 64;

/** Visits every key whose time is not over, once. `visit` may not change the database. */
export function eachLiveKey(database: Database, visit: (ref: number) => void): void {
  const { table, arena: { i32 } } = database, { buckets } = table;
  const refs = new Int32Array(TOGETHER), followers = new Int32Array(TOGETHER);
  for (let bucket = 0; bucket < buckets;) {
    let count = 0;
    for (; count < TOGETHER && bucket < buckets; bucket++) {
      const ref = table.bucketAt(bucket);
      if (ref !== 0) refs[count++] = ref;
    }
    while (count > 0) {
      for (let i = 0; i < count; i++) followers[i] = i32[refs[i] * 2];
      for (let i = 0; i < count; i++) if (!database.isOver(refs[i])) visit(refs[i]);
      let following = 0;
      for (let i = 0; i < count; i++) if (followers[i] !== 0) refs[following++] = followers[i];
      count = following;
    }
  }
}

/** Tries at a key that is not over, on a replica, which may not remove those that are. */
const REPLICA_TRIES = 100;

/**
 * A random key, 0 in an empty database. Keys found to be over are removed; a replica waits for its
 * master to do that and answers one of them where it finds nothing else.
 */
export function randomKey(database: Database): number {
  const { keyspace } = database;
  for (let tries = 1; database.size > 0; tries++) {
    const ref = database.table.randomEntry(keyspace.random);
    if (!database.isOver(ref)) return ref;
    if (keyspace.expiresKeys) database.expire(ref, database.keyOf(ref));
    else if (tries === REPLICA_TRIES) return ref;
  }
  return 0;
}
