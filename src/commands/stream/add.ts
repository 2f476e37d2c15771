// XADD: appends an entry.
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, wrongArguments } from "../../engine/errors.ts";
import { MAX_ENTRY_BYTES, textBytesOf } from "../../values/stream_block.ts";
import { StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { storeStream, streamsOf, writeStream } from "./open_stream.ts";
import { replyId } from "./reply_entry.ts";
import { TrimOptions } from "./trim_options.ts";

const ID_ZERO = new CommandError("ERR The ID specified in XADD must be greater than 0-0");
const ID_TOO_SMALL = new CommandError(
  "ERR The ID specified in XADD is equal or smaller than the target stream top item",
);
const NO_ID_LEFT = new CommandError(
  "ERR The stream has exhausted the last possible ID, unable to add more items",
);
const TOO_LARGE = new CommandError("ERR Elements are too large to be stored");

/** From here on the time that trimming takes is worth measuring. */
const LONG_TRIM_ENTRIES = 1000;

// One of each, reused: XADD runs too often to make one each time.
const options = new TrimOptions();
const newId = new StreamId();

/** XADD key [NOMKSTREAM] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> field value ... */
export function xadd(call: Call): void {
  options.read(call, true);
  const key = call.at(1), first = options.idPosition + 1, pairs = call.count - first;
  if (pairs < 2 || pairs % 2 !== 0) throw wrongArguments(call.command.fullName);
  if (options.idGiven && options.sequenceGiven && options.id.isZero) throw ID_ZERO;
  let stream = writeStream(call, key);
  if (stream === undefined && !options.createsStream) return call.reply.null();
  // A framed request is small.
  const mayBeTooLarge = !call.args.framed;
  if (mayBeTooLarge && textBytesOf(call.args.slices, first, pairs / 2) > MAX_ENTRY_BYTES) {
    throw TOO_LARGE;
  }
  if (stream === undefined) stream = addFirst(call, key, first, pairs / 2);
  else {
    chooseId(call, stream);
    stream.append(newId, call.args.slices, first, pairs / 2);
  }
  call.database.changed(key, "xadd");
  if (options.trims) trim(call, key, stream);
  replyId(call.reply, newId);
  if (call.propagates) propagate(call, stream);
}

function trim(call: Call, key: Slice, stream: StreamValue): void {
  const removed = options.trim(call, stream);
  if (removed > 0) call.database.changed(key, "xtrim", 0);
  if (removed > LONG_TRIM_ENTRIES) call.long = true;
}

function addFirst(call: Call, key: Slice, first: number, pairs: number): StreamValue {
  const stream = streamsOf(call).create();
  chooseId(call, stream);
  stream.append(newId, call.args.slices, first, pairs);
  storeStream(call, key, stream);
  return stream;
}

/** Sets `newId`. Throws where the ID is not above all others. */
function chooseId({ nowMs }: Call, { lastId }: StreamValue): void {
  if (lastId.isMaximum) throw NO_ID_LEFT;
  const { id, idGiven, sequenceGiven } = options;
  if (idGiven && (sequenceGiven || !lastId.hasMillisecondsOf(id))) newId.copyFrom(id);
  else if (!idGiven && lastId.isBefore(nowMs)) newId.set(nowMs, 0);
  else {
    newId.copyFrom(lastId);
    newId.increment();
    // An open sequence number must not carry into the milliseconds.
    if (idGiven && !newId.hasMillisecondsOf(id)) throw ID_TOO_SMALL;
  }
  if (newId.compare(lastId) <= 0) throw ID_TOO_SMALL;
}

function propagate(call: Call, stream: StreamValue): void {
  if (options.idGiven && options.sequenceGiven && !options.isRewritten) return;
  const words: Uint8Array[] = [];
  for (let i = 0; i < call.count; i++) words.push(call.at(i).copy());
  words[options.idPosition] = newId.text();
  options.rewrite(words, stream, call);
  call.propagateAll(words);
}
