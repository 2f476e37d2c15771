// Every row of the command table states all facts, and they fit together.
import { assert, assertEquals } from "@std/assert";
import { allCommands } from "../../src/commands/registry.ts";
import { CATEGORY_NAMES, FLAG_NAMES } from "../../src/engine/flags.ts";
import { parseSyntax, type SyntaxArgument } from "../../src/engine/syntax.ts";
import { checkEach, everyRow, nameWords, type Row } from "./examples.ts";

function forEachRow(check: (row: Row) => void): void {
  checkEach(everyRow(), check);
}

Deno.test("names are unique, in lower case, without spaces", () => {
  const names = everyRow().map(({ fullName }) => fullName);
  assertEquals(new Set(names).size, names.length);
  for (const name of names) assert(/^[a-z][a-z0-9_|-]*$/.test(name), name);
});

Deno.test("every row has a summary, a complexity, a version and a group", () => {
  forEachRow(({ spec }) => {
    assert(/^[A-Z].*[.]$/.test(spec.summary), `summary: ${spec.summary}`);
    assert(!spec.summary.includes("\n") && spec.summary.length < 120, "summary is one line");
    assert(/^\d+\.\d+\.\d+$/.test(spec.since), `since ${spec.since}`);
    assert(spec.subcommands !== undefined || spec.complexity.length > 0, "complexity");
    for (const [version, change] of spec.history ?? []) {
      assert(/^\d+\.\d+\.\d+$/.test(version), `history ${version}`);
      assert(/^[A-Z`].*[.]$/.test(change), `history: ${change}`);
    }
    if (spec.deprecated !== undefined) {
      assert(/^\d+\.\d+\.\d+$/.test(spec.deprecated.since));
      assert(spec.deprecated.replacedBy.length > 0);
    }
  });
});

Deno.test("a row has a handler, or subcommands, or both", () => {
  forEachRow(({ spec, container }) => {
    assert(spec.handler !== undefined || (spec.subcommands ?? []).length > 0);
    assert(container === undefined || spec.subcommands === undefined, "two levels at most");
    for (const sub of spec.subcommands ?? []) assertEquals(sub.group, spec.group, sub.name);
  });
});

Deno.test("flags and categories are known ones, each once, and do not contradict each other", () => {
  forEachRow(({ spec }) => {
    const { flags, categories = [] } = spec;
    assertEquals(new Set(flags).size, flags.length);
    assertEquals(new Set(categories).size, categories.length);
    for (const flag of flags) assert(FLAG_NAMES.includes(flag), flag);
    for (const category of categories) assert(CATEGORY_NAMES.includes(category), category);
    assert(!(flags.includes("write") && flags.includes("readonly")), "write or readonly");
    if (flags.includes("denyoom")) assert(flags.includes("write"), "only writes take memory");
    for (const category of ["write", "read", "fast", "slow", "blocking"] as const) {
      assert(!categories.includes(category), `${category} follows from the flags`);
    }
  });
});

/** Fewest words that the arguments can be, and whether there can be more. */
function measure(args: readonly SyntaxArgument[]): { least: number; open: boolean } {
  let least = 0, open = false;
  for (const argument of args) {
    const one = measureOne(argument);
    if (!argument.optional) least += one.least;
    open ||= one.open || argument.optional === true;
  }
  return { least, open };
}

function measureOne(argument: SyntaxArgument): { least: number; open: boolean } {
  const token = argument.token === undefined ? 0 : 1;
  const inner = argument.arguments ?? [];
  const multiple = argument.multiple === true;
  if (argument.type === "pure-token") return { least: 1, open: multiple };
  if (argument.type === "oneof") {
    const choices = inner.map(measureOne);
    const least = Math.min(...choices.map((choice) => choice.least));
    const most = Math.max(...choices.map((choice) => choice.least));
    const open = multiple || most > least || choices.some((choice) => choice.open);
    return { least: token + least, open };
  }
  if (argument.type === "block") {
    const { least, open } = measure(inner);
    return { least: token + least, open: open || multiple };
  }
  return { least: token + 1, open: multiple };
}

/** Where Redis's own arity is another than its syntax says, and why. */
const ARITY_DIFFERS: Readonly<Record<string, string>> = {
  "bitfield": "GET, SET and INCRBY may all be left out",
  "bitfield_ro": "GET may be left out",
  "debug": "its subcommands have no rows and no syntax, as in Redis",
  "client|kill": "the old form with an address and the new one share a row",
  "sort": "options are many",
};

Deno.test("the arity is what the syntax says", () => {
  forEachRow((row) => {
    const { spec } = row;
    if (spec.subcommands !== undefined || row.fullName in ARITY_DIFFERS) return;
    const { least, open } = measure(parseSyntax(spec));
    const words = nameWords(row).length + least;
    // A negative arity may also stand for a fixed number of words that the handler counts.
    if (spec.arity > 0) {
      assertEquals(spec.arity, words);
      assertEquals(open, false, "more arguments are possible than the arity allows");
    } else assert(-spec.arity <= words, `arity ${spec.arity}, the syntax needs ${words}`);
  });
});

Deno.test("commands that touch keys say which", () => {
  const keyless = new Set([
    ...["keys", "scan", "randomkey", "dbsize", "flushdb", "flushall", "swapdb", "exec", "eval_ro"],
    ...[
      "script",
      "function",
      "wait",
      "waitaof",
      "save",
      "bgsave",
      "bgrewriteaof",
      "restore-asking",
      "lolwut",
    ],
  ]);
  forEachRow(({ spec, container, fullName }) => {
    if (spec.subcommands !== undefined || container !== undefined) return;
    const touches = spec.flags.includes("write") || spec.flags.includes("readonly");
    if (!touches || keyless.has(fullName)) return;
    assert((spec.keys ?? []).length > 0 || spec.findKeys !== undefined, "it has no key specs");
  });
});

Deno.test("key specs have Redis's flags and point into the arguments", () => {
  const words = new Set([
    ...["RO", "RW", "OW", "RM", "access", "update", "insert", "delete"],
    ...["not_key", "incomplete", "variable_flags"],
  ]);
  forEachRow(({ spec, container }) => {
    for (const { flags, begin } of spec.keys ?? []) {
      for (const flag of flags) assert(words.has(flag), flag);
      const accesses = flags.filter((flag) => /^[A-Z]{2}$/.test(flag));
      assertEquals(accesses.length, 1, `one access of ${flags}`);
      if (typeof begin === "object" && "index" in begin) {
        assert(begin.index >= (container === undefined ? 1 : 2));
      }
    }
  });
});

Deno.test("the table is in order: no row twice, groups together", () => {
  const groups = allCommands().map(({ group }) => group);
  const changes = groups.filter((group, i) => i > 0 && groups[i - 1] !== group).length;
  assert(changes <= new Set(groups).size + 2, "the groups are mixed up");
});
