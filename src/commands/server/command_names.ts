// COMMAND COUNT and COMMAND LIST: which commands there are.
import { asciiBytes, type ByteRange } from "../../base/bytes.ts";
import { globMatch } from "../../base/glob.ts";
import { keyword, wordOf } from "../../engine/arguments.ts";
import type { Call, KnownCommand } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { type CategoryName, impliedCategories } from "../../engine/flags.ts";

const FILTERBY = keyword("filterby");

/** COMMAND COUNT */
export function commandCount(call: Call): void {
  call.reply.integer(call.services.registry.commands.length);
}

/** COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern] */
export function commandList(call: Call): void {
  const { reply, services } = call;
  const passes = readFilter(call);
  const listed = services.registry.commands.flatMap(withSubcommands).filter(passes);
  reply.array(listed.length);
  for (const { fullName } of listed) reply.bulkText(fullName);
}

function withSubcommands(command: KnownCommand): KnownCommand[] {
  return [command, ...command.subcommands];
}

type Filter = (command: KnownCommand) => boolean;

function readFilter(call: Call): Filter {
  if (call.count === 2) return () => true;
  if (call.count !== 5 || !call.at(2).equalsIgnoreCase(FILTERBY)) throw ERR.syntax;
  switch (wordOf(call.at(3))) {
    case "module":
      return () => false; // there are no modules, so no command is of one
    case "aclcat": {
      const category = wordOf(call.at(4)) as CategoryName;
      return (command) => categoriesOf(command).has(category);
    }
    case "pattern":
      return (command) => globMatch(call.at(4), wholeOf(command.fullName), true);
    default:
      throw ERR.syntax;
  }
}

function wholeOf(name: string): ByteRange {
  const bytes = asciiBytes(name);
  return { bytes, start: 0, end: bytes.length };
}

/** All ACL categories of a command: those its row names and those that follow from its flags. */
export function categoriesOf({ facts, flags }: KnownCommand): ReadonlySet<CategoryName> {
  return new Set([...facts.categories ?? [], ...impliedCategories(flags)]);
}
