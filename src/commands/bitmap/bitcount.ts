// BITCOUNT.
import { integer64Of } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { TYPE_STRING } from "../../store/entry.ts";
import type { Arena } from "../../memory/arena.ts";
import { ByteSpan } from "../string/byte_span.ts";
import { countBits } from "./count_bits.ts";
import { BYTES_AT_ONCE, countsBits } from "./unit.ts";

const span = new ByteSpan();

/** BITCOUNT key [start end [BYTE | BIT]] */
export function bitcount(call: Call): void {
  const { database, reply } = call;
  const { arena } = database;
  const ref = call.readTyped(call.at(1), TYPE_STRING);
  if (ref === 0) return reply.integer(0); // whatever the range says
  const { start, end } = database.stringOf(ref);
  call.weigh((end - start) / BYTES_AT_ONCE);
  if (call.count === 2) return reply.integer(countBits(arena, start, end));
  if (call.count !== 4 && call.count !== 5) throw ERR.syntax;
  const first = integer64Of(call.at(2)), last = integer64Of(call.at(3));
  // An empty range of this kind is answered before the unit is looked at.
  if (first < 0 && last < 0 && first > last) return reply.integer(0);
  const inBits = call.count === 5 && countsBits(call.at(4));
  span.cut(first, last, (end - start) * (inBits ? 8 : 1));
  if (span.empty) reply.integer(0);
  else if (inBits) reply.integer(countSpan(arena, start));
  else reply.integer(countBits(arena, start + span.first, start + span.last + 1));
}

/** Bits set in the span, in bits, of the string at `start`: whole bytes less what hangs over. */
function countSpan(arena: Arena, start: number): number {
  const { first, last } = span;
  const firstByte = start + Math.floor(first / 8), lastByte = start + Math.floor(last / 8);
  const before = arena.u8[firstByte] & ~(0xff >>> first % 8);
  const behind = arena.u8[lastByte] & 0x7f >>> last % 8;
  return countBits(arena, firstByte, lastByte + 1) - ones(before) - ones(behind);
}

function ones(byte: number): number {
  let count = 0;
  for (let rest = byte & 0xff; rest !== 0; rest &= rest - 1) count++;
  return count;
}
