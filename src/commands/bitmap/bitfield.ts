// BITFIELD and BITFIELD_RO.
import { type Integer64, parseSafeInteger } from "../../base/int64.ts";
import type { Slice } from "../../base/slice.ts";
import { integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { TYPE_STRING } from "../../store/entry.ts";
import { growString } from "../string/length_limit.ts";
import { fieldOffsetOf } from "./bit_offset.ts";
import { added, type Field, fitted, type Overflow, readField, writeField } from "./field.ts";

const GET = keyword("get");
const SET = keyword("set");
const INCRBY = keyword("incrby");
const OVERFLOW = keyword("overflow");
const OVERFLOWS: readonly (readonly [Uint8Array, Overflow])[] = [
  [keyword("wrap"), "wrap"],
  [keyword("sat"), "sat"],
  [keyword("fail"), "fail"],
];
const BAD_OVERFLOW = new CommandError("ERR Invalid OVERFLOW type specified");
const BAD_TYPE = new CommandError(
  "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
);
const ONLY_GET = new CommandError("ERR BITFIELD_RO only supports the GET subcommand");
const LOWER_I = 0x69, LOWER_U = 0x75;

interface Step {
  readonly action: "get" | "set" | "incrby";
  readonly field: Field;
  readonly operand: Integer64;
  readonly overflow: Overflow;
}

/** BITFIELD key [GET | SET | INCRBY | OVERFLOW ...] */
export function bitfield(call: Call): void {
  const steps = readSteps(call);
  if (steps.every((step) => step.action === "get")) readAll(call, steps);
  else changeAll(call, steps);
}

/** BITFIELD_RO key [GET encoding offset ...] */
export function bitfieldRo(call: Call): void {
  const steps = readSteps(call);
  if (steps.some((step) => step.action !== "get")) throw ONLY_GET;
  readAll(call, steps);
}

function readSteps(call: Call): Step[] {
  const steps: Step[] = [];
  let overflow: Overflow = "wrap";
  for (let i = 2; i < call.count;) {
    const word = call.at(i);
    const left = call.count - 1 - i;
    if (word.equalsIgnoreCase(OVERFLOW) && left >= 1) {
      overflow = overflowOf(call.at(i + 1));
      i += 2;
      continue;
    }
    const action = actionOf(word);
    const words = action === "get" ? 2 : 3;
    if (action === undefined || left < words) throw ERR.syntax;
    const field = fieldOf(call, call.at(i + 1), call.at(i + 2));
    const operand = action === "get" ? 0 : integer64Of(call.at(i + 3));
    steps.push({ action, field, operand, overflow });
    i += 1 + words;
  }
  return steps;
}

function actionOf(word: Slice): Step["action"] | undefined {
  if (word.equalsIgnoreCase(GET)) return "get";
  if (word.equalsIgnoreCase(SET)) return "set";
  return word.equalsIgnoreCase(INCRBY) ? "incrby" : undefined;
}

function overflowOf(word: Slice): Overflow {
  for (const [name, overflow] of OVERFLOWS) if (word.equalsIgnoreCase(name)) return overflow;
  throw BAD_OVERFLOW;
}

function fieldOf(call: Call, type: Slice, offset: Slice): Field {
  const sign = type.length === 0 ? 0 : type.bytes[type.start];
  const signed = sign === LOWER_I;
  const bits = parseSafeInteger(type.bytes, type.start + 1, type.end);
  const known = (signed || sign === LOWER_U) && bits >= 1 && bits <= (signed ? 64 : 63);
  if (!known) throw BAD_TYPE;
  return { signed, bits, offset: fieldOffsetOf(call, offset, bits) };
}

function readAll(call: Call, steps: readonly Step[]): void {
  const { database, reply } = call;
  const ref = call.readTyped(call.at(1), TYPE_STRING);
  const { u8 } = database.arena;
  const { start, end } = ref === 0 ? { start: 0, end: 0 } : database.stringOf(ref);
  reply.array(steps.length);
  for (const { field } of steps) reply.integer(readField(u8, start, end, field));
}

function changeAll(call: Call, steps: readonly Step[]): void {
  const key = call.at(1);
  const { database, reply } = call;
  const ref = call.writeTyped(key, TYPE_STRING);
  const needed = bytesWritten(steps);
  const grows = ref === 0 || needed > database.stringOf(ref).length;
  const entry = growString(call, ref, key, needed, needed);
  const { start, end } = database.stringOf(entry);
  const { u8 } = database.arena;
  reply.array(steps.length);
  let changes = 0;
  for (const { action, field, operand, overflow } of steps) {
    const old = readField(u8, start, end, field);
    if (action === "get") {
      reply.integer(old);
      continue;
    }
    const value = action === "set"
      ? fitted(field, operand, overflow)
      : added(field, old, operand, overflow);
    if (value === undefined) reply.null();
    else {
      const { offset, bits } = field;
      database.willWriteString(entry, Math.floor(offset / 8), Math.ceil((offset + bits) / 8));
      writeField(u8, start, field, value);
      if (grows || value !== old) changes++;
      reply.integer(action === "set" ? old : value);
    }
  }
  // Redis says nothing of a string that grew while every step failed, and replicas miss it.
  if (grows && changes === 0) changes = 1;
  if (changes > 0) database.changed(key, "setbit", changes);
}

/** How long the string must be for all that is set or added to. */
function bytesWritten(steps: readonly Step[]): number {
  let last = 0;
  for (const { action, field } of steps) {
    if (action !== "get") last = Math.max(last, field.offset + field.bits - 1);
  }
  return Math.floor(last / 8) + 1;
}
