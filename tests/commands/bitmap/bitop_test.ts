import { assertEquals } from "@std/assert";
import { latin1Bytes } from "../../../src/base/bytes.ts";
import { EngineHarness, usedWhenEmpty } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";
import { putForeignValue, WRONG_TYPE } from "../foreign_value.ts";

type Operation = "AND" | "OR" | "XOR" | "NOT";

/** Byte by byte, a missing byte being zero. */
function combined(operation: Operation, texts: string[]): string {
  const bytes = texts.map((text) => latin1Bytes(text));
  let result = "";
  for (let i = 0; i < Math.max(...texts.map((text) => text.length)); i++) {
    const column = bytes.map((row) => row[i] ?? 0);
    const value = operation === "NOT" ? ~column[0] : column.reduce((a, b) => {
      if (operation === "AND") return a & b;
      return operation === "OR" ? a | b : a ^ b;
    });
    result += String.fromCharCode(value & 0xff);
  }
  return result;
}

Deno.test("BITOP combines strings as combining their bytes does, also into one of them", async () => {
  await forEachSeed(5, (random) => {
    const harness = new EngineHarness({ seed: random.seed });
    const { client } = harness;
    const emptyBytes = usedWhenEmpty(harness);
    const keys = ["a", "b", "c", "d"];
    const model = new Map<string, string>();
    for (let step = 0; step < 250; step++) {
      const key = random.pick(keys);
      if (random.chance(0.4)) {
        const text = random.bytes(random.pick([0, 1, 3, 4, 9, 64, 1023, 1025, 2000]));
        client.run(["SET", key, text, "EX", "100"]);
        model.set(key, text);
        continue;
      }
      const operation = random.pick<Operation>(["AND", "OR", "XOR", "NOT"]);
      const count = operation === "NOT" ? 1 : random.between(1, 4);
      const sources = Array.from({ length: count }, () => random.pick(keys));
      const result = combined(operation, sources.map((source) => model.get(source) ?? ""));
      assertEquals(client.run(["BITOP", operation, key, ...sources]), result.length);
      if (result === "") model.delete(key);
      else model.set(key, result);
      assertEquals(client.run(["GET", key]), model.get(key) ?? null);
      if (result !== "") assertEquals(client.run(["TTL", key]), -1);
    }
    for (const key of keys) client.run(["GETDEL", key]);
    assertEquals(harness.arena.usedBytes, emptyBytes);
  });
});

Deno.test("BITOP announces set, or del where nothing is left", () => {
  const harness = new EngineHarness();
  harness.run("MSET a abc b xyz");
  assertEquals(harness.trace("BITOP XOR d a b"), {
    reply: 3,
    effects: ["BITOP XOR d a b"],
    events: ["set d"],
  });
  assertEquals(harness.run("OBJECT ENCODING d"), "raw");
  assertEquals(harness.trace("BITOP OR d none none"), {
    reply: 0,
    effects: ["BITOP OR d none none"],
    events: ["del d"],
  });
  assertEquals(harness.trace("BITOP OR d none"), { reply: 0, effects: [], events: [] });
});

Deno.test("BITOP refuses a source of another type, but replaces such a destination", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  const count = putForeignValue(harness, "l");
  client.run("SET a abc");
  assertEquals(client.refusal("BITOP AND d a l"), WRONG_TYPE);
  assertEquals(harness.keys(), ["a", "l"]);
  assertEquals(client.run("BITOP NOT l a"), 3);
  assertEquals(count.freed, 1);
  assertEquals(client.run("GET l"), "\x9e\x9d\x9c");
});

Deno.test("BITOP refuses unknown operations, and NOT of more than one", () => {
  const { client } = new EngineHarness();
  assertEquals(client.refusal("BITOP NAND d a b"), "ERR syntax error");
  assertEquals(
    client.refusal("BITOP not d a b"),
    "ERR BITOP NOT must be called with a single source key.",
  );
});
