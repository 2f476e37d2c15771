/** A list type that stores nothing, for tests of what is done to whole values of any type. */

import { latin1Bytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { ENCODING_QUICKLIST, TYPE_LIST } from "../../src/store/entry.ts";
import type { EngineHarness } from "./engine_harness.ts";

const counts = new WeakMap<EngineHarness, { freed: number; copied: number }>();
const ELEMENTS = 1000;

/** Stores a value of 1000 elements under a key that does not exist, in database 0. */
export function bigList(harness: EngineHarness, name: string): void {
  const { keyspace } = harness;
  if (!counts.has(harness)) {
    const count = { freed: 0, copied: 0 };
    counts.set(harness, count);
    keyspace.valueTypes[TYPE_LIST] = {
      free: () => void count.freed++,
      freeInSlices: () => ({ run: () => ++count.freed > 0 }),
      copy: (_encoding, value) => (count.copied++, value + 1),
      elements: () => ELEMENTS,
      bytes: () => ELEMENTS,
      digest: () => {},
    };
  }
  const key = new Slice(latin1Bytes(name));
  const [database] = keyspace.databases;
  database.look(key);
  database.putValue(key, TYPE_LIST, ENCODING_QUICKLIST, 1);
}

/** How many of its values were freed. */
export function freed(harness: EngineHarness): number {
  return counts.get(harness)!.freed;
}

/** How many of its values were copied. */
export function copied(harness: EngineHarness): number {
  return counts.get(harness)!.copied;
}
