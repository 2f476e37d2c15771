/** A keyspace without an engine, for tests of the store. */

import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { ManualClock } from "../../src/base/clock.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { Slice } from "../../src/base/slice.ts";
import { Arena } from "../../src/memory/arena.ts";
import { type Database, NO_EXPIRY } from "../../src/store/database.ts";
import { Keyspace } from "../../src/store/keyspace.ts";
import { stringEncoding } from "../../src/store/string_encoding.ts";

export interface SmallKeyspace {
  keyspace: Keyspace;
  clock: ManualClock;
}

export function smallKeyspace(seed = 1, databases = 2): SmallKeyspace {
  const clock = new ManualClock();
  const random = new SeededRandom(seed);
  return { clock, keyspace: new Keyspace({ arena: new Arena(), clock, random, databases }) };
}

export function sliceOf(text: string): Slice {
  return new Slice(latin1Bytes(text));
}

export function textOf({ bytes, start, end }: Slice): string {
  return latin1(bytes, start, end);
}

/** Stores a string as SET would, and answers its entry. */
export function put(database: Database, name: string, value = "", at = NO_EXPIRY): number {
  const key = sliceOf(name), bytes = sliceOf(value);
  return database.putString(database.write(key), key, bytes, stringEncoding(bytes), at);
}

/** Removes a key that may not be there. */
export function drop(database: Database, name: string): void {
  const ref = database.look(sliceOf(name));
  if (ref !== 0) database.remove(ref);
}

/** A key's string, undefined without one. */
export function valueOf(database: Database, name: string): string | undefined {
  const ref = database.look(sliceOf(name));
  return ref === 0 ? undefined : textOf(database.stringOf(ref));
}
