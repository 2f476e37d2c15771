// The options of HGETEX and HSETEX.
import { latin1 } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, type ExpiryUnit, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, wrongArguments } from "../../engine/errors.ts";
import { expiryUnitNamed } from "../string/expiry_options.ts";
import { fieldInstant, FIELDS, fieldsFrom, fieldsFromAnywhere } from "./field_arguments.ts";

const FNX = keyword("fnx");
const FXX = keyword("fxx");
const PERSIST = keyword("persist");
const KEEPTTL = keyword("keepttl");
const FIELD_COUNT = new CommandError("ERR invalid number of fields");
const TWO_CONDITIONS = new CommandError("ERR Only one of FXX or FNX arguments can be specified");
const TWO_TIMES = new CommandError(
  "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
);

/** How HGETEX and HSETEX differ: the word that is no time, and how many arguments a field takes. */
interface ExpiringSyntax {
  readonly word: Uint8Array;
  readonly conditions: boolean;
  readonly stride: number;
}

const HGETEX: ExpiringSyntax = { word: PERSIST, conditions: false, stride: 1 };
const HSETEX: ExpiringSyntax = { word: KEEPTTL, conditions: true, stride: 2 };

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

/**
 * Reads the options of HGETEX, which may stand before and behind the fields, as from Redis 8.4 on; what
 * is wrong in every order is told in the words of 8.0, which knows but one.
 */
export function readHgetexOptions(call: Call): ExpiringOptions {
  const options = readInAnyOrder(call, HGETEX);
  if (options !== undefined) return options;
  let at = 2;
  const unit = expiryUnitNamed(call.at(2));
  if (unit !== undefined) {
    fieldInstant(call, call.at(3), unit);
    at = 4;
  } else if (call.at(2).equalsIgnoreCase(PERSIST)) at = 3;
  fieldsFrom(call, at);
  throw wrongArguments(call.command.fullName);
}

/** As {@link readHgetexOptions} for HSETEX. */
export function readHsetexOptions(call: Call): ExpiringOptions {
  return readInAnyOrder(call, HSETEX) ?? refuseHsetex(call);
}

/** Undefined where the words fit in no order. Throws for a time that is none. */
function readInAnyOrder(call: Call, syntax: ExpiringSyntax): ExpiringOptions | undefined {
  const options: ExpiringOptions = { atMs: -1, word: false, condition: "", first: 0, end: 0 };
  let unit: ExpiryUnit | undefined, timeAt = 0;
  for (let i = 2; i < call.count; i++) {
    const argument = call.at(i), named = expiryUnitNamed(argument);
    if (argument.equalsIgnoreCase(FIELDS)) {
      const end = options.first === 0 ? fieldsFromAnywhere(call, i, syntax.stride) : 0;
      if (end === 0) return undefined;
      options.first = i + 2;
      options.end = end;
      i = end - 1;
    } else if (named !== undefined) {
      if (options.word || unit !== undefined || ++i === call.count) return undefined;
      unit = named;
      timeAt = i;
    } else if (argument.equalsIgnoreCase(syntax.word)) {
      if (options.word || unit !== undefined) return undefined;
      options.word = true;
    } else {
      if (!syntax.conditions || !isCondition(argument) || options.condition !== "") {
        return undefined;
      }
      options.condition = argument.equalsIgnoreCase(FNX) ? "fnx" : "fxx";
    }
  }
  if (options.first === 0) return undefined;
  if (unit !== undefined) options.atMs = fieldInstant(call, call.at(timeAt), unit);
  return options;
}

/** Throws what is wrong with the arguments of HSETEX where the fields come last. */
function refuseHsetex(call: Call): never {
  let times = 0, conditions = 0;
  for (let i = 2; i < call.count; i++) {
    const argument = call.at(i), unit = expiryUnitNamed(argument);
    if (argument.equalsIgnoreCase(FIELDS)) {
      if (i + 1 === call.count) break;
      const fields = clampedIntegerOf(call.at(i + 1), FIELD_COUNT);
      if (fields < 1 || fields > 2 ** 31 - 1) throw FIELD_COUNT;
      break;
    }
    if (unit !== undefined || argument.equalsIgnoreCase(KEEPTTL)) {
      if (times++ > 0) throw TWO_TIMES;
      if (unit === undefined) continue;
      if (++i === call.count) break;
      fieldInstant(call, call.at(i), unit);
    } else if (!isCondition(argument)) {
      throw new CommandError(`ERR unknown argument: ${textOf(argument)}`);
    } else if (conditions++ > 0) throw TWO_CONDITIONS;
  }
  throw wrongArguments(call.command.fullName);
}

function isCondition(argument: Slice): boolean {
  return argument.equalsIgnoreCase(FNX) || argument.equalsIgnoreCase(FXX);
}

/** As C prints a string: up to the first NUL. */
function textOf({ bytes, start, end }: Slice): string {
  return latin1(bytes, start, end).split("\0", 1)[0];
}
