/** Key specs of every kind, on requests that fit them and on requests that do not. */

import { assertEquals } from "@std/assert";
import { type CommandFacts, keyAt, keyRange, keysCounted } from "../../src/engine/facts.ts";
import type { KeySpec } from "../../src/engine/facts.ts";
import { findKeys, hasMovableKeys, mayHaveKeys } from "../../src/engine/key_finder.ts";
import { Request } from "../../src/resp/request.ts";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { splitWords } from "../support/words.ts";

function command(keys: readonly KeySpec[], more: Partial<CommandFacts> = {}): CommandFacts {
  return {
    name: "x",
    group: "generic",
    summary: "",
    complexity: "O(1)",
    since: "1.0.0",
    syntax: "",
    arity: -1,
    flags: [],
    keys,
    ...more,
  };
}

function positions(facts: CommandFacts, line: string): number[] | undefined {
  const request = Request.of(...splitWords(line).map(latin1Bytes));
  return findKeys(facts, request)?.map((key) => key.position);
}

const STREAMS: KeySpec = {
  flags: ["RO", "access"],
  begin: { keyword: "STREAMS", startFrom: 1 },
  find: { last: -1, step: 1, limit: 2 },
};
const FROM_THE_END: KeySpec = {
  flags: ["RW"],
  begin: { keyword: "KEYS", startFrom: -2 },
  find: { last: -1, step: 1, limit: 0 },
};
const UNKNOWN: KeySpec = { flags: ["OW", "update"], begin: "unknown", find: "unknown" };

Deno.test("a single key, a range to the end and every second argument are found", () => {
  assertEquals(positions(command([keyAt(1, "RO")]), "GET a"), [1]);
  assertEquals(positions(command([keyRange(1, -1, 1, "RO")]), "MGET a b c"), [1, 2, 3]);
  assertEquals(positions(command([keyRange(1, -1, 2, "OW")]), "MSET a 1 b 2"), [1, 3]);
  assertEquals(positions(command([keyRange(1, -2, 1, "RW")]), "BLPOP a b 0"), [1, 2]);
});

Deno.test("each key has the flags of its own spec", () => {
  const copy = command([keyAt(1, "RO access"), keyAt(2, "OW update")]);
  assertEquals(findKeys(copy, Request.of(...["COPY", "a", "b"].map(latin1Bytes))), [
    { position: 1, flags: ["RO", "access"] },
    { position: 2, flags: ["OW", "update"] },
  ]);
});

Deno.test("counted keys stand behind their number", () => {
  const counted = command([keysCounted(2, "RW")]);
  assertEquals(positions(counted, "BLMPOP 0 2 a b LEFT"), [3, 4]);
  assertEquals(positions(command([keysCounted(1, "RW")]), "LMPOP 2 a b LEFT"), [2, 3]);
  assertEquals(positions(command([keysCounted(1, "RW")]), "LMPOP 3 a b"), undefined);
  assertEquals(positions(command([keysCounted(1, "RW")]), "LMPOP x a b"), undefined);
  assertEquals(positions(command([keysCounted(1, "RW")]), "LMPOP -1 a b"), undefined);
  assertEquals(positions(command([keysCounted(1, "RW")]), "LMPOP 0"), undefined);
  assertEquals(positions(command([keysCounted(3, "RW")]), "X a"), undefined);
});

Deno.test("a keyword is found in any case, from the front and from the end", () => {
  const read = command([STREAMS]);
  assertEquals(positions(read, "XREAD COUNT 2 streams a b 0 0"), [4, 5]);
  assertEquals(positions(read, "XREAD COUNT 2"), []);
  assertEquals(positions(command([FROM_THE_END]), "MIGRATE h p x 0 9 KEYS a b"), [7, 8]);
  assertEquals(positions(command([FROM_THE_END]), "MIGRATE h p x 0 9 keys a"), [7]);
  assertEquals(positions(command([FROM_THE_END]), "X KEYS"), []);
});

Deno.test("the row's own finder answers where specs are unknown, incomplete or of variable flags", () => {
  const found = [{ position: 3, flags: ["RO"] }];
  const row = { findKeys: () => found };
  const incomplete = keyAt(1, "RO incomplete");
  assertEquals(positions(command([UNKNOWN], row), "SORT a b c"), [3]);
  assertEquals(positions(command([incomplete], row), "SORT a b c"), [3]);
  assertEquals(positions(command([keyAt(1, "RW variable_flags")], row), "SET a b c"), [3]);
  assertEquals(positions(command([keyAt(1, "RW")], row), "SET a b c"), [1]);
  assertEquals(positions(command([keyAt(1, "RW variable_flags")]), "SET a b c"), [1]);
  assertEquals(positions(command([UNKNOWN]), "SORT a b c"), undefined);
});

Deno.test("a spec of what is no key is skipped", () => {
  const channel = keyAt(1, "RO not_key");
  assertEquals(mayHaveKeys(command([channel])), false);
  assertEquals(mayHaveKeys(command([])), false);
  assertEquals(mayHaveKeys(command([keyAt(1, "RO")])), true);
  assertEquals(positions(command([channel, keyAt(2, "RO")]), "X a b"), [2]);
});

Deno.test("keys are movable when first, last and step do not say it all", () => {
  assertEquals(hasMovableKeys([]), false);
  assertEquals(hasMovableKeys([keyRange(1, -1, 2, "OW")]), false);
  assertEquals(hasMovableKeys([keyAt(1, "RO"), keyAt(2, "OW")]), false);
  assertEquals(hasMovableKeys([keyAt(2, "OW"), keyRange(3, -1, 1, "RO")]), false);
  assertEquals(hasMovableKeys([keyAt(1, "RO"), keyAt(3, "OW")]), true);
  assertEquals(hasMovableKeys([keysCounted(1, "RO")]), true);
  assertEquals(hasMovableKeys([keyAt(1, "RO incomplete"), UNKNOWN]), true);
  assertEquals(hasMovableKeys([STREAMS]), true);
});
