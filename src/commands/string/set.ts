// SET and its old forms: storing one string.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import { EX, expiryInstant, type ExpiryUnit, keyword, PX, PXAT } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { KEEP_EXPIRY, NO_EXPIRY } from "../../store/database.ts";
import { TYPE_STRING } from "../../store/entry.ts";
import { stringEncoding } from "../../store/string_encoding.ts";
import { expiryUnitNamed } from "./expiry_options.ts";

const NX = keyword("nx");
const XX = keyword("xx");
const GET = keyword("get");
const KEEPTTL = keyword("keepttl");
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
      readExpiry(expiryUnitNamed(argument));
      if (++i === call.count) throw ERR.syntax;
      options.time = call.at(i);
    }
  }
  if (options.unit !== undefined) {
    options.expireAtMs = expiryInstant(call, options.time!, options.unit);
  }
}

/** The same unit may be given twice, as in Redis: the last one counts. */
function readExpiry(unit: ExpiryUnit | undefined): void {
  const other = options.unit !== undefined && options.unit !== unit;
  if (unit === undefined || other || options.expireAtMs === KEEP_EXPIRY) throw ERR.syntax;
  options.unit = unit;
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
  const { expireAtMs, get, ifAbsent, ifPresent, unit } = options;
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
  if (expireAtMs >= 0 && unit !== PXAT) propagateExpiring(call, key, value, expireAtMs);
  else if (get && expireAtMs < 0) propagateWithoutGet(call);
  if (!get) reply.ok();
}

function store(call: Call, old: number, key: Slice, value: Slice, expireAtMs: number): void {
  const { database } = call;
  database.putString(old, key, value, stringEncoding(value), expireAtMs);
  database.changed(key, "set");
  if (expireAtMs >= 0) database.changed(key, "expire", 0);
}

/** Says what took effect: an instant instead of a span of time. */
function propagateExpiring(call: Call, key: Slice, value: Slice, expireAtMs: number): void {
  if (!call.propagates) return;
  const instant = asciiBytes(String(expireAtMs));
  call.propagateAs(SET_BYTES, key.copy(), value.copy(), PXAT_BYTES, instant);
}

/** Nobody reads the reply that GET is there for. */
function propagateWithoutGet(call: Call): void {
  if (!call.propagates) return;
  const words: Uint8Array[] = [];
  for (let i = 0; i < call.count; i++) {
    const word = call.at(i);
    if (i < 3 || !word.equalsIgnoreCase(GET)) words.push(word.copy());
  }
  call.propagateAll(words);
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
  const key = call.at(1), value = call.at(3);
  const expireAtMs = expiryInstant(call, call.at(2), unit);
  store(call, call.database.write(key), key, value, expireAtMs);
  propagateExpiring(call, key, value, expireAtMs);
  call.reply.ok();
}

/** GETSET key value */
export function getset(call: Call): void {
  const key = call.at(1), value = call.at(2);
  const { database, reply } = call;
  const old = call.readTyped(key, TYPE_STRING);
  if (old === 0) reply.null();
  else reply.bulk(database.stringOf(old));
  store(call, old, key, value, NO_EXPIRY);
  if (call.propagates) call.propagateAs(SET_BYTES, key.copy(), value.copy());
}
