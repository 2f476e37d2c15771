// HELP of the containers, and the error of a subcommand that got the wrong arguments.
import { latin1 } from "../base/bytes.ts";
import type { Call } from "../engine/call.ts";
import type { Handler } from "../engine/command.ts";
import { CommandError } from "../engine/errors.ts";

const QUOTED_NAME_BYTES = 128;

/** Handler of a container's HELP: `lines` name the subcommands and, indented, say what they do. */
export function helpOf(container: string, lines: readonly string[]): Handler {
  const text = [
    `${container.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...lines,
    "HELP",
    "    Print this help.",
  ];
  return ({ reply }: Call) => {
    reply.array(text.length);
    for (const line of text) reply.simple(line);
  };
}

/** For a known subcommand whose number of arguments fits no form of it. */
export function subcommandForms(call: Call): CommandError {
  const { bytes, start, end } = call.at(1);
  const name = latin1(bytes, start, Math.min(end, start + QUOTED_NAME_BYTES)).split("\0", 1)[0];
  const container = call.command.container!.facts.name.toUpperCase();
  return new CommandError(
    `ERR unknown subcommand or wrong number of arguments for '${name}'. Try ${container} HELP.`,
  );
}
