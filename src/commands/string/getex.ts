// GETEX and GETDEL: reading a string and changing how long it stays.
import { asciiBytes } from "../../base/bytes.ts";
import { EXAT, expiryInstant, type ExpiryUnit, keyword, PXAT } from "../../engine/arguments.ts";
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { TYPE_STRING } from "../../store/entry.ts";
import { expiryUnitNamed } from "./expiry_options.ts";

const PERSIST = keyword("persist");
const PERSIST_BYTES = asciiBytes("PERSIST");
const PEXPIREAT_BYTES = asciiBytes("PEXPIREAT");
const DEL_BYTES = asciiBytes("DEL");
const UNLINK_BYTES = asciiBytes("UNLINK");

interface Lifetime {
  persist: boolean;
  unit: ExpiryUnit | undefined;
  time: Slice | undefined;
}

function readOptions(call: Call): Lifetime {
  const lifetime: Lifetime = { persist: false, unit: undefined, time: undefined };
  for (let i = 2; i < call.count; i++) {
    const option = call.at(i);
    if (option.equalsIgnoreCase(PERSIST) && lifetime.unit === undefined) {
      lifetime.persist = true;
      continue;
    }
    const unit = expiryUnitNamed(option);
    const other = lifetime.unit !== undefined && lifetime.unit !== unit;
    if (unit === undefined || other || lifetime.persist || ++i === call.count) throw ERR.syntax;
    lifetime.unit = unit;
    lifetime.time = call.at(i);
  }
  return lifetime;
}

/** GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] */
export function getex(call: Call): void {
  const { persist, unit, time } = readOptions(call);
  const { database, reply } = call;
  const ref = call.readTyped(call.at(1), TYPE_STRING);
  if (ref === 0) return reply.null();
  const atMs = unit === undefined ? 0 : expiryInstant(call, time!, unit);
  reply.bulk(database.stringOf(ref));
  if (unit !== undefined) expireAt(call, ref, { atMs, unit });
  else if (persist) removeExpiry(call, ref);
}

function expireAt(call: Call, ref: number, { atMs, unit }: { atMs: number; unit: ExpiryUnit }) {
  const key = call.at(1);
  const past = (unit === EXAT || unit === PXAT) && atMs <= call.nowMs;
  // A replica does not remove keys by itself: it keeps the instant and is sent the removal.
  if (past && call.services.keyspace.expiresKeys) {
    const lazily = call.services.config.bool("lazyfree-lazy-expire");
    return removeKey(call, ref, lazily ? UNLINK_BYTES : DEL_BYTES);
  }
  call.database.setExpireAt(ref, atMs);
  call.database.changed(key, "expire");
  if (call.propagates) call.propagateAs(PEXPIREAT_BYTES, key.copy(), asciiBytes(String(atMs)));
}

function removeExpiry(call: Call, ref: number): void {
  const key = call.at(1);
  if (!call.database.clearExpiry(ref)) return;
  call.database.changed(key, "persist");
  if (call.propagates) call.propagateAs(PERSIST_BYTES, key.copy());
}

function removeKey(call: Call, ref: number, command: Uint8Array): void {
  const key = call.at(1);
  call.database.remove(ref);
  call.database.changed(key, "del");
  if (call.propagates) call.propagateAs(command, key.copy());
}

/** GETDEL key */
export function getdel(call: Call): void {
  const { database, reply } = call;
  const ref = call.readTyped(call.at(1), TYPE_STRING);
  if (ref === 0) return reply.null();
  reply.bulk(database.stringOf(ref));
  removeKey(call, ref, DEL_BYTES);
}
