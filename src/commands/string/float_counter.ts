// INCRBYFLOAT.
import { asciiBytes } from "../../base/bytes.ts";
import { PlainDecimal, writeDecimalSum } from "../../base/decimal_sum.ts";
import { addLongDouble, formatLongDouble, parseLongDouble } from "../../base/long_double.ts";
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { KEEP_EXPIRY } from "../../store/database.ts";
import { EMBSTR_MAX_BYTES, ENCODING_EMBSTR, ENCODING_RAW, TYPE_STRING } from "../../store/entry.ts";

const SET_BYTES = asciiBytes("SET");
const KEEPTTL_BYTES = asciiBytes("KEEPTTL");
const ZERO = new Slice(asciiBytes("0"));

const oldDecimal = new PlainDecimal();
const increment = new PlainDecimal();
/** The digits of most sums; one buffer, as nothing else runs in between. */
const digits = new Slice(new Uint8Array(40), 0, 0);

/** INCRBYFLOAT key increment */
export function incrbyfloat(call: Call): void {
  const key = call.at(1);
  const { database } = call;
  const ref = call.writeTyped(key, TYPE_STRING);
  const value = sumOf(ref === 0 ? ZERO : database.stringOf(ref), call.at(2));
  // Redis stores the text as it is: a whole number does not get the encoding int.
  const encoding = value.length <= EMBSTR_MAX_BYTES ? ENCODING_EMBSTR : ENCODING_RAW;
  database.putString(ref, key, value, encoding, KEEP_EXPIRY);
  database.changed(key, "incrbyfloat");
  call.reply.bulk(value);
  if (call.propagates) call.propagateAs(SET_BYTES, key.copy(), value.copy(), KEEPTTL_BYTES);
}

function sumOf(old: Slice, added: Slice): Slice {
  const arePlain = oldDecimal.read(old.bytes, old.start, old.end) &&
    increment.read(added.bytes, added.start, added.end);
  const end = arePlain ? writeDecimalSum(oldDecimal, increment, digits.bytes, 0) : -1;
  if (end >= 0) {
    digits.end = end;
    return digits;
  }
  const sum = addLongDouble(longDoubleOf(old), longDoubleOf(added));
  if (sum.kind !== "finite") throw ERR.nanOrInfinity;
  return new Slice(asciiBytes(formatLongDouble(sum)));
}

function longDoubleOf({ bytes, start, end }: Slice) {
  const value = parseLongDouble(bytes, start, end);
  if (value === undefined) throw ERR.notFloat;
  return value;
}
