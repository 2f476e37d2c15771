// HINCRBY and HINCRBYFLOAT: fields that hold a number.
import { asciiBytes } from "../../base/bytes.ts";
import { PlainDecimal, writeDecimalSum } from "../../base/decimal_sum.ts";
import { addInt64, type Integer64, parseInt64, writeInteger64 } from "../../base/int64.ts";
import {
  addLongDouble,
  formatLongDouble,
  type LongDouble,
  parseLongDouble,
} from "../../base/long_double.ts";
import { Slice } from "../../base/slice.ts";
import { integer64Of } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { HashValue } from "../../values/hash_value.ts";
import { hashWindow, keepHash, writeFields } from "./open_hash.ts";

const NOT_INTEGER = new CommandError("ERR hash value is not an integer");
const NOT_FLOAT = new CommandError("ERR hash value is not a float");
const NOT_FINITE = new CommandError("ERR value is NaN or Infinity");
const HSET_BYTES = asciiBytes("HSET");
const HSETEX_BYTES = asciiBytes("HSETEX");
const KEEPTTL_BYTES = asciiBytes("KEEPTTL");
const FIELDS_BYTES = asciiBytes("FIELDS");
const ONE_BYTES = asciiBytes("1");
/** Where the field is named. */
const FIELD = { first: 2, end: 3, stride: 1 };
const ZERO = new Slice(asciiBytes("0"));
/** The digits of the new value; one buffer, as nothing else runs in between. */
const digits = new Slice(new Uint8Array(40), 0, 0);
const plainValue = new PlainDecimal();
const plainIncrement = new PlainDecimal();

/** HINCRBY key field increment */
export function hincrby(call: Call): void {
  const key = call.at(1), field = call.at(2);
  const increment = integer64Of(call.at(3));
  const ref = writeFields(call, FIELD);
  const hash = hashWindow(call);
  const sum = addInt64(ref !== 0 && hash.find(field) ? integerOf(hash) : 0, increment);
  if (sum === undefined) throw ERR.overflow;
  digits.end = writeInteger64(sum, digits.bytes, 0);
  store(call, ref, digits);
  call.database.changed(key, "hincrby");
  call.reply.integer(sum);
}

function integerOf(hash: HashValue): Integer64 {
  const { bytes, start, end } = hash.readValue();
  const value = parseInt64(bytes, start, end);
  if (value === undefined) throw NOT_INTEGER;
  return value;
}

function store(call: Call, ref: number, value: Slice): void {
  const hash = hashWindow(call);
  if (ref === 0) hash.create();
  try {
    hash.set(call.at(2), value, true);
  } finally {
    keepHash(call, call.at(1), ref);
  }
}

/** HINCRBYFLOAT key field increment */
export function hincrbyfloat(call: Call): void {
  const key = call.at(1), field = call.at(2);
  const { bytes, start, end } = call.at(3);
  const isPlain = plainIncrement.read(bytes, start, end);
  const increment = isPlain ? undefined : incrementOf(call.at(3));
  const ref = writeFields(call, FIELD);
  const hash = hashWindow(call);
  const found = ref !== 0 && hash.find(field);
  const expires = found && hash.expireAtMs >= 0;
  const old = found ? hash.readValue() : ZERO;
  const value = increment === undefined ? sumWithPlain(call, old) : sumOf(old, increment);
  store(call, ref, value);
  call.database.changed(key, "hincrbyfloat");
  call.reply.bulk(value);
  if (call.propagates) propagateResult(call, value.copy(), expires);
}

function incrementOf(argument: Slice): LongDouble {
  const increment = longDoubleOf(argument, ERR.notFloat);
  if (increment.kind !== "finite") throw NOT_FINITE;
  return increment;
}

/** The sum of a value and the plain increment, which is argument 3 as well. */
function sumWithPlain(call: Call, old: Slice): Slice {
  const { bytes, start, end } = old;
  digits.end = plainValue.read(bytes, start, end)
    ? writeDecimalSum(plainValue, plainIncrement, digits.bytes, 0)
    : -1;
  return digits.end >= 0 ? digits : sumOf(old, incrementOf(call.at(3)));
}

function sumOf(old: Slice, increment: LongDouble): Slice {
  const sum = addLongDouble(longDoubleOf(old, NOT_FLOAT), increment);
  if (sum.kind !== "finite") throw ERR.nanOrInfinity;
  return new Slice(asciiBytes(formatLongDouble(sum)));
}

function longDoubleOf({ bytes, start, end }: Slice, error: CommandError): LongDouble {
  const value = parseLongDouble(bytes, start, end);
  if (value === undefined) throw error;
  return value;
}

/** The sum, as the arithmetic of another machine may differ; HSET would end the field's expiry. */
function propagateResult(call: Call, text: Uint8Array, expires: boolean): void {
  const key = call.at(1).copy(), field = call.at(2).copy();
  if (!expires) return call.propagateAs(HSET_BYTES, key, field, text);
  call.propagateAs(HSETEX_BYTES, key, KEEPTTL_BYTES, FIELDS_BYTES, ONE_BYTES, field, text);
}
