// Consumers that come to be by being named.
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import type { StreamConsumer, StreamGroup } from "../../values/stream_group.ts";

/** Adds a consumer to a group and announces it; undefined when it was there. */
export function createConsumer(
  call: Call,
  key: Slice,
  group: StreamGroup,
  name: Slice,
): StreamConsumer | undefined {
  if (group.consumer(name) !== undefined) return undefined;
  const consumer = group.createConsumer(name, call.nowMs);
  call.database.changed(key, "xgroup-createconsumer");
  return consumer;
}

/** The consumer of a name, made if it was not there, and seen now. */
export function seenConsumer(
  call: Call,
  key: Slice,
  group: StreamGroup,
  name: Slice,
): StreamConsumer {
  const consumer = group.consumer(name) ?? createConsumer(call, key, group, name)!;
  group.saw(consumer, call.nowMs);
  return consumer;
}

/** Counts changes that Redis announces to nobody: of pending entries. */
export function countChanges(call: Call, changes: number): void {
  call.services.keyspace.dirty += changes;
}
