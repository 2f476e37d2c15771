// How IDs and entries are replied.
import type { ReplySink } from "../../resp/reply_sink.ts";
import type { StreamCursor } from "../../values/stream_cursor.ts";
import { STREAM_ID_TEXT_MAX, type StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";

const text = new Uint8Array(STREAM_ID_TEXT_MAX);

/** An ID as a bulk string. */
export function replyId(reply: ReplySink, id: StreamId): void {
  reply.bulkRange(text, 0, id.write(text, 0));
}

/** The entry that a cursor came to: its ID, and its fields and values in turn. */
export function replyEntry(reply: ReplySink, cursor: StreamCursor): void {
  reply.array(2);
  replyId(reply, cursor.id);
  const fields = cursor.fieldCount;
  reply.array(fields * 2);
  for (let i = 0; i < fields; i++) {
    cursor.nextField();
    reply.bulk(cursor.field);
    reply.bulk(cursor.value);
  }
}

/** The entries that a cursor still comes to, at most `count` of them; 0 for all. */
export function replyEntries(reply: ReplySink, cursor: StreamCursor, count: number): void {
  const token = reply.openArray();
  let replied = 0;
  while ((count === 0 || replied < count) && cursor.next()) {
    replyEntry(reply, cursor);
    replied++;
  }
  reply.closeArray(token, replied);
}

/** The entry of an ID; false, and nothing is replied, when there is none. */
export function replyEntryOf(
  reply: ReplySink,
  cursor: StreamCursor,
  stream: StreamValue,
  id: StreamId,
): boolean {
  cursor.begin(stream.blocks, id, id);
  if (!cursor.next()) return false;
  replyEntry(reply, cursor);
  return true;
}
