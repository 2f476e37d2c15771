// RESTORE: stores a value that DUMP wrote.
import { asciiBytes } from "../../base/bytes.ts";
import type { Integer64 } from "../../base/int64.ts";
import { Slice } from "../../base/slice.ts";
import { integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { NO_EXPIRY } from "../../store/database.ts";
import { ENCODING_INT, setAccess, TYPE_HASH, TYPE_STRING } from "../../store/entry.ts";
import { removeEntry } from "../../store/key_operations.ts";
import { stringEncoding } from "../../store/string_encoding.ts";
import { graveyardIf } from "./lazy_free.ts";

const REPLACE = keyword("replace");
const ABSTTL = keyword("absttl");
const IDLETIME = keyword("idletime");
const FREQ = keyword("freq");

const RESTORE_BYTES = asciiBytes("RESTORE");
const ABSTTL_BYTES = asciiBytes("ABSTTL");
const DEL_BYTES = asciiBytes("DEL");
const UNLINK_BYTES = asciiBytes("UNLINK");

const INVALID_IDLETIME = new CommandError("ERR Invalid IDLETIME value, must be >= 0");
const INVALID_FREQ = new CommandError("ERR Invalid FREQ value, must be >= 0 and <= 255");
const INVALID_TTL = new CommandError("ERR Invalid TTL value, must be >= 0");
const UNVERIFIED = new CommandError("ERR DUMP payload version or checksum are wrong");
const MALFORMED = new CommandError("ERR Bad data format");
const FREQ_MAX = 255;

interface Options {
  replace: boolean;
  absolute: boolean;
  /** Seconds, -1 when not given. */
  idleSeconds: number;
  /** LFU counter, -1 when not given. */
  frequency: number;
}

/** A value that no key holds yet. */
interface Loose {
  type: number;
  encoding: number;
  /** Value word; of strings the bytes stand in `text`. */
  value: number;
  text: Slice;
}

/** RESTORE key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency] */
export function restore(call: Call): void {
  const options = readOptions(call);
  const { database, reply } = call;
  const key = call.at(1);
  if (!options.replace && database.write(key) !== 0) throw ERR.busyKey;
  const ttl = integer64Of(call.at(2));
  if (ttl < 0) throw INVALID_TTL;
  const expireAtMs = instantOf(call, ttl, options);
  const loose = readValue(call);
  if (isOver(call, expireAtMs)) discard(call, key, loose);
  else {
    store(call, loose, expireAtMs, options);
    database.changed(key, "restore");
    if (call.propagates && ttl > 0 && !options.absolute) propagateInstant(call, expireAtMs);
  }
  reply.ok();
}

function readOptions(call: Call): Options {
  const options = { replace: false, absolute: false, idleSeconds: -1, frequency: -1 };
  for (let i = 4; i < call.count; i++) {
    const option = call.at(i), more = i + 1 < call.count;
    if (option.equalsIgnoreCase(REPLACE)) options.replace = true;
    else if (option.equalsIgnoreCase(ABSTTL)) options.absolute = true;
    else if (option.equalsIgnoreCase(IDLETIME) && more && options.frequency < 0) {
      options.idleSeconds = Number(integer64Of(call.at(++i)));
      if (options.idleSeconds < 0) throw INVALID_IDLETIME;
    } else if (option.equalsIgnoreCase(FREQ) && more && options.idleSeconds < 0) {
      options.frequency = Number(integer64Of(call.at(++i)));
      if (options.frequency < 0 || options.frequency > FREQ_MAX) throw INVALID_FREQ;
    } else throw ERR.syntax;
  }
  return options;
}

/** When the key is over, Unix ms; as late as can be told exactly where it would be later. */
function instantOf(call: Call, ttl: Integer64, { absolute }: Options): number {
  if (ttl === 0) return NO_EXPIRY;
  return Math.min(Number(ttl) + (absolute ? 0 : call.nowMs), Number.MAX_SAFE_INTEGER);
}

function readValue(call: Call): Loose {
  const { keyspace, config, ports } = call.services;
  const loose: Loose = { type: TYPE_STRING, encoding: 0, value: 0, text: new Slice() };
  const target = {
    string(text: Slice, isInteger: boolean) {
      loose.encoding = isInteger ? ENCODING_INT : stringEncoding(text);
      loose.text = text;
    },
    value(type: number, encoding: number, value: number) {
      loose.type = type;
      loose.encoding = encoding;
      loose.value = value;
    },
  };
  const sanitize = config.value("sanitize-dump-payload") !== "no";
  const result = ports.dumps.readPayload(keyspace, call.at(3), target, sanitize);
  if (result === "unverified") throw UNVERIFIED;
  if (result === "malformed") throw MALFORMED;
  return loose;
}

/** While loading, and on a replica, even an expiry in the past is kept: a DEL comes for it. */
function isOver({ nowMs, services }: Call, expireAtMs: number): boolean {
  if (expireAtMs === NO_EXPIRY || expireAtMs > nowMs) return false;
  return services.keyspace.expiresKeys && !services.ports.persistence.loading;
}

/** The value was over before it came; REPLACE removes what it would have replaced. */
function discard(call: Call, key: Slice, loose: Loose): void {
  const { database, services } = call;
  if (loose.type !== TYPE_STRING) {
    services.keyspace.releaseValue(loose.type, loose.encoding, loose.value);
  }
  const old = database.write(key);
  if (old === 0) return;
  const graveyard = graveyardIf(call, "lazyfree-lazy-server-del");
  removeEntry(database, old, graveyard);
  database.changed(key, "del");
  if (!call.propagates) return;
  call.propagateAs(graveyard === undefined ? DEL_BYTES : UNLINK_BYTES, key.copy());
}

function store(call: Call, loose: Loose, expireAtMs: number, options: Options): void {
  const { database, services } = call;
  const { access, arena } = services.keyspace;
  const key = call.at(1);
  const old = database.write(key);
  let ref: number;
  try {
    ref = loose.type === TYPE_STRING
      ? database.putString(0, key, loose.text, loose.encoding, expireAtMs)
      : database.putValue(key, loose.type, loose.encoding, loose.value, expireAtMs);
  } catch (error) {
    if (loose.type !== TYPE_STRING) {
      services.keyspace.releaseValue(loose.type, loose.encoding, loose.value);
    }
    throw error;
  }
  if (options.idleSeconds >= 0 && !access.lfu) {
    setAccess(arena, ref, access.fromIdle(options.idleSeconds));
  } else if (options.frequency >= 0 && access.lfu) {
    setAccess(arena, ref, access.fromFrequency(options.frequency));
  }
  // The old entry goes last: when memory runs out, nothing has changed.
  if (old === 0) return;
  removeEntry(database, old, graveyardIf(call, "lazyfree-lazy-server-del"));
  // With the old hash its fields are forgotten, by the key that the new one has too.
  if (loose.type === TYPE_HASH) database.noteFieldExpiry(key, ref);
}

/** An instant, for a span would begin later elsewhere. */
function propagateInstant(call: Call, expireAtMs: number): void {
  const rest: Uint8Array[] = [];
  for (let i = 3; i < call.count; i++) rest.push(call.at(i).copy());
  const instant = asciiBytes(String(expireAtMs));
  call.propagateAs(RESTORE_BYTES, call.at(1).copy(), instant, ...rest, ABSTTL_BYTES);
}
