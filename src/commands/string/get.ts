// GET and the other commands that read whole strings.
import type { Call } from "../../engine/call.ts";
import { TYPE_STRING } from "../../store/entry.ts";

/** GET key */
export function get(call: Call): void {
  const ref = call.readTyped(call.at(1), TYPE_STRING);
  if (ref === 0) call.reply.null();
  else call.reply.bulk(call.database.stringOf(ref));
}

/** STRLEN key */
export function strlen(call: Call): void {
  const ref = call.readTyped(call.at(1), TYPE_STRING);
  call.reply.integer(ref === 0 ? 0 : call.database.stringOf(ref).length);
}

/** MGET key [key ...]: a key of another type reads as missing. */
export function mget(call: Call): void {
  const { database, reply } = call;
  reply.array(call.count - 1);
  for (let i = 1; i < call.count; i++) {
    const ref = database.read(call.at(i));
    if (ref === 0 || database.typeOf(ref) !== TYPE_STRING) reply.null();
    else reply.bulk(database.stringOf(ref));
  }
}
