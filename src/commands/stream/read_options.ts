// The arguments of XREAD and XREADGROUP.
import { asciiBytes } from "../../base/bytes.ts";
import { INT64_MAX } from "../../base/int64.ts";
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";

const BLOCK = keyword("block");
const COUNT = keyword("count");
const STREAMS = keyword("streams");
const GROUP = keyword("group");
const NOACK = keyword("noack");

const GROUP_OF_XREAD = new CommandError(
  "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.",
);
const NOACK_OF_XREAD = new CommandError(
  "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.",
);
const NO_GROUP = new CommandError("ERR Missing GROUP option for XREADGROUP");

/** Stands for what came last, for what nobody of the group got, and for the last entry there is. */
export const ID_LAST = asciiBytes("$");
export const ID_NEW = asciiBytes(">");
export const ID_TOP = asciiBytes("+");

export interface ReadOptions {
  /** Entries per stream, 0 for all. */
  count: number;
  /** Unix ms when waiting ends, 0 for never, -1 for no waiting. */
  deadlineAtMs: number;
  noAck: boolean;
  group: Slice | undefined;
  consumer: Slice | undefined;
  /** Position of the first key; as many IDs follow the last one. */
  firstKey: number;
  streams: number;
}

/** Reads what stands before the keys, and how many these are. */
export function readReadOptions(call: Call, inGroup: boolean): ReadOptions {
  const options: ReadOptions = {
    count: 0,
    deadlineAtMs: -1,
    noAck: false,
    group: undefined,
    consumer: undefined,
    firstKey: 0,
    streams: 0,
  };
  for (let i = 1; i < call.count && options.firstKey === 0; i++) {
    i = readOption(call, i, options, inGroup);
  }
  if (options.firstKey === 0) throw ERR.syntax;
  if (inGroup && options.group === undefined) throw NO_GROUP;
  return options;
}

/** Reads the option at `at`; answers the position of its last argument. */
function readOption(call: Call, at: number, options: ReadOptions, inGroup: boolean): number {
  const argument = call.at(at), more = call.count - at - 1;
  if (more > 0 && argument.equalsIgnoreCase(BLOCK)) {
    refuseInScript(call);
    options.deadlineAtMs = deadlineOf(call, call.at(++at));
  } else if (more > 0 && argument.equalsIgnoreCase(COUNT)) {
    options.count = Math.max(0, clampedIntegerOf(call.at(++at)));
  } else if (more > 0 && argument.equalsIgnoreCase(STREAMS)) {
    if (more % 2 !== 0) throw unbalanced(call, inGroup);
    options.firstKey = at + 1;
    options.streams = more / 2;
  } else if (more > 1 && argument.equalsIgnoreCase(GROUP)) {
    if (!inGroup) throw GROUP_OF_XREAD;
    options.group = call.at(++at);
    options.consumer = call.at(++at);
  } else if (argument.equalsIgnoreCase(NOACK)) {
    if (!inGroup) throw NOACK_OF_XREAD;
    options.noAck = true;
  } else throw ERR.syntax;
  return at;
}

/** A script cannot wait, and one that asks for it is mistaken. */
function refuseInScript(call: Call): void {
  if (call.origin.name !== "script") return;
  const name = call.command.fullName;
  throw new CommandError(`ERR ${name} command is not allowed with BLOCK option from scripts`);
}

/** When a wait of so many milliseconds is over, Unix ms; 0 for never. */
function deadlineOf({ nowMs }: Call, argument: Slice): number {
  const milliseconds = integer64Of(argument, ERR.timeoutNotInteger);
  if (milliseconds < 0) throw ERR.timeoutNegative;
  if (milliseconds === 0) return 0;
  if (BigInt(milliseconds) > INT64_MAX - BigInt(nowMs)) throw ERR.timeoutOutOfRange;
  return Number(milliseconds) + nowMs;
}

function unbalanced(call: Call, inGroup: boolean): CommandError {
  return new CommandError(
    `ERR Unbalanced '${call.command.fullName}' list of streams: for each stream key an ID or ` +
      `'${inGroup ? ">" : "$"}' must be specified.`,
  );
}
