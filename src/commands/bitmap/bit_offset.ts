// Where a bit stands: the offset argument of SETBIT, GETBIT and BITFIELD.
import { normalizeInteger, parseInt64 } from "../../base/int64.ts";
import type { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { isBeyondLimit } from "../string/length_limit.ts";

const HASH = 0x23;

/** A bit position, from 0 on; its byte is within what a string may hold. */
export function bitOffsetOf(call: Call, argument: Slice): number {
  return offsetIn(call, argument, argument.start, 1);
}

/** As {@link bitOffsetOf}; `#n` is the position of the n-th field of `bits` bits. */
export function fieldOffsetOf(call: Call, argument: Slice, bits: number): number {
  const { bytes, start, end } = argument;
  if (start === end || bytes[start] !== HASH) return bitOffsetOf(call, argument);
  return offsetIn(call, argument, start + 1, bits);
}

function offsetIn(call: Call, { bytes, end }: Slice, start: number, factor: number): number {
  const given = parseInt64(bytes, start, end);
  if (given === undefined) throw ERR.bitOffset;
  let offset = Number(given) * factor;
  // The product wraps around in 64 bits, as in Redis.
  if (!Number.isSafeInteger(offset)) {
    const wrapped = normalizeInteger(BigInt.asIntN(64, BigInt(given) * BigInt(factor)));
    if (typeof wrapped !== "number") throw ERR.bitOffset;
    offset = wrapped;
  }
  if (offset < 0 || isBeyondLimit(call, Math.floor(offset / 8))) throw ERR.bitOffset;
  return offset;
}
