import { assertEquals, assertThrows } from "@std/assert";
import { allCommands } from "../../src/commands/registry.ts";
import type { CommandSpec } from "../../src/engine/command.ts";
import { keyAt, keyRange } from "../../src/engine/facts.ts";
import { parseSyntax, type SyntaxArgument, type SyntaxFacts } from "../../src/engine/syntax.ts";

function parse(syntax: string, facts: Partial<SyntaxFacts> = {}): SyntaxArgument[] {
  return parseSyntax({ syntax, ...facts });
}

const ONE_KEY = { keys: [keyAt(1, "RO")] };

Deno.test("words are values, their types follow from their names", () => {
  assertEquals(parse("key seconds value", ONE_KEY), [
    { name: "key", type: "key", keySpecIndex: 0 },
    { name: "seconds", type: "integer" },
    { name: "value", type: "string" },
  ]);
});

Deno.test("a row may state the type of an argument", () => {
  const [increment] = parse("increment", { argumentTypes: { increment: "double" } });
  assertEquals(increment.type, "double");
});

Deno.test("a word without key specs is no key, whatever its name", () => {
  assertEquals(parse("key"), [{ name: "key", type: "string" }]);
});

Deno.test("keys count their specs up, the last spec takes the rest", () => {
  const two = { keys: [keyAt(2, "OW"), keyRange(3, -1, 1, "RO")] };
  const keys = parse("destkey key [key ...]", two);
  assertEquals(keys.map(({ keySpecIndex }) => keySpecIndex), [0, 1]);
  assertEquals(keys[1].multiple, true);
  const range = parse("key1 key2", { keys: [keyRange(1, 2, 1, "RO")] });
  assertEquals(range.map(({ keySpecIndex }) => keySpecIndex), [0, 0]);
});

Deno.test("a token takes the value behind it, or stands alone", () => {
  assertEquals(parse("[COUNT count] [ANY]"), [
    { name: "count", type: "integer", token: "COUNT", optional: true },
    { name: "any", type: "pure-token", token: "ANY", optional: true },
  ]);
});

Deno.test("a token with several values is a block", () => {
  const [limit] = parse("[LIMIT offset count]");
  assertEquals(limit.type, "block");
  assertEquals(limit.token, "LIMIT");
  assertEquals(limit.optional, true);
  assertEquals(limit.arguments!.map(({ name }) => name), ["offset", "count"]);
});

Deno.test("alternatives are a oneof, in brackets an optional one", () => {
  const [required, optional] = parse("<LEFT | RIGHT> [EX seconds | KEEPTTL]");
  assertEquals(required.type, "oneof");
  assertEquals(required.optional, undefined);
  assertEquals(optional.optional, true);
  assertEquals(optional.arguments, [
    { name: "seconds", type: "integer", token: "EX" },
    { name: "keepttl", type: "pure-token", token: "KEEPTTL" },
  ]);
});

Deno.test("a repeated value is multiple, repeated values are a block", () => {
  assertEquals(parse("[section [section ...]]"), [
    { name: "section", type: "string", multiple: true, optional: true },
  ]);
  const [data] = parse("field value [field value ...]");
  assertEquals(data.type, "block");
  assertEquals(data.multiple, true);
  assertEquals(data.arguments!.length, 2);
});

Deno.test("a repeated token is said again each time", () => {
  const [get] = parse("[GET pattern [GET pattern ...]]");
  assertEquals(get, {
    name: "pattern",
    type: "pattern",
    token: "GET",
    multiple: true,
    multipleToken: true,
    optional: true,
  });
  const [block] = parse("[GET encoding offset [GET encoding offset ...]]");
  assertEquals(block.multipleToken, true);
  assertEquals(block.arguments!.length, 2);
});

Deno.test("a choice that ends with itself is a repeated choice", () => {
  const [choice] = parse("[ID client-id | ADDR address [ID client-id | ADDR address ...]]");
  assertEquals(choice.multiple, true);
  assertEquals(choice.arguments!.map(({ token }) => token), ["ID", "ADDR"]);
});

Deno.test("two quotes are the empty token", () => {
  const [choice] = parse('<key | "">', ONE_KEY);
  assertEquals(choice.arguments![1].token, "");
});

Deno.test("a bracket that is not closed is our own mistake", () => {
  assertThrows(() => parse("[EX seconds"), Error, "lacks a ]");
});

function rowsOf(row: CommandSpec): CommandSpec[] {
  return [row, ...row.subcommands ?? []];
}

Deno.test("the syntax of every command of the table can be read", () => {
  for (const row of allCommands().flatMap(rowsOf)) {
    const args = parseSyntax(row);
    assertEquals(args.length === 0, row.syntax === "", row.name);
    const specs = row.keys?.length ?? 0;
    const indexes = JSON.stringify(args).match(/"keySpecIndex":\d+/g) ?? [];
    assertEquals(indexes.length > 0, specs > 0, `${row.name}: key arguments and key specs`);
  }
});

Deno.test("the patterns of SORT stand for keys that only its elements tell, before the key of STORE", () => {
  const unknown = { flags: ["RO"], begin: "unknown", find: "unknown" } as const;
  const specs = parseSyntax({
    syntax: "key [BY pattern] [GET pattern [GET pattern ...]] [STORE destination]",
    keys: [keyAt(1, "RO"), unknown, unknown],
  }).map((argument) => argument.keySpecIndex);
  assertEquals(specs, [0, 1, 1, 2]);
  const scanned = parseSyntax({ syntax: "key [MATCH pattern]", keys: [keyAt(1, "RO")] });
  assertEquals(scanned.map((argument) => argument.keySpecIndex), [0, undefined]);
});
