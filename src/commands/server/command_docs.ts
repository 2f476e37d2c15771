// COMMAND DOCS: what people want to know of commands, for help texts, hints and completion.
import { latin1 } from "../../base/bytes.ts";
import type { Call, KnownCommand } from "../../engine/call.ts";
import { parseSyntax, type SyntaxArgument } from "../../engine/syntax.ts";
import type { ReplySink } from "../../resp/reply_sink.ts";

/** COMMAND DOCS [command-name ...] */
export function commandDocs(call: Call): void {
  const { reply, services, count } = call;
  const { registry } = services;
  let found: readonly KnownCommand[] = registry.commands;
  if (count > 2) {
    const named: KnownCommand[] = [];
    for (let i = 2; i < count; i++) {
      const { bytes, start, end } = call.at(i);
      const command = registry.byName(latin1(bytes, start, end));
      if (command !== undefined) named.push(command);
    }
    found = named;
  }
  reply.map(found.length);
  for (const command of found) {
    reply.bulkText(command.fullName);
    writeDocs(reply, command);
  }
}

/** A field of a map: its name, and what writes its value. */
type Field = readonly [name: string, write: (reply: ReplySink) => void];

const bulk = (name: string, value: string): Field => [name, (reply) => reply.bulkText(value)];

function writeMap(reply: ReplySink, fields: readonly Field[]): void {
  reply.map(fields.length);
  for (const [name, write] of fields) {
    reply.bulkText(name);
    write(reply);
  }
}

function writeDocs(reply: ReplySink, { facts, subcommands }: KnownCommand): void {
  const fields: Field[] = [
    bulk("summary", facts.summary),
    bulk("since", facts.since),
    bulk("group", facts.group),
    bulk("complexity", facts.complexity),
  ];
  const flags: string[] = [];
  if (facts.deprecated !== undefined) flags.push("deprecated");
  if (facts.systemCommand) flags.push("syscmd");
  if (flags.length > 0) fields.push(["doc_flags", (reply) => writeWords(reply, flags)]);
  if (facts.deprecated !== undefined) {
    fields.push(bulk("deprecated_since", facts.deprecated.since));
    fields.push(bulk("replaced_by", facts.deprecated.replacedBy));
  }
  const { history } = facts;
  if (history !== undefined) fields.push(["history", (reply) => writeHistory(reply, history)]);
  if (facts.syntax !== "") {
    fields.push(["arguments", (reply) => writeArguments(reply, parseSyntax(facts))]);
  }
  if (subcommands.length > 0) {
    fields.push(["subcommands", (reply) => writeSubcommands(reply, subcommands)]);
  }
  writeMap(reply, fields);
}

function writeWords(reply: ReplySink, words: readonly string[]): void {
  reply.set(words.length);
  for (const word of words) reply.simple(word);
}

function writeHistory(
  reply: ReplySink,
  history: readonly (readonly [version: string, change: string])[],
): void {
  reply.set(history.length);
  for (const [version, change] of history) {
    reply.array(2);
    reply.bulkText(version);
    reply.bulkText(change);
  }
}

function writeSubcommands(reply: ReplySink, subcommands: readonly KnownCommand[]): void {
  reply.map(subcommands.length);
  for (const subcommand of subcommands) {
    reply.bulkText(subcommand.fullName);
    writeDocs(reply, subcommand);
  }
}

function writeArguments(reply: ReplySink, args: readonly SyntaxArgument[]): void {
  reply.array(args.length);
  for (const argument of args) writeArgument(reply, argument);
}

function writeArgument(reply: ReplySink, argument: SyntaxArgument): void {
  const { name, type, token, keySpecIndex, arguments: inner } = argument;
  const fields: Field[] = [bulk("name", name), bulk("type", type)];
  if (inner === undefined) fields.push(bulk("display_text", name));
  if (keySpecIndex !== undefined) {
    fields.push(["key_spec_index", (reply) => reply.integer(keySpecIndex)]);
  }
  if (token !== undefined) fields.push(bulk("token", token));
  const flags: string[] = [];
  if (argument.optional) flags.push("optional");
  if (argument.multiple) flags.push("multiple");
  if (argument.multipleToken) flags.push("multiple_token");
  if (flags.length > 0) fields.push(["flags", (reply) => writeWords(reply, flags)]);
  if (inner !== undefined) fields.push(["arguments", (reply) => writeArguments(reply, inner)]);
  writeMap(reply, fields);
}
