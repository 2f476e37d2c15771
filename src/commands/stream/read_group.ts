// XREADGROUP: entries for one consumer of a group, new ones or those it has not acknowledged.
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import type { Wait } from "../../engine/wait.ts";
import { addInt64 } from "../../base/int64.ts";
import type { StreamConsumer, StreamGroup } from "../../values/stream_group.ts";
import { StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { countChanges, createConsumer } from "./consumers.ts";
import { readId } from "./id_arguments.ts";
import { noSuchKeyOrGroup, streamsOf, writeStream } from "./open_stream.ts";
import { propagateClaim, propagateConsumer, propagateGroupId } from "./propagate.ts";
import { ID_LAST, ID_NEW, ID_TOP, type ReadOptions, readReadOptions } from "./read_options.ts";
import { replyEntry, replyEntryOf, replyId } from "./reply_entry.ts";
import { waitForStreams } from "./read.ts";

const meaningless = (sign: string) =>
  new CommandError(
    `ERR The ${sign} ID is meaningless in the context of XREADGROUP: you want to read the history` +
      " of this consumer by specifying a proper ID, or use the > ID to get new messages. The" +
      ` ${sign} ID would just return an empty result set.`,
  );
const LAST_OF_XREADGROUP = meaningless("$");
const TOP_OF_XREADGROUP = meaningless("+");
const ANY_CHANGE = -1;

/** One stream that is asked for. */
interface Asked {
  readonly key: Slice;
  readonly stream: StreamValue;
  readonly group: StreamGroup;
  /** Own pending entries above this ID are wanted; the highest ID there is: new ones are. */
  readonly after: StreamId;
}

/**
 * XREADGROUP GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...]
 * id [id ...]
 */
export function xreadgroup(call: Call): Wait | void {
  const options = readReadOptions(call, true);
  const asked: Asked[] = [];
  for (let i = 0; i < options.streams; i++) asked.push(readAsked(call, options, i));
  call.propagateNothing(); // but what it comes to
  const { reply } = call;
  const token = reply.openArray();
  let replied = 0;
  for (const one of asked) if (serve(call, options, one)) replied++;
  if (replied > 0) return reply.closeMapOfEntries(token, replied);
  if (options.deadlineAtMs < 0) return reply.nullArray();
  // Any change may end the wait: the group, or the key, may be gone.
  return waitForStreams(call, options, ANY_CHANGE);
}

function readAsked(call: Call, options: ReadOptions, index: number): Asked {
  const key = call.at(options.firstKey + index), name = options.group!;
  const stream = writeStream(call, key);
  const group = stream?.group(name);
  if (stream === undefined || group === undefined) {
    throw noSuchKeyOrGroup(key, name, " in XREADGROUP with GROUP option");
  }
  const argument = call.at(options.firstKey + options.streams + index);
  const after = new StreamId();
  if (argument.equalsBytes(ID_LAST)) throw LAST_OF_XREADGROUP;
  if (argument.equalsBytes(ID_TOP)) throw TOP_OF_XREADGROUP;
  if (argument.equalsBytes(ID_NEW)) after.setMaximum();
  else readId(after, argument);
  return { key, stream, group, after };
}

/** Replies what there is for the consumer in one stream; false when it is nothing. */
function serve(call: Call, options: ReadOptions, asked: Asked): boolean {
  const { reply, nowMs } = call, { key, stream, group, after } = asked;
  const wantsNew = after.isMaximum;
  const serves = !wantsNew || stream.hasAfter(group.lastId);
  const consumer = group.consumer(options.consumer!) ?? addConsumer(call, options, asked);
  group.saw(consumer, nowMs);
  if (!serves) return false;
  reply.mapEntry();
  reply.bulk(key);
  if (wantsNew) deliver(call, options, asked, consumer);
  else replyHistory(call, options, asked, consumer);
  return true;
}

function addConsumer(call: Call, options: ReadOptions, { key, group }: Asked): StreamConsumer {
  const consumer = createConsumer(call, key, group, options.consumer!)!;
  if (options.noAck) propagateConsumer(call, key, group, consumer.name);
  return consumer;
}

/** Replies entries that nobody of the group got; they are pending then. */
function deliver(call: Call, options: ReadOptions, asked: Asked, consumer: StreamConsumer): void {
  const { reply, nowMs } = call, { stream, group, key } = asked, { cursor } = streamsOf(call);
  const start = group.lastId.copy();
  start.increment();
  const token = reply.openArray();
  let replied = 0;
  cursor.begin(stream.blocks, start, HIGHEST);
  while ((options.count === 0 || replied < options.count) && cursor.next()) {
    const { id } = cursor;
    stream.advance(group, id);
    replyEntry(reply, cursor);
    replied++;
    if (options.noAck) continue;
    const position = own(group, id, consumer);
    group.setDelivery(position, nowMs, 1);
    group.gave(consumer, nowMs);
    propagateClaim(call, key, group, id, position);
  }
  reply.closeArray(token, replied);
  if (replied === 0) return;
  propagateGroupId(call, key, group);
  countChanges(call, 1);
}

const HIGHEST = new StreamId();
HIGHEST.setMaximum();

/** The pending entry of an ID, owned by the consumer; XGROUP SETID may have made it somebody's before. */
function own(group: StreamGroup, id: StreamId, consumer: StreamConsumer): number {
  const position = group.find(id);
  if (position < 0) return group.add(id, consumer);
  group.setOwner(position, consumer);
  return position;
}

/** Replies what the consumer got and has not acknowledged; of entries that are gone, only the ID. */
function replyHistory(
  call: Call,
  options: ReadOptions,
  { stream, group, after }: Asked,
  { pending }: StreamConsumer,
): void {
  const { reply, nowMs } = call, { cursor } = streamsOf(call);
  const id = after.copy();
  id.increment();
  const token = reply.openArray();
  let replied = 0;
  let at = pending.ceiling(id);
  for (; at >= 0 && (options.count === 0 || replied < options.count); at = pending.next(at)) {
    pending.readId(at, id);
    if (replyEntryOf(reply, cursor, stream, id)) {
      const position = group.find(id);
      const deliveries = group.deliveries(position);
      group.setDelivery(position, nowMs, addInt64(deliveries, 1) ?? deliveries);
    } else {
      reply.array(2);
      replyId(reply, id);
      reply.nullArray();
    }
    replied++;
  }
  reply.closeArray(token, replied);
}
