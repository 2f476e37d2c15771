import { assertEquals, assertMatch } from "@std/assert";
import {
  completions,
  findCommand,
  readCommandDocs,
  remainingSyntax,
} from "../../../src/cli/client/command_docs.ts";
import { helpOn } from "../../../src/cli/client/help.ts";
import { latin1Bytes } from "../../../src/base/bytes.ts";
import type { Reply } from "../../../src/resp/reply.ts";

type Tree = string | Tree[] | { [name: string]: Tree };

function reply(tree: Tree, isFlat: boolean): Reply {
  if (typeof tree === "string") return { kind: "bulk", bytes: latin1Bytes(tree) };
  if (Array.isArray(tree)) return { kind: "array", items: tree.map((item) => reply(item, isFlat)) };
  const items = Object.entries(tree).flat().map((item) => reply(item, isFlat));
  return { kind: isFlat ? "array" : "map", items };
}

const DOCS: Tree = {
  set: {
    summary: "Sets a string.",
    since: "1.0.0",
    group: "string",
    arguments: [
      { name: "key", type: "key" },
      { name: "value", type: "string" },
      {
        name: "condition",
        type: "oneof",
        flags: ["optional"],
        arguments: [
          { name: "nx", type: "pure-token", token: "NX" },
          { name: "xx", type: "pure-token", token: "XX" },
        ],
      },
      { name: "seconds", type: "integer", token: "EX", flags: ["optional"] },
    ],
  },
  "get": {
    summary: "Gets a string.",
    since: "1.0.0",
    group: "string",
    arguments: [{ name: "key", type: "key" }],
  },
  getdel: { summary: "Gets and deletes.", group: "string", arguments: [] },
  sort: {
    summary: "Sorts.",
    group: "generic",
    arguments: [
      { name: "key", type: "key" },
      {
        name: "pattern",
        type: "pattern",
        token: "GET",
        flags: ["optional", "multiple", "multiple_token"],
      },
      {
        name: "limit",
        type: "block",
        token: "LIMIT",
        flags: ["optional"],
        arguments: [{ name: "offset", type: "integer" }, { name: "count", type: "integer" }],
      },
    ],
  },
  zadd: {
    summary: "Adds.",
    group: "sorted-set",
    arguments: [{ name: "key", type: "key" }, {
      name: "data",
      type: "block",
      flags: ["multiple"],
      arguments: [{ name: "score", type: "double" }, { name: "member", type: "string" }],
    }],
  },
  client: {
    summary: "A container.",
    group: "connection",
    subcommands: { "client|id": { summary: "Its ID.", group: "connection" } },
  },
};

const COMMANDS = readCommandDocs(reply(DOCS, false));

Deno.test("COMMAND DOCS reads the same from RESP3 maps and from RESP2 arrays", () => {
  assertEquals(readCommandDocs(reply(DOCS, true)), COMMANDS);
  assertEquals(COMMANDS.map(({ name }) => name), [
    "CLIENT",
    "CLIENT ID",
    "GET",
    "GETDEL",
    "SET",
    "SORT",
    "ZADD",
  ]);
});

Deno.test("the syntax shows options, choices, tokens, blocks and repetition", () => {
  const syntaxOf = (name: string) => findCommand(COMMANDS, [name])?.syntax;
  assertEquals(syntaxOf("set"), "key value [NX|XX] [EX seconds]");
  assertEquals(syntaxOf("sort"), "key [GET pattern [GET pattern ...]] [LIMIT offset count]");
  assertEquals(syntaxOf("zadd"), "key score member [score member ...]");
});

Deno.test("a hint shows what is still missing, optional parts always", () => {
  assertEquals(remainingSyntax(COMMANDS, ["set"]), "key value [NX|XX] [EX seconds]");
  assertEquals(remainingSyntax(COMMANDS, ["SET", "k"]), "value [NX|XX] [EX seconds]");
  assertEquals(remainingSyntax(COMMANDS, ["set", "k", "v", "NX"]), "[NX|XX] [EX seconds]");
  assertEquals(remainingSyntax(COMMANDS, ["get", "k"]), "");
  assertEquals(remainingSyntax(COMMANDS, ["nosuch"]), "");
  assertEquals(findCommand(COMMANDS, ["client", "id"])?.name, "CLIENT ID");
  assertEquals(findCommand(COMMANDS, ["client", "nosuch"])?.name, "CLIENT");
});

Deno.test("completion keeps the case that was typed and knows topics of help", () => {
  assertEquals(completions(COMMANDS, "ge"), ["get", "getdel"]);
  assertEquals(completions(COMMANDS, "GE"), ["GET", "GETDEL"]);
  assertEquals(completions(COMMANDS, "Ge"), ["GeT", "GeTDEL"]);
  assertEquals(completions(COMMANDS, "client i"), ["client id"]);
  assertEquals(completions(COMMANDS, "help @s"), ["help @sorted-set", "help @string"]);
  assertEquals(completions(COMMANDS, "help zA"), ["help zADD"]);
  assertEquals(completions(COMMANDS, "x"), []);
});

Deno.test("what is no COMMAND DOCS reply gives no commands", () => {
  const error: Reply = { kind: "error", bytes: latin1Bytes("ERR unknown") };
  assertEquals(readCommandDocs(error), []);
  assertEquals(readCommandDocs(undefined), []);
  assertEquals(readCommandDocs(reply(["get", "x", "odd"], true))[0].syntax, "");
});

Deno.test("help on a command shows its subcommands, help on a group its commands", () => {
  assertMatch(helpOn(COMMANDS, ["client"]), /A container\..*CLIENT ID.*Its ID\./s);
  assertEquals(helpOn(COMMANDS, ["client", "id"]).match(/summary/g)?.length, 1);
  assertEquals(helpOn(COMMANDS, ["@string"]).match(/summary/g)?.length, 3);
  assertEquals(helpOn(COMMANDS, ["nosuch"]), "\r\n");
});
