// What the store tells the layer above about keys that change.
import type { Slice } from "../base/slice.ts";

/**
 * Told of every change of a key. The engine implements it: WATCH, tracking, keyspace events,
 * waiting clients and propagation of deletions that no command asked for. `Database` is a parameter
 * so that databases can hold their listener without a cycle between files.
 */
export interface ChangeListener<Database> {
  /** Whether anybody listens; while false, {@link changed} is not called at all. */
  readonly listening: boolean;
  /** `event` is the keyspace event's name, empty where Redis sends none. */
  changed(database: Database, key: Slice, event: string): void;
  /** A key whose time was over was removed. */
  expired(database: Database, key: Slice): void;
  /** A key was removed because memory was over its limit. */
  evicted(database: Database, key: Slice): void;
  /** Fields of a hash whose time was over were removed, and the key with them if none is left. */
  fieldsExpired(database: Database, key: Slice, fields: readonly Uint8Array[]): void;
  /** All keys of a database are about to go; those of `replacement`, if any, take their place. */
  flushing(database: Database, replacement: Database | undefined): void;
  /** All keys of a database went, or two databases were swapped. */
  flushed(database: Database): void;
}
