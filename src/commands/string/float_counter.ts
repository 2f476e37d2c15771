// INCRBYFLOAT.
import { asciiBytes } from "../../base/bytes.ts";
import { addLongDouble, formatLongDouble, parseLongDouble } from "../../base/long_double.ts";
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { KEEP_EXPIRY } from "../../store/database.ts";
import { EMBSTR_MAX_BYTES, ENCODING_EMBSTR, ENCODING_RAW, TYPE_STRING } from "../../store/entry.ts";

const SET_BYTES = asciiBytes("SET");
const KEEPTTL_BYTES = asciiBytes("KEEPTTL");
const ZERO = new Slice(asciiBytes("0"));

/** INCRBYFLOAT key increment */
export function incrbyfloat(call: Call): void {
  const key = call.at(1);
  const { database } = call;
  const ref = call.writeTyped(key, TYPE_STRING);
  const old = longDoubleOf(ref === 0 ? ZERO : database.stringOf(ref));
  const sum = addLongDouble(old, longDoubleOf(call.at(2)));
  if (sum.kind !== "finite") throw ERR.nanOrInfinity;
  const text = asciiBytes(formatLongDouble(sum));
  // Redis stores the text as it is: a whole number does not get the encoding int.
  const encoding = text.length <= EMBSTR_MAX_BYTES ? ENCODING_EMBSTR : ENCODING_RAW;
  const value = new Slice(text);
  database.putString(ref, key, value, encoding, KEEP_EXPIRY);
  database.changed(key, "incrbyfloat");
  call.reply.bulk(value);
  if (call.propagates) call.propagateAs(SET_BYTES, key.copy(), text, KEEPTTL_BYTES);
}

function longDoubleOf({ bytes, start, end }: Slice) {
  const value = parseLongDouble(bytes, start, end);
  if (value === undefined) throw ERR.notFloat;
  return value;
}
