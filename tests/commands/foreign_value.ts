/** A key that holds something else than a string, for commands that must refuse it. */

import { latin1Bytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { ENCODING_LISTPACK, TYPE_LIST } from "../../src/store/entry.ts";
import type { EngineHarness } from "../support/engine_harness.ts";

export const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";

/** Stores an opaque value of type list under `key`; answers how often it was freed. */
export function putForeignValue(harness: EngineHarness, key: string): { freed: number } {
  const count = { freed: 0 };
  const { keyspace } = harness;
  keyspace.valueTypes[TYPE_LIST] = {
    free: () => void count.freed++,
    copy: (_encoding, value) => value,
    elements: () => 1,
    bytes: () => 0,
    digest: () => {},
  };
  const [database] = keyspace.databases;
  const slice = new Slice(latin1Bytes(key));
  if (database.peek(slice) !== 0) throw new Error(`${key} is there already`);
  database.putValue(slice, TYPE_LIST, ENCODING_LISTPACK, 1);
  return count;
}
