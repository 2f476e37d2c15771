// GETRANGE, SUBSTR and SETRANGE: reading and writing parts of a string.
import { copyBytes } from "../../base/bytes.ts";
import { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, integer64Of } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { TYPE_STRING } from "../../store/entry.ts";
import { ByteSpan } from "./byte_span.ts";
import { checkStringLength, growString } from "./length_limit.ts";

const NOTHING = new Slice();
const span = new ByteSpan();

/** GETRANGE key start end; SUBSTR is its old name. */
export function getrange(call: Call): void {
  const first = integer64Of(call.at(2)), last = integer64Of(call.at(3));
  const { database, reply } = call;
  const ref = call.readTyped(call.at(1), TYPE_STRING);
  if (ref === 0) return reply.bulk(NOTHING);
  const { bytes, start, end } = database.stringOf(ref);
  span.cut(first, last, end - start);
  if (span.empty) reply.bulk(NOTHING);
  else reply.bulkRange(bytes, start + span.first, start + span.last + 1);
}

/** SETRANGE key offset value */
export function setrange(call: Call): void {
  const key = call.at(1), value = call.at(3);
  const offset = clampedIntegerOf(call.at(2));
  if (offset < 0) throw ERR.offsetOutOfRange;
  const { database, reply } = call;
  const ref = call.writeTyped(key, TYPE_STRING);
  const oldLength = ref === 0 ? 0 : database.stringOf(ref).length;
  const valueLength = value.end - value.start;
  if (valueLength === 0) return reply.integer(oldLength);
  const needed = offset + valueLength;
  checkStringLength(call, needed);
  const { start } = database.stringOf(growString(call, ref, key, needed, offset));
  copyBytes(value.bytes, value.start, value.end, database.arena.u8, start + offset);
  database.changed(key, "setrange");
  reply.integer(Math.max(needed, oldLength));
}
