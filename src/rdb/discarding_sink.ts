// Takes values and does nothing with them: for keys that are skipped.
import type { ValueSink } from "./value_sink.ts";

const ignore = () => {};

/** Takes in a value of which nothing is wanted, such as that of an expired key. */
export const DISCARDING_SINK: ValueSink = {
  beginList: ignore,
  beginSet: ignore,
  beginSortedSet: ignore,
  beginHash: ignore,
  beginStream: ignore,
  element: ignore,
  member: ignore,
  field: ignore,
  listpack: ignore,
  listpackWithExpiry: ignore,
  intset: ignore,
  streamBlock: ignore,
  streamFacts: ignore,
  streamGroup: ignore,
  streamPending: ignore,
  streamConsumer: ignore,
  streamConsumerPending: ignore,
  end: ignore,
};
