// XACK: entries are pending no longer.
import type { Call } from "../../engine/call.ts";
import type { StreamId } from "../../values/stream_id.ts";
import { countChanges } from "./consumers.ts";
import { idOf } from "./id_arguments.ts";
import { writeStream } from "./open_stream.ts";

/** XACK key group id [id ...] */
export function xack(call: Call): void {
  const group = writeStream(call, call.at(1))?.group(call.at(2));
  if (group === undefined) return call.reply.integer(0);
  const ids: StreamId[] = [];
  for (let i = 3; i < call.count; i++) ids.push(idOf(call.at(i)));
  let acknowledged = 0;
  for (const id of ids) {
    const position = group.find(id);
    if (position < 0) continue;
    group.remove(position);
    acknowledged++;
  }
  countChanges(call, acknowledged);
  call.reply.integer(acknowledged);
}
