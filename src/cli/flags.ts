/** The command line: what is to be run, and the flags of the server as a configuration text. */

import { parseArgs } from "@std/cli/parse-args";
import { latin1, printable, utf8Bytes } from "../base/bytes.ts";
import { asciiLower } from "../config/numbers.ts";
import { splitWords } from "../config/quoting.ts";

/** Where the server's configuration comes from; later sources win. */
export interface ServerFlags {
  readonly configFile: string | undefined;
  readonly readsStandardInput: boolean;
  /** The flags as lines of a configuration file, a byte string. */
  readonly text: string;
}

/** What a command line asks for. */
export type Request =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "subcommand"; readonly name: string; readonly args: string[] }
  | { readonly kind: "server"; readonly flags: ServerFlags };

/**
 * Reads a command line. Only its first word can be a subcommand, `--help` or `--version`, so that
 * none of them can be mistaken for the value of a flag.
 */
export function readCommandLine(
  args: readonly string[],
  subcommands: ReadonlySet<string>,
): Request {
  const options = parseArgs(args.slice(0, 1), {
    boolean: ["help", "version"],
    alias: { help: "h", version: "v" },
    stopEarly: true,
  });
  if (options.help) return { kind: "help" };
  if (options.version) return { kind: "version" };
  if (args.length > 0 && subcommands.has(args[0])) {
    return { kind: "subcommand", name: args[0], args: args.slice(1) };
  }
  return { kind: "server", flags: readServerFlags(args) };
}

/**
 * Reads `[FILE] [--name value ...] [-]` as redis-server does. The value of a flag is every word up to
 * the next one that begins with `--`; the first word after a name is a value whatever it looks like.
 */
export function readServerFlags(args: readonly string[]): ServerFlags {
  const hasFile = args.length > 0 && !args[0].startsWith("-");
  const lines: string[] = [];
  let readsStandardInput = false;
  let awaitsValue = false;
  for (let i = hasFile ? 1 : 0; i < args.length; i++) {
    const word = byteString(args[i]);
    if (word === "-" && (i === 0 || i === args.length - 1)) {
      readsStandardInput = true;
    } else if (!awaitsValue && word.startsWith("--")) {
      const next = args.at(i + 1);
      const nameOnly = splitWords(word)?.length === 1;
      const isEmptySave = nameOnly && asciiLower(word) === "--save" &&
        (next === undefined || next.startsWith("--"));
      lines.push(word.slice(2) + (isEmptySave ? ' ""' : ""));
      awaitsValue = nameOnly && !isEmptySave;
    } else {
      if (lines.length === 0) lines.push("");
      lines.push(`${lines.pop()} ${quoted(word)}`);
      awaitsValue = false;
    }
  }
  return { configFile: hasFile ? args[0] : undefined, readsStandardInput, text: lines.join("\n") };
}

function byteString(text: string): string {
  return latin1(utf8Bytes(text));
}

function quoted(word: string): string {
  const bytes = Uint8Array.from(word, (character) => character.charCodeAt(0));
  return printable({ bytes, start: 0, end: bytes.length });
}
