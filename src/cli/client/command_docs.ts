/** What a server says of its commands in COMMAND DOCS, as help, completion and hints need it. */

import { latin1 } from "../../base/bytes.ts";
import type { Reply } from "../../resp/reply.ts";

export interface CommandHelp {
  /** Upper case; of a subcommand both words. */
  readonly name: string;
  /** Arguments as people write them: `key value [NX|XX]`. */
  readonly syntax: string;
  readonly summary: string;
  readonly since: string;
  readonly group: string;
}

/** Commands and subcommands in the order of their names; empty when the reply is something else. */
export function readCommandDocs(reply: Reply | undefined): CommandHelp[] {
  const commands: CommandHelp[] = [];
  for (const [name, facts] of entries(reply)) {
    const command = readHelp(name.toUpperCase(), facts);
    commands.push(command.help);
    for (const [path, subfacts] of entries(command.subcommands)) {
      const words = path.toUpperCase().replace("|", " ");
      commands.push(readHelp(words, subfacts).help);
    }
  }
  return commands.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

function readHelp(name: string, facts: Reply): { help: CommandHelp; subcommands?: Reply } {
  const fields = new Map(entries(facts));
  return {
    help: {
      name,
      syntax: joined(fields.get("arguments"), " "),
      summary: text(fields.get("summary")),
      since: text(fields.get("since")),
      group: text(fields.get("group")),
    },
    subcommands: fields.get("subcommands"),
  };
}

/** Keys and values of a map, which RESP2 sends as a flat array. */
function entries(reply: Reply | undefined): [string, Reply][] {
  const items = elements(reply);
  const pairs: [string, Reply][] = [];
  for (let i = 0; i + 1 < items.length; i += 2) pairs.push([text(items[i]), items[i + 1]]);
  return pairs;
}

function elements(reply: Reply | undefined): readonly Reply[] {
  return reply !== undefined && "items" in reply ? reply.items : [];
}

function text(reply: Reply | undefined): string {
  return reply !== undefined && "bytes" in reply ? latin1(reply.bytes) : "";
}

function joined(list: Reply | undefined, separator: string): string {
  return elements(list).map(argumentSyntax).join(separator);
}

function argumentSyntax(argument: Reply): string {
  const fields = new Map(entries(argument));
  const type = text(fields.get("type"));
  const flags = new Set(elements(fields.get("flags")).map(text));
  const isBareToken = type === "pure-token";
  const token = fields.has("token") ? text(fields.get("token")) || '""' : "";
  const prefix = token === "" || isBareToken ? token : `${token} `;
  let value = "";
  if (type === "oneof") value = joined(fields.get("arguments"), "|");
  else if (type === "block") value = joined(fields.get("arguments"), " ");
  else if (!isBareToken) value = text(fields.get("name")) || '""';
  const again = flags.has("multiple")
    ? ` [${flags.has("multiple_token") ? prefix : ""}${value} ...]`
    : "";
  const syntax = prefix + value + again;
  return flags.has("optional") ? `[${syntax}]` : syntax;
}

/** The command that the words of a line begin with: the longest name that fits. */
export function findCommand(
  commands: readonly CommandHelp[],
  words: readonly string[],
): CommandHelp | undefined {
  const upper = words.slice(0, 2).map((word) => word.toUpperCase());
  return commands.find(({ name }) => upper.length === 2 && name === upper.join(" ")) ??
    commands.find(({ name }) => name === upper[0]);
}

/** The arguments that are still to be typed after the words of a line; empty when none are known. */
export function remainingSyntax(
  commands: readonly CommandHelp[],
  words: readonly string[],
): string {
  const command = findCommand(commands, words);
  if (command === undefined) return "";
  let rest = command.syntax;
  const typed = words.length - command.name.split(" ").length;
  // An optional part stays in sight, because it may be what was typed or not.
  for (let left = typed; left > 0 && rest !== "" && !rest.startsWith("["); left--) {
    const space = rest.indexOf(" ");
    rest = space === -1 ? "" : rest.slice(space + 1);
  }
  return rest;
}

/** Whole lines that the typed one may become: commands, or topics after `help`. */
export function completions(commands: readonly CommandHelp[], line: string): string[] {
  const help = /^help\s+/i.exec(line);
  const before = help?.[0] ?? "";
  const typed = line.slice(before.length);
  const names = commands.map(({ name }) => name);
  if (help !== null) names.push(...groupsOf(commands).map((group) => `@${group}`));
  // Whoever types in lower case goes on in lower case.
  const isLower = typed !== "" && typed === typed.toLowerCase();
  return names
    .filter((name) => name.toLowerCase().startsWith(typed.toLowerCase()))
    .map((name) => before + typed + (isLower ? name.toLowerCase() : name).slice(typed.length));
}

function groupsOf(commands: readonly CommandHelp[]): string[] {
  return [...new Set(commands.map(({ group }) => group))].filter((group) => group !== "").sort();
}
