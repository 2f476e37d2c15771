// SLOWLOG: the commands that took long.
import { integerOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import { helpOf, subcommandForms } from "../help.ts";

const DEFAULT_COUNT = 10;
const BAD_COUNT = new CommandError("ERR count should be greater than or equal to -1");

/** SLOWLOG GET [count] */
export function slowlogGet(call: Call): void {
  if (call.count > 3) throw subcommandForms(call);
  const { reply, services } = call;
  let count = DEFAULT_COUNT;
  if (call.count === 3) {
    count = integerOf(call.at(2), BAD_COUNT);
    if (count < -1) throw BAD_COUNT;
  }
  const entries = services.slowlog.newest(count);
  reply.array(entries.length);
  for (const { id, atSeconds, microseconds, args, address, clientName } of entries) {
    reply.array(6);
    reply.integer(id);
    reply.integer(atSeconds);
    reply.integer(microseconds);
    reply.array(args.length);
    for (const argument of args) reply.bulkRange(argument, 0, argument.length);
    reply.bulkText(address);
    reply.bulkRange(clientName, 0, clientName.length);
  }
}

/** SLOWLOG LEN */
export function slowlogLen(call: Call): void {
  call.reply.integer(call.services.slowlog.length);
}

/** SLOWLOG RESET */
export function slowlogReset(call: Call): void {
  call.services.slowlog.reset();
  call.reply.ok();
}

export const slowlogHelp = helpOf("slowlog", [
  "GET [<count>]",
  "    The newest entries, ten unless a count is given, all for -1. Each one is made of its id,",
  "    when it ran, how many microseconds it took, its arguments, and the client's address and name.",
  "LEN",
  "    How many entries there are.",
  "RESET",
  "    Remove all entries.",
]);
