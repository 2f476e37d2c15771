// COMMAND and COMMAND INFO: the facts of commands that clients and proxies need to route them.
import { latin1 } from "../../base/bytes.ts";
import type { Call, KnownCommand } from "../../engine/call.ts";
import type { CommandFacts, KeySpec } from "../../engine/facts.ts";
import { CATEGORY_NAMES, flagNames } from "../../engine/flags.ts";
import type { ReplySink } from "../../resp/reply_sink.ts";
import { categoriesOf } from "./command_names.ts";

/** Flags that Redis keeps to itself. */
const HIDDEN_FLAGS = new Set(["may_replicate", "protected", "touches_arbitrary_keys"]);

/** Flags of keys in the order in which they are listed. */
const KEY_FLAGS = [
  "RO",
  "RW",
  "OW",
  "RM",
  "access",
  "update",
  "insert",
  "delete",
  "not_key",
  "incomplete",
  "variable_flags",
];

/** COMMAND; COMMAND INFO [command-name ...] */
export function commandInfo(call: Call): void {
  const { reply, services, count } = call;
  const { registry } = services;
  if (count <= 2) {
    reply.array(registry.commands.length);
    for (const command of registry.commands) writeInfo(reply, command);
    return;
  }
  reply.array(count - 2);
  for (let i = 2; i < count; i++) {
    const { bytes, start, end } = call.at(i);
    const command = registry.byName(latin1(bytes, start, end));
    // Redis says null here, not the null array.
    if (command === undefined) reply.null();
    else writeInfo(reply, command);
  }
}

function writeInfo(reply: ReplySink, command: KnownCommand): void {
  const { facts, flags, fullName, subcommands } = command;
  const { first, last, step } = legacyRange(facts);
  reply.array(10);
  reply.bulkText(fullName);
  reply.integer(facts.arity);
  writeWords(reply, flagNames(flags).filter((name) => !HIDDEN_FLAGS.has(name)));
  reply.integer(first);
  reply.integer(last);
  reply.integer(step);
  const categories = categoriesOf(command);
  writeWords(
    reply,
    CATEGORY_NAMES.filter((name) => categories.has(name)).map((name) => `@${name}`),
  );
  const tips = facts.tips ?? [];
  reply.set(tips.length);
  for (const tip of tips) reply.bulkText(tip);
  const specs = facts.keys ?? [];
  reply.set(specs.length);
  for (const spec of specs) writeKeySpec(reply, spec);
  if (subcommands.length === 0) reply.set(0);
  else reply.array(subcommands.length);
  for (const subcommand of subcommands) writeInfo(reply, subcommand);
}

function writeWords(reply: ReplySink, words: readonly string[]): void {
  reply.set(words.length);
  for (const word of words) reply.simple(word);
}

/** Flags of a key, in listing order. */
export function writeKeyFlags(reply: ReplySink, flags: readonly string[]): void {
  writeWords(reply, KEY_FLAGS.filter((name) => flags.includes(name)));
}

interface LegacyRange {
  first: number;
  last: number;
  step: number;
}

const NO_RANGE: LegacyRange = { first: 0, last: 0, step: 0 };

/**
 * First, last and step as COMMAND gave them before there were key specs: of the only spec if it is
 * a range, else of the longest run of ranges with step 1 that stand next to each other.
 */
export function legacyRange({ keys = [] }: CommandFacts): LegacyRange {
  const ranges = keys.flatMap(({ begin, find }) => {
    if (begin === "unknown" || find === "unknown") return [];
    if (!("index" in begin) || !("last" in find)) return [];
    const last = find.last < 0 ? find.last : begin.index + find.last;
    return [{ first: begin.index, last, step: find.step }];
  });
  if (keys.length === 1) return ranges[0] ?? NO_RANGE;
  let run: LegacyRange | undefined;
  for (const range of ranges) {
    if (range.step !== 1 || run !== undefined && run.last !== range.first - 1) continue;
    run = { first: run?.first ?? range.first, last: range.last, step: 1 };
  }
  return run ?? NO_RANGE;
}

function writeKeySpec(reply: ReplySink, { flags, begin, find, notes }: KeySpec): void {
  reply.map(notes === undefined ? 3 : 4);
  if (notes !== undefined) {
    reply.bulkText("notes");
    reply.bulkText(notes);
  }
  reply.bulkText("flags");
  writeKeyFlags(reply, flags);
  reply.bulkText("begin_search");
  if (begin === "unknown") writeSearch(reply, "unknown", []);
  else if ("index" in begin) writeSearch(reply, "index", [["index", begin.index]]);
  else {
    writeSearch(reply, "keyword", [["keyword", begin.keyword], ["startfrom", begin.startFrom]]);
  }
  reply.bulkText("find_keys");
  if (find === "unknown") writeSearch(reply, "unknown", []);
  else if ("last" in find) {
    const { last, step, limit } = find;
    writeSearch(reply, "range", [["lastkey", last], ["keystep", step], ["limit", limit]]);
  } else {
    const { keyNumIndex, firstKey, step } = find;
    const spec: Field[] = [["keynumidx", keyNumIndex], ["firstkey", firstKey], ["keystep", step]];
    writeSearch(reply, "keynum", spec);
  }
}

type Field = readonly [name: string, value: string | number];

function writeSearch(reply: ReplySink, type: string, spec: readonly Field[]): void {
  reply.map(2);
  reply.bulkText("type");
  reply.bulkText(type);
  reply.bulkText("spec");
  reply.map(spec.length);
  for (const [name, value] of spec) {
    reply.bulkText(name);
    if (typeof value === "number") reply.integer(value);
    else reply.bulkText(value);
  }
}
