// XREAD: entries of several streams that came after given ones, waiting for some if there are none.
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import type { Wait } from "../../engine/wait.ts";
import { Request } from "../../resp/request.ts";
import { TYPE_STREAM } from "../../store/entry.ts";
import { StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { readId } from "./id_arguments.ts";
import { readStream, streamsOf } from "./open_stream.ts";
import { ID_LAST, ID_NEW, ID_TOP, type ReadOptions, readReadOptions } from "./read_options.ts";
import { replyEntries } from "./reply_entry.ts";

const NEW_OF_XREAD = new CommandError(
  "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group>" +
    " <consumer> option.",
);

/** One stream that is asked for. */
interface Asked {
  stream: StreamValue | undefined;
  /** Entries above this ID are wanted. */
  readonly after: StreamId;
}

const HIGHEST = new StreamId();
HIGHEST.setMaximum();

/** XREAD [COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...] */
export function xread(call: Call): Wait | void {
  const options = readReadOptions(call, false);
  const asked: Asked[] = [];
  for (let i = 0; i < options.streams; i++) asked.push(readAsked(call, options, i));
  const { reply } = call, { cursor } = streamsOf(call);
  const token = reply.openArray();
  let replied = 0;
  for (const [i, { stream, after }] of asked.entries()) {
    if (stream === undefined || !stream.hasAfter(after)) continue;
    replied++;
    reply.mapEntry();
    reply.bulk(call.at(options.firstKey + i));
    const start = after.copy();
    start.increment();
    cursor.begin(stream.blocks, start, HIGHEST);
    call.weighAtEnd(replyEntries(reply, cursor, options.count));
  }
  if (replied > 0) return reply.closeMapOfEntries(token, replied);
  if (options.deadlineAtMs < 0) return reply.nullArray();
  const wait = waitForStreams(call, options, TYPE_STREAM);
  return { ...wait, request: asOfNow(call, options, asked) };
}

function readAsked(call: Call, { firstKey, streams }: ReadOptions, index: number): Asked {
  const stream = readStream(call, call.at(firstKey + index));
  const argument = call.at(firstKey + streams + index);
  const after = new StreamId();
  if (argument.equalsBytes(ID_LAST)) {
    if (stream !== undefined) after.copyFrom(stream.lastId);
  } else if (argument.equalsBytes(ID_TOP)) {
    if (stream !== undefined && stream.length > 0) {
      stream.readEdge(after, true);
      after.decrement();
    }
  } else if (argument.equalsBytes(ID_NEW)) throw NEW_OF_XREAD;
  else readId(after, argument);
  return { stream, after };
}

/** What a client parks with that waits for entries. */
export function waitForStreams(
  call: Call,
  { firstKey, streams, deadlineAtMs }: ReadOptions,
  type: number,
): Wait {
  const keys: Uint8Array[] = [];
  for (let i = 0; i < streams; i++) keys.push(call.at(firstKey + i).copy());
  return { keys, type, deadlineAtMs, onTimeout: (reply) => reply.nullArray() };
}

/** The request with the IDs that `$` stands for now: later it would stand for other ones. */
function asOfNow(
  call: Call,
  { firstKey, streams }: ReadOptions,
  asked: readonly Asked[],
): Request | undefined {
  const words: Uint8Array[] = [];
  let changed = false;
  for (let i = 0; i < call.count; i++) {
    const argument = call.at(i), index = i - firstKey - streams;
    const isLast = index >= 0 && argument.equalsBytes(ID_LAST);
    words.push(isLast ? asked[index].after.text() : argument.copy());
    changed ||= isLast;
  }
  return changed ? Request.ofAll(words) : undefined;
}
