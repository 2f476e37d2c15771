// XINFO STREAM FULL: entries, groups, consumers and what is pending for them.
import type { Call } from "../../engine/call.ts";
import type { ReplySink } from "../../resp/reply_sink.ts";
import { inNameOrder, type StreamConsumer, type StreamGroup } from "../../values/stream_group.ts";
import { StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { streamsOf } from "./open_stream.ts";
import { replyEntries, replyId } from "./reply_entry.ts";
import { replyProgress } from "./reply_progress.ts";

const id = new StreamId();

/** The last two of the keys that FULL has; `count` of each list, 0 for all. */
export function replyFullInfo(call: Call, stream: StreamValue, count: number): void {
  const { reply } = call, { cursor } = streamsOf(call);
  reply.bulkText("entries");
  cursor.beginAll(stream.blocks);
  replyEntries(reply, cursor, count);
  reply.bulkText("groups");
  reply.array(stream.groups?.size ?? 0);
  for (const group of inNameOrder(stream.groups)) replyGroup(reply, stream, group, count);
}

function replyGroup(
  reply: ReplySink,
  stream: StreamValue,
  group: StreamGroup,
  count: number,
): void {
  const { name, pending } = group;
  reply.map(7);
  reply.bulkText("name");
  reply.bulkRange(name, 0, name.length);
  reply.bulkText("last-delivered-id");
  replyId(reply, group.lastId);
  replyProgress(reply, stream, group);
  reply.bulkText("pel-count");
  reply.integer(pending.size);
  reply.bulkText("pending");
  let left = shown(pending.size, count);
  reply.array(left);
  for (let at = pending.first(); left > 0; at = pending.next(at), left--) {
    const owner = group.ownerOf(at).name;
    pending.readId(at, id);
    reply.array(4);
    replyId(reply, id);
    reply.bulkRange(owner, 0, owner.length);
    reply.integer(group.deliveredAtMs(at));
    reply.integer(group.deliveries(at));
  }
  reply.bulkText("consumers");
  reply.array(group.consumers.size);
  for (const one of inNameOrder(group.consumers)) replyConsumer(reply, group, one, count);
}

function replyConsumer(
  reply: ReplySink,
  group: StreamGroup,
  { name, pending, seenAtMs, activeAtMs }: StreamConsumer,
  count: number,
): void {
  reply.map(5);
  reply.bulkText("name");
  reply.bulkRange(name, 0, name.length);
  reply.bulkText("seen-time");
  reply.integer(seenAtMs);
  reply.bulkText("active-time");
  reply.integer(activeAtMs);
  reply.bulkText("pel-count");
  reply.integer(pending.size);
  reply.bulkText("pending");
  let left = shown(pending.size, count);
  reply.array(left);
  for (let at = pending.first(); left > 0; at = pending.next(at), left--) {
    pending.readId(at, id);
    const position = group.find(id);
    reply.array(3);
    replyId(reply, id);
    reply.integer(group.deliveredAtMs(position));
    reply.integer(group.deliveries(position));
  }
}

function shown(size: number, count: number): number {
  return count === 0 ? size : Math.min(size, count);
}
