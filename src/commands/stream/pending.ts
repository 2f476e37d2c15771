// XPENDING: what a group has not acknowledged.
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import type { ReplySink } from "../../resp/reply_sink.ts";
import { inNameOrder, type StreamGroup } from "../../values/stream_group.ts";
import { StreamId } from "../../values/stream_id.ts";
import { readRangeEnd, readRangeStart } from "./id_arguments.ts";
import { noSuchKeyOrGroup, readStream } from "./open_stream.ts";
import { replyId } from "./reply_entry.ts";

const IDLE = keyword("idle");

interface PendingRange {
  minIdleMs: number;
  start: StreamId;
  end: StreamId;
  count: number;
  consumer: Slice | undefined;
}

/** XPENDING key group [[IDLE min-idle-time] start end count [consumer]] */
export function xpending(call: Call): void {
  const { count } = call;
  if (count !== 3 && (count < 6 || count > 9)) throw ERR.syntax;
  const range = count === 3 ? undefined : readRange(call);
  const key = call.at(1), name = call.at(2);
  const group = readStream(call, key)?.group(name);
  if (group === undefined) throw noSuchKeyOrGroup(key, name);
  if (range === undefined) replySummary(call.reply, group);
  else replyRange(call, group, range);
}

function readRange(call: Call): PendingRange {
  let at = 3, minIdleMs = 0;
  if (call.at(at).equalsIgnoreCase(IDLE)) {
    minIdleMs = clampedIntegerOf(call.at(at + 1));
    if (call.count < 8) throw ERR.syntax;
    at += 2;
  }
  const count = Math.max(0, clampedIntegerOf(call.at(at + 2)));
  const start = new StreamId(), end = new StreamId();
  readRangeStart(start, call.at(at));
  readRangeEnd(end, call.at(at + 1));
  const consumer = at + 3 < call.count ? call.at(at + 3) : undefined;
  return { minIdleMs, start, end, count, consumer };
}

/** Number of pending entries, the first and last ID, and how many each consumer has. */
function replySummary(reply: ReplySink, { pending, consumers }: StreamGroup): void {
  reply.array(4);
  reply.integer(pending.size);
  if (pending.size === 0) {
    reply.null();
    reply.null();
    return reply.nullArray();
  }
  const edge = new StreamId();
  for (const at of [pending.first(), pending.last()]) {
    pending.readId(at, edge);
    replyId(reply, edge);
  }
  const owners = inNameOrder(consumers).filter((consumer) => consumer.pending.size > 0);
  reply.array(owners.length);
  for (const { name, pending } of owners) {
    reply.array(2);
    reply.bulkRange(name, 0, name.length);
    reply.bulkInteger(pending.size);
  }
}

function replyRange(call: Call, group: StreamGroup, range: PendingRange): void {
  const { reply, nowMs } = call, { start, end, minIdleMs, count } = range;
  let { pending } = group;
  if (range.consumer !== undefined) {
    const consumer = group.consumer(range.consumer);
    if (consumer === undefined) return reply.array(0);
    pending = consumer.pending;
  }
  const token = reply.openArray();
  const id = new StreamId();
  let replied = 0;
  let at = pending.ceiling(start);
  for (; at >= 0 && replied < count; at = pending.next(at)) {
    pending.readId(at, id);
    if (id.compare(end) > 0) break;
    const position = pending === group.pending ? at : group.find(id);
    const idleMs = nowMs - group.deliveredAtMs(position);
    if (minIdleMs !== 0 && idleMs < minIdleMs) continue;
    const { name } = group.ownerOf(position);
    reply.array(4);
    replyId(reply, id);
    reply.bulkRange(name, 0, name.length);
    reply.integer(Math.max(0, idleMs));
    reply.integer(group.deliveries(position));
    replied++;
  }
  reply.closeArray(token, replied);
}
