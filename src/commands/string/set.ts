// SET and its old forms: storing one string.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import {
  EX,
  EXAT,
  expiryInstant,
  type ExpiryUnit,
  keyword,
  PX,
  PXAT,
} from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { KEEP_EXPIRY, NO_EXPIRY } from "../../store/database.ts";
import { TYPE_STRING } from "../../store/entry.ts";
import { stringEncoding } from "../../store/string_encoding.ts";

const NX = keyword("nx");
const XX = keyword("xx");
const GET = keyword("get");
const KEEPTTL = keyword("keepttl");
const UNITS: readonly (readonly [Uint8Array, ExpiryUnit])[] = [
  [keyword("ex"), EX],
  [keyword("px"), PX],
  [keyword("exat"), EXAT],
  [keyword("pxat"), PXAT],
];
const SET_BYTES = asciiBytes("SET");
const PXAT_BYTES = asciiBytes("PXAT");

/** What follows key and value. One object, reused: SET runs too often to make one each time. */
const options = {
  ifAbsent: false,
  ifPresent: false,
  get: false,
  expireAtMs: NO_EXPIRY,
  unit: undefined as ExpiryUnit | undefined,
  time: undefined as Slice | undefined,
};

function resetOptions(): void {
  options.ifAbsent = options.ifPresent = options.get = false;
  options.expireAtMs = NO_EXPIRY;
  options.unit = options.time = undefined;
}

/** Reads the options; the instant is computed only once all of them are known to fit. */
function readOptions(call: Call): void {
  for (let i = 3; i < call.count; i++) {
    const argument = call.at(i);
    if (argument.equalsIgnoreCase(NX) && !options.ifPresent) options.ifAbsent = true;
    else if (argument.equalsIgnoreCase(XX) && !options.ifAbsent) options.ifPresent = true;
    else if (argument.equalsIgnoreCase(GET)) options.get = true;
    else if (argument.equalsIgnoreCase(KEEPTTL) && options.unit === undefined) {
      options.expireAtMs = KEEP_EXPIRY;
    } else {
      const unit = UNITS.find(([name]) => argument.equalsIgnoreCase(name))?.[1];
      const taken = options.unit !== undefined || options.expireAtMs === KEEP_EXPIRY;
      if (unit === undefined || taken || i + 1 === call.count) throw ERR.syntax;
      options.unit = unit;
      options.time = call.at(++i);
    }
  }
  if (options.unit !== undefined) {
    options.expireAtMs = expiryInstant(call, options.time!, options.unit);
  }
}

/** SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL] */
export function set(call: Call): void {
  const key = call.at(1), value = call.at(2);
  const { database, reply } = call;
  if (call.count === 3) {
    store(call, database.write(key), key, value, NO_EXPIRY);
    return reply.ok();
  }
  resetOptions();
  readOptions(call);
  const { expireAtMs, get, ifAbsent, ifPresent } = options;
  const old = get ? call.readTyped(key, TYPE_STRING) : database.write(key);
  if (get) {
    if (old === 0) reply.null();
    else reply.bulk(database.stringOf(old));
  }
  if (ifAbsent && old !== 0 || ifPresent && old === 0) {
    if (!get) reply.null();
    return;
  }
  store(call, old, key, value, expireAtMs);
  if (!get) reply.ok();
}

/** Stores, announces and says what took effect: an instant instead of a span of time. */
function store(call: Call, old: number, key: Slice, value: Slice, expireAtMs: number): void {
  const { database } = call;
  database.putString(old, key, value, stringEncoding(value), expireAtMs);
  database.changed(key, "set");
  if (expireAtMs < 0) return;
  database.changed(key, "expire", 0);
  if (!call.propagates) return;
  const instant = asciiBytes(String(expireAtMs));
  call.propagateAs(SET_BYTES, key.copy(), value.copy(), PXAT_BYTES, instant);
}

/** SETNX key value */
export function setnx(call: Call): void {
  const key = call.at(1);
  if (call.database.write(key) !== 0) return call.reply.integer(0);
  store(call, 0, key, call.at(2), NO_EXPIRY);
  call.reply.integer(1);
}

/** SETEX key seconds value */
export function setex(call: Call): void {
  setWithExpiry(call, EX);
}

/** PSETEX key milliseconds value */
export function psetex(call: Call): void {
  setWithExpiry(call, PX);
}

function setWithExpiry(call: Call, unit: ExpiryUnit): void {
  const key = call.at(1);
  const expireAtMs = expiryInstant(call, call.at(2), unit);
  store(call, call.database.write(key), key, call.at(3), expireAtMs);
  call.reply.ok();
}

/** GETSET key value */
export function getset(call: Call): void {
  const key = call.at(1);
  const { database, reply } = call;
  const old = call.readTyped(key, TYPE_STRING);
  if (old === 0) reply.null();
  else reply.bulk(database.stringOf(old));
  store(call, old, key, call.at(2), NO_EXPIRY);
}
