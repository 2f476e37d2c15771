// SETBIT and GETBIT.
import { integerOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { TYPE_STRING } from "../../store/entry.ts";
import { growString } from "../string/length_limit.ts";
import { bitOffsetOf } from "./bit_offset.ts";

/** SETBIT key offset value */
export function setbit(call: Call): void {
  const key = call.at(1);
  const offset = bitOffsetOf(call, call.at(2));
  const bit = integerOf(call.at(3), ERR.bitValue);
  if (bit !== 0 && bit !== 1) throw ERR.bitValue;
  const { database } = call;
  const ref = call.writeTyped(key, TYPE_STRING);
  const byte = Math.floor(offset / 8), mask = 0x80 >>> offset % 8;
  const grows = ref === 0 || byte >= database.stringOf(ref).length;
  // Also where nothing changes: the encoding becomes raw, as in Redis.
  const at = database.stringOf(growString(call, ref, key, byte + 1, byte)).start + byte;
  const { u8 } = database.arena;
  const old = (u8[at] & mask) === 0 ? 0 : 1;
  if (grows || old !== bit) {
    u8[at] = bit === 1 ? u8[at] | mask : u8[at] & ~mask;
    database.changed(key, "setbit");
  }
  call.reply.integer(old);
}

/** GETBIT key offset */
export function getbit(call: Call): void {
  const offset = bitOffsetOf(call, call.at(2));
  const ref = call.readTyped(call.at(1), TYPE_STRING);
  if (ref === 0) return call.reply.integer(0);
  const { bytes, start, end } = call.database.stringOf(ref);
  const at = start + Math.floor(offset / 8);
  const set = at < end && (bytes[at] & 0x80 >>> offset % 8) !== 0;
  call.reply.integer(set ? 1 : 0);
}
