// APPEND.
import { copyBytes } from "../../base/bytes.ts";
import type { Call } from "../../engine/call.ts";
import { NO_EXPIRY } from "../../store/database.ts";
import { TYPE_STRING } from "../../store/entry.ts";
import { stringEncoding } from "../../store/string_encoding.ts";
import { checkStringLength, growString } from "./length_limit.ts";

/** APPEND key value */
export function append(call: Call): void {
  const key = call.at(1), value = call.at(2);
  const { database } = call;
  const ref = call.writeTyped(key, TYPE_STRING);
  let length = value.end - value.start;
  if (ref === 0) {
    database.putString(0, key, value, stringEncoding(value), NO_EXPIRY);
  } else {
    length += database.stringOf(ref).length;
    checkStringLength(call, length);
    const end = database.stringOf(growString(call, ref, key, length, length)).end;
    const at = end - (value.end - value.start);
    copyBytes(value.bytes, value.start, value.end, database.arena.u8, at);
  }
  database.changed(key, "append");
  call.reply.integer(length);
}
