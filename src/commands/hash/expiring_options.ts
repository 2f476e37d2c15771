// The options of HGETEX and HSETEX.
import { latin1 } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import { expiryUnitNamed } from "../string/expiry_options.ts";
import { fieldInstant, FIELDS } from "./field_arguments.ts";

const FNX = keyword("fnx");
const FXX = keyword("fxx");
const FIELD_COUNT = new CommandError("ERR invalid number of fields");
const WRONG_NUMBER = new CommandError("ERR wrong number of arguments");
const FIELDS_MISSING = new CommandError("ERR missing FIELDS argument");
const FIELDS_TWICE = new CommandError("ERR FIELDS keyword specified multiple times");
const TWO_CONDITIONS = new CommandError("ERR Only one of FXX or FNX arguments can be specified");

/** How HGETEX and HSETEX differ: the word that is no time, and how many arguments a field takes. */
export interface ExpiringSyntax {
  readonly word: Uint8Array;
  readonly conditions: boolean;
  readonly stride: number;
}

/** What was asked for. */
export interface ExpiringOptions {
  /** Unix ms, -1 without a time. */
  atMs: number;
  /** PERSIST of HGETEX, KEEPTTL of HSETEX. */
  word: boolean;
  condition: "" | "fnx" | "fxx";
  /** Where the fields begin and end. */
  first: number;
  end: number;
}

/** Reads the options, which may stand before and behind the fields. */
export function readExpiringOptions(call: Call, syntax: ExpiringSyntax): ExpiringOptions {
  const options: ExpiringOptions = { atMs: -1, word: false, condition: "", first: 0, end: 0 };
  for (let i = 2; i < call.count; i++) {
    const argument = call.at(i);
    const unit = expiryUnitNamed(argument);
    if (argument.equalsIgnoreCase(FIELDS)) {
      readFieldCount(call, options, i, syntax.stride);
      i = options.end - 1;
    } else if (unit !== undefined) {
      if (options.word || options.atMs >= 0) throw twoTimes(syntax);
      if (++i === call.count) throw WRONG_NUMBER;
      options.atMs = fieldInstant(call, call.at(i), unit);
    } else if (argument.equalsIgnoreCase(syntax.word)) {
      if (options.word || options.atMs >= 0) throw twoTimes(syntax);
      options.word = true;
    } else if (syntax.conditions && isCondition(argument)) {
      if (options.condition !== "") throw TWO_CONDITIONS;
      options.condition = argument.equalsIgnoreCase(FNX) ? "fnx" : "fxx";
    } else throw new CommandError(`ERR unknown argument: ${textOf(argument)}`);
  }
  if (options.first === 0) throw FIELDS_MISSING;
  return options;
}

function isCondition(argument: Slice): boolean {
  return argument.equalsIgnoreCase(FNX) || argument.equalsIgnoreCase(FXX);
}

function readFieldCount(call: Call, options: ExpiringOptions, at: number, stride: number): void {
  if (options.first !== 0) throw FIELDS_TWICE;
  if (at + 1 === call.count) throw WRONG_NUMBER;
  const fields = clampedIntegerOf(call.at(at + 1), FIELD_COUNT);
  if (fields < 1 || fields > 2 ** 31 - 1) throw FIELD_COUNT;
  options.first = at + 2;
  options.end = options.first + fields * stride;
  if (options.end > call.count) throw WRONG_NUMBER;
}

function twoTimes({ word }: ExpiringSyntax): CommandError {
  const name = latin1(word).toUpperCase();
  return new CommandError(
    `ERR Only one of EX, PX, EXAT, PXAT or ${name} arguments can be specified`,
  );
}

/** As C prints a string: up to the first NUL. */
function textOf({ bytes, start, end }: Slice): string {
  return latin1(bytes, start, end).split("\0", 1)[0];
}
