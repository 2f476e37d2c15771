// INCR and its kin: strings that hold an integer.
import { addInt64, type Integer64, parseInt64, writeInteger64 } from "../../base/int64.ts";
import { Slice } from "../../base/slice.ts";
import { integer64Of } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { KEEP_EXPIRY } from "../../store/database.ts";
import { ENCODING_INT, TYPE_STRING } from "../../store/entry.ts";

const DECREMENT_OVERFLOW = new CommandError("ERR decrement would overflow");
const INT64_MIN = -(2n ** 63n);
/** The digits of the new value; one buffer, as nothing else runs in between. */
const digits = new Slice(new Uint8Array(24), 0, 0);

/** INCR key */
export function incr(call: Call): void {
  add(call, 1);
}

/** DECR key */
export function decr(call: Call): void {
  add(call, -1);
}

/** INCRBY key increment */
export function incrby(call: Call): void {
  add(call, integer64Of(call.at(2)));
}

/** DECRBY key decrement: the one number whose negative does not exist is refused. */
export function decrby(call: Call): void {
  const decrement = integer64Of(call.at(2));
  if (decrement === INT64_MIN) throw DECREMENT_OVERFLOW;
  add(call, typeof decrement === "number" ? 0 - decrement : -decrement);
}

function add(call: Call, increment: Integer64): void {
  const key = call.at(1);
  const { database } = call;
  const ref = call.writeTyped(key, TYPE_STRING);
  if (ref !== 0 && typeof increment === "number") {
    const value = database.addInPlace(ref, increment);
    if (value === value) {
      database.changed(key, "incrby");
      return call.reply.integer(value);
    }
  }
  const sum = addInt64(ref === 0 ? 0 : integerAt(call, ref), increment);
  if (sum === undefined) throw ERR.overflow;
  digits.end = writeInteger64(sum, digits.bytes, 0);
  database.putString(ref, key, digits, ENCODING_INT, KEEP_EXPIRY);
  database.changed(key, "incrby");
  call.reply.integer(sum);
}

function integerAt(call: Call, ref: number): Integer64 {
  const text = call.database.stringOf(ref);
  const value = parseInt64(text.bytes, text.start, text.end);
  if (value === undefined) throw ERR.notInteger;
  return value;
}
