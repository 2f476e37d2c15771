// BITPOS.
import { integer64Of } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { TYPE_STRING } from "../../store/entry.ts";
import { ByteSpan } from "../string/byte_span.ts";
import { findBit } from "./find_bit.ts";
import { BYTES_AT_ONCE, countsBits } from "./unit.ts";

const NOT_A_BIT = new CommandError("ERR The bit argument must be 1 or 0.");
const span = new ByteSpan();

/** BITPOS key bit [start [end [BYTE | BIT]]] */
export function bitpos(call: Call): void {
  const { database, reply } = call;
  const wanted = integer64Of(call.at(2));
  if (wanted !== 0 && wanted !== 1) throw NOT_A_BIT;
  const bit = Number(wanted);
  const ref = call.readTyped(call.at(1), TYPE_STRING);
  if (ref === 0) return reply.integer(bit === 1 ? -1 : 0); // nothing but zeros, without end
  const { start, length } = database.stringOf(ref);
  call.weigh(length / BYTES_AT_ONCE);
  const inBits = readSpan(call, length);
  if (span.empty) return reply.integer(-1);
  const first = inBits ? span.first : span.first * 8;
  const last = inBits ? span.last : span.last * 8 + 7;
  const position = findBit(database.arena, start, { first, last, bit });
  // Where no end is given, zeros follow the string.
  const padded = position < 0 && bit === 0 && call.count < 5;
  reply.integer(padded ? last + 1 : position);
}

/** Sets the span from the arguments, in Redis's order of errors; answers whether it is in bits. */
function readSpan(call: Call, length: number): boolean {
  const { count } = call;
  if (count > 6) throw ERR.syntax;
  const first = count > 3 ? integer64Of(call.at(3)) : 0;
  const inBits = count > 5 && countsBits(call.at(5));
  const last = count > 4 ? integer64Of(call.at(4)) : -1;
  span.cutEnds(first, last, inBits ? length * 8 : length);
  return inBits;
}
