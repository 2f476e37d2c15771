// XACK: entries are pending no longer.
import type { Call } from "../../engine/call.ts";
import { StreamId } from "../../values/stream_id.ts";
import { countChanges } from "./consumers.ts";
import { readId } from "./id_arguments.ts";
import { writeStream } from "./open_stream.ts";

const id = new StreamId();

/** XACK key group id [id ...] */
export function xack(call: Call): void {
  const group = writeStream(call, call.at(1))?.group(call.at(2));
  if (group === undefined) return call.reply.integer(0);
  // All are looked at before the first change; reading them twice is cheaper than keeping them.
  for (let i = 3; i < call.count; i++) readId(id, call.at(i));
  let acknowledged = 0;
  for (let i = 3; i < call.count; i++) {
    readId(id, call.at(i));
    const position = group.find(id);
    if (position < 0) continue;
    group.remove(position);
    acknowledged++;
  }
  countChanges(call, acknowledged);
  call.reply.integer(acknowledged);
}
