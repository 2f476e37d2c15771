// XRANGE, XREVRANGE, XLEN: reading a stream.
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { StreamId } from "../../values/stream_id.ts";
import { readRangeEnd, readRangeStart } from "./id_arguments.ts";
import { readStream, streamsOf } from "./open_stream.ts";
import { replyEntries } from "./reply_entry.ts";

const COUNT = keyword("count");
const ALL = -1;

const start = new StreamId();
const end = new StreamId();

/** XRANGE key start end [COUNT count] */
export function xrange(call: Call): void {
  replyRange(call, false);
}

/** XREVRANGE key end start [COUNT count] */
export function xrevrange(call: Call): void {
  replyRange(call, true);
}

function replyRange(call: Call, reverse: boolean): void {
  readRangeStart(start, call.at(reverse ? 3 : 2));
  readRangeEnd(end, call.at(reverse ? 2 : 3));
  const count = readCount(call);
  const { reply } = call;
  const stream = readStream(call, call.at(1));
  if (stream === undefined) return reply.array(0);
  if (count === 0) return reply.nullArray();
  const { cursor } = streamsOf(call);
  cursor.begin(stream.blocks, start, end, reverse);
  call.weighAtEnd(replyEntries(reply, cursor, count === ALL ? 0 : count));
}

function readCount(call: Call): number {
  let count = ALL;
  for (let i = 4; i < call.count; i++) {
    if (!call.at(i).equalsIgnoreCase(COUNT) || i + 1 === call.count) throw ERR.syntax;
    count = Math.max(0, clampedIntegerOf(call.at(++i)));
  }
  return count;
}

/** XLEN key */
export function xlen(call: Call): void {
  call.reply.integer(readStream(call, call.at(1))?.length ?? 0);
}
