// COMMAND HELP.
import { helpOf } from "../help.ts";

export const commandHelp = helpOf("command", [
  "(no subcommand)",
  "    The facts of every command.",
  "COUNT",
  "    How many commands there are.",
  "DOCS [<command-name> ...]",
  "    Documentation of the commands named, of all of them without a name.",
  "GETKEYS <full-command>",
  "    The keys among the words of a command line.",
  "GETKEYSANDFLAGS <full-command>",
  "    The same, with what the command does to each key.",
  "INFO [<command-name> ...]",
  "    The facts of the commands named, of all of them without a name.",
  "LIST [FILTERBY <MODULE <name>|ACLCAT <category>|PATTERN <pattern>>]",
  "    The names of all commands, or of those that pass the filter.",
]);
