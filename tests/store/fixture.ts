/** A keyspace in this process with a manual clock and seeded chance, for the tests of the store. */

import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { ManualClock } from "../../src/base/clock.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { Slice } from "../../src/base/slice.ts";
import { Arena } from "../../src/memory/arena.ts";
import type { ChangeListener } from "../../src/store/changes.ts";
import type { Database } from "../../src/store/database.ts";
import { Keyspace } from "../../src/store/keyspace.ts";
import { stringEncoding } from "../../src/store/string_encoding.ts";

export interface StoreOptions {
  seed?: number;
  databases?: number;
  arenaBytes?: number;
}

export interface Store {
  readonly clock: ManualClock;
  readonly arena: Arena;
  readonly keyspace: Keyspace;
  /** Database 0. */
  readonly database: Database;
}

export function newStore(options: StoreOptions = {}): Store {
  const clock = new ManualClock();
  const arena = new Arena(options.arenaBytes ?? 512 << 20);
  const random = new SeededRandom(options.seed ?? 1);
  const keyspace = new Keyspace({ arena, clock, random, databases: options.databases ?? 2 });
  return { clock, arena, keyspace, database: keyspace.databases[0] };
}

/** Hears what the store tells of; what the test does not ask for goes to nobody, as before. */
export function listen(
  keyspace: Keyspace,
  heard: Partial<ChangeListener<Database>>,
): ChangeListener<Database> {
  return keyspace.listener = { ...keyspace.listener, listening: true, ...heard };
}

/** A Latin-1 text as a slice in the middle of other bytes. */
export function sliceOf(text: string): Slice {
  const bytes = latin1Bytes(`<<${text}>>`);
  return new Slice(bytes, 2, bytes.length - 2);
}

export function textOf(slice: Slice): string {
  return latin1(slice.bytes, slice.start, slice.end);
}

/** As SET does it; answers the entry. */
export function put(database: Database, key: string, value: string, expireAtMs = -1): number {
  const keySlice = sliceOf(key), valueSlice = sliceOf(value);
  const ref = database.write(keySlice);
  return database.putString(ref, keySlice, valueSlice, stringEncoding(valueSlice), expireAtMs);
}

/** The value of a key, undefined without. */
export function valueOf(database: Database, key: string): string | undefined {
  const ref = database.peek(sliceOf(key));
  return ref === 0 ? undefined : textOf(database.stringOf(ref));
}

/**
 * Walks all entries and checks what must be true of any database: keys are found again, the expiry
 * index and the entries point to each other, no two entries have the same key.
 */
export function checkDatabase(database: Database): void {
  const keys = new Set<string>();
  let expiring = 0, cursor = 0;
  const refs: number[] = [];
  do cursor = database.table.scan(cursor, (ref) => refs.push(ref)); while (cursor !== 0);
  for (const ref of refs) {
    const key = textOf(database.keyOf(ref));
    if (keys.has(key)) throw new Error(`the key ${key} is there twice`);
    keys.add(key);
    if (database.peek(sliceOf(key)) !== ref) throw new Error(`the key ${key} is not found`);
    if (database.expireAtOf(ref) !== -1) expiring++;
  }
  if (keys.size !== database.size) throw new Error(`${keys.size} keys, size ${database.size}`);
  if (expiring !== database.expires.length) {
    throw new Error(`${expiring} keys expire, the index has ${database.expires.length}`);
  }
  const indexed = new Set<number>();
  for (let i = 0; i < database.expires.length; i++) indexed.add(database.expires.get(i));
  if (indexed.size !== expiring) throw new Error("the expiry index has an entry twice");
  for (const ref of indexed) if (!refs.includes(ref)) throw new Error("the index has a dead entry");
}
