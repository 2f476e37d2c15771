// MSET and MSETNX: storing several strings at once.
import type { Call } from "../../engine/call.ts";
import { wrongArguments } from "../../engine/errors.ts";
import { NO_EXPIRY } from "../../store/database.ts";
import { stringEncoding } from "../../store/string_encoding.ts";
import { StringReserve } from "../../store/string_reserve.ts";

/** MSET key value [key value ...] */
export function mset(call: Call): void {
  requirePairs(call);
  storeAll(call);
  call.reply.ok();
}

/** MSETNX key value [key value ...]: all or, when any key is there, none. */
export function msetnx(call: Call): void {
  requirePairs(call);
  for (let i = 1; i < call.count; i += 2) {
    if (call.database.write(call.at(i)) !== 0) return call.reply.integer(0);
  }
  storeAll(call);
  call.reply.integer(1);
}

function requirePairs(call: Call): void {
  if (call.count % 2 === 0) throw wrongArguments(call.command.fullName);
}

/** Stores all pairs or, when memory runs out, none. */
function storeAll(call: Call): void {
  const { database } = call;
  const reserve = reserveFor(call);
  for (let i = 1; i < call.count; i += 2) {
    const key = call.at(i), value = call.at(i + 1);
    reserve?.giveNext();
    database.putString(database.write(key), key, value, stringEncoding(value), NO_EXPIRY);
    database.changed(key, "set");
  }
}

/** What keeps memory for all of them, undefined while there is plenty. */
function reserveFor(call: Call): StringReserve | undefined {
  const { arena } = call.database;
  let bytes = 0;
  for (let i = 1; i < call.count; i++) bytes += call.at(i).length;
  if (StringReserve.isNeedless(arena, call.count / 2, bytes)) return undefined;
  const reserve = new StringReserve(arena);
  for (let i = 1; i < call.count; i += 2) reserve.add(call.at(i).length, call.at(i + 1).length);
  return reserve;
}
