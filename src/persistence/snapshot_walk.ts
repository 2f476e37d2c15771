// How far a snapshot has come in one table.
import type { HashTable } from "../memory/hash_table.ts";
import type { Database } from "../store/database.ts";
import type { Keyspace } from "../store/keyspace.ts";

/** Buckets that {@link endRehash} moves at a time. */
const REHASH_BUCKETS = 100;

/** One table: which of its buckets are written. */
export interface SnapshotWalk {
  readonly database: Database;
  readonly table: HashTable;
  /** Number of the database at the instant of the snapshot. */
  readonly index: number;
  readonly keys: number;
  readonly expires: number;
  readonly buckets: number;
  /** All below are written. */
  next: number;
  /** A bit for each bucket that was written before its turn; none yet when undefined. */
  early: Uint8Array | undefined;
  announced: boolean;
  done: boolean;
  /** No database has the table any more: it is for the snapshot to bury. */
  orphaned: boolean;
}

/** The table of a database, at the instant of the snapshot: its buckets stay from now on. */
export function beginWalk(database: Database): SnapshotWalk {
  const { table, index, size } = database;
  table.pauseRehash();
  return {
    database,
    table,
    index,
    keys: size,
    expires: database.expires.length,
    buckets: size === 0 ? 0 : table.buckets,
    next: 0,
    early: undefined,
    announced: false,
    done: size === 0,
    orphaned: false,
  };
}

/** Completes, somewhat more each time, what tables have begun to move; false when there is more to do. */
export function endRehash({ databases }: Keyspace): boolean {
  let ready = true;
  for (const { table } of databases) if (table.rehash(REHASH_BUCKETS)) ready = false;
  return ready;
}
