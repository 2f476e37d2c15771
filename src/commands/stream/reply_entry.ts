// How IDs and entries are replied.
import { writeInteger64 } from "../../base/int64.ts";
import type { ReplySink } from "../../resp/reply_sink.ts";
import type { StreamCursor } from "../../values/stream_cursor.ts";
import { STREAM_ID_TEXT_MAX, StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";

const DASH = 0x2d;

const text = new Uint8Array(STREAM_ID_TEXT_MAX);
// The ID whose milliseconds stand in `text`, and where they end with a dash: IDs that follow each
// other share them, and their digits take as long to write as all the rest of a small entry.
const inText = new StreamId();
let dashEnd = 0;

/** An ID as a bulk string. */
export function replyId(reply: ReplySink, id: StreamId): void {
  if (dashEnd === 0 || !inText.hasMillisecondsOf(id)) {
    dashEnd = writeInteger64(id.milliseconds, text, 0);
    text[dashEnd++] = DASH;
    inText.copyFrom(id);
  }
  reply.bulkRange(text, 0, writeInteger64(id.sequence, text, dashEnd));
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

/** The entries that a cursor still comes to, at most `count` of them, 0 for all; answers how many. */
export function replyEntries(reply: ReplySink, cursor: StreamCursor, count: number): number {
  const token = reply.openArray();
  let replied = 0;
  while ((count === 0 || replied < count) && cursor.next()) {
    replyEntry(reply, cursor);
    replied++;
  }
  reply.closeArray(token, replied);
  return replied;
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
