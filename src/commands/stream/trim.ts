// XTRIM and XDEL: entries go.
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { readId } from "./id_arguments.ts";
import { writeStream } from "./open_stream.ts";
import { TrimOptions } from "./trim_options.ts";

/** XTRIM key <MAXLEN | MINID> [= | ~] threshold [LIMIT count] */
export function xtrim(call: Call): void {
  const options = new TrimOptions();
  options.read(call, false);
  const key = call.at(1);
  const stream = writeStream(call, key);
  if (stream === undefined) return call.reply.integer(0);
  const removed = options.trim(call, stream);
  if (removed > 0) {
    call.database.changed(key, "xtrim", removed);
    if (call.propagates && options.isRewritten) {
      const words: Uint8Array[] = [];
      for (let i = 0; i < call.count; i++) words.push(call.at(i).copy());
      options.rewrite(words, stream, call);
      call.propagateAll(words);
    }
  }
  call.weighAtEnd(removed);
  call.reply.integer(removed);
}

const id = new StreamId();

/** XDEL key id [id ...] */
export function xdel(call: Call): void {
  const key = call.at(1);
  const stream = writeStream(call, key);
  if (stream === undefined) return call.reply.integer(0);
  // All are looked at before the first change; reading them twice is cheaper than keeping them.
  for (let i = 2; i < call.count; i++) readId(id, call.at(i));
  // Nor may memory run out after it.
  if (call.count > 3) {
    for (let i = 2; i < call.count; i++) {
      prepare(stream, call.at(i), call.count);
    }
  }
  let deleted = 0;
  let firstGone = false;
  for (let i = 2; i < call.count; i++) {
    readId(id, call.at(i));
    if (!stream.delete(id)) continue;
    deleted++;
    if (id.compare(stream.firstId) === 0) firstGone = true;
    if (id.compare(stream.maxDeletedId) > 0) stream.maxDeletedId.copyFrom(id);
  }
  if (firstGone || deleted > 0 && stream.length === 0) stream.renewFirstId();
  if (deleted > 0) call.database.changed(key, "xdel", deleted);
  call.reply.integer(deleted);
}

function prepare(stream: StreamValue, word: Slice, count: number): void {
  readId(id, word);
  stream.prepareDelete(id, count);
}
