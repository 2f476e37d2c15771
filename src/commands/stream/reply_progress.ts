// How far a group has read, as XINFO tells it.
import type { ReplySink } from "../../resp/reply_sink.ts";
import { type StreamGroup, UNKNOWN_ENTRIES_READ } from "../../values/stream_group.ts";
import type { StreamValue } from "../../values/stream_value.ts";

/** How much a group has read and has still to read; null where nobody knows. */
export function replyProgress(reply: ReplySink, stream: StreamValue, group: StreamGroup): void {
  const { entriesRead } = group, lag = stream.lagOf(group);
  reply.bulkText("entries-read");
  if (entriesRead === UNKNOWN_ENTRIES_READ) reply.null();
  else reply.integer(entriesRead);
  reply.bulkText("lag");
  if (lag === undefined) reply.null();
  else reply.integer(lag);
}
