/** KEYS, RANDOMKEY and SCAN as commands; the walk itself is tested with the store. */

import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { bigList } from "../../support/fake_list.ts";

type Scanned = [cursor: string, keys: string[]];

function sorted(reply: unknown): string[] {
  return (reply as string[]).sort();
}

Deno.test("KEYS lists the keys that match and live, and removes none", () => {
  const harness = new EngineHarness();
  harness.run("MSET one 1 two 2 three 3");
  harness.run("SET four 4 PX 10");
  harness.clock.advanceMs(10);
  assertEquals(sorted(harness.run("KEYS *")), ["one", "three", "two"]);
  assertEquals(sorted(harness.run("KEYS t*")), ["three", "two"]);
  assertEquals(harness.run("KEYS nothing"), []);
  assertEquals(harness.keys().length, 4);
});

Deno.test("keys are bytes for KEYS and SCAN", () => {
  const harness = new EngineHarness();
  const key = "\x00\xff\r\n";
  harness.run(["SET", key, "v"]);
  assertEquals(harness.run(["KEYS", "\x00?\r*"]), [key]);
  assertEquals(harness.run("SCAN 0"), ["0", [key]]);
  assertEquals(harness.run("RANDOMKEY"), key);
});

Deno.test("RANDOMKEY answers null without keys, and expires those it meets whose time is over", () => {
  const harness = new EngineHarness();
  assertEquals(harness.run("RANDOMKEY"), null);
  for (let i = 0; i < 30; i++) harness.run(`SET over${i} v PX 1`);
  harness.clock.advanceMs(1);
  const { reply, effects } = harness.trace("RANDOMKEY");
  assertEquals(reply, null);
  assertEquals(effects.length, 30, "one DEL for each, and no transaction around them");
  assertEquals(harness.keys(), []);
});

Deno.test("SCAN walks over all keys, about COUNT with each call", () => {
  const harness = new EngineHarness();
  for (let i = 0; i < 500; i++) harness.run(`SET k${i} v`);
  const seen = new Set<string>();
  let cursor = "0", calls = 0;
  do {
    const [next, keys] = harness.run(`SCAN ${cursor} COUNT 20`) as Scanned;
    for (const key of keys) seen.add(key);
    assert(keys.length < 60);
    cursor = next;
    calls++;
  } while (cursor !== "0");
  assertEquals(seen.size, 500);
  assert(calls > 10 && calls <= 25, `${calls} calls`);
});

Deno.test("SCAN answers only keys of the pattern and of the type", () => {
  const harness = new EngineHarness();
  harness.run("MSET a1 1 a2 2 b1 3");
  bigList(harness, "a3");
  const scan = (rest: string) => sorted((harness.run(`SCAN 0 COUNT 100 ${rest}`) as Scanned)[1]);
  assertEquals(scan("MATCH a*"), ["a1", "a2", "a3"]);
  assertEquals(scan("MATCH *"), ["a1", "a2", "a3", "b1"]);
  assertEquals(scan("MATCH nothing MATCH b?"), ["b1"]);
  assertEquals(scan("TYPE string"), ["a1", "a2", "b1"]);
  assertEquals(scan("type LIST match a*"), ["a3"]);
  assertEquals(scan("TYPE module"), []);
  assertEquals(scan("TYPE nosuchtype"), []);
});

Deno.test("SCAN removes what it meets whose time is over, with or without TYPE", () => {
  for (const rest of ["", " TYPE string", " TYPE list"]) {
    const harness = new EngineHarness();
    for (let i = 0; i < 20; i++) harness.run(`SET over${i} v PX 1`);
    harness.run("SET lives v");
    harness.clock.advanceMs(1);
    const { reply, effects } = harness.trace(`SCAN 0 COUNT 100${rest}`);
    assertEquals(reply, ["0", rest.endsWith("list") ? [] : ["lives"]]);
    assertEquals(effects.length, 20);
    assert(effects.every((effect) => /^DEL over\d+$/.test(effect)));
    assertEquals(harness.keys(), ["lives"]);
  }
});

Deno.test("inside a transaction what SCAN expired goes out with the rest, as one", () => {
  const harness = new EngineHarness();
  harness.run("SET over v PX 1");
  harness.clock.advanceMs(1);
  for (const line of ["MULTI", "SCAN 0", "SET a 1"]) harness.run(line);
  assertEquals(harness.trace("EXEC").effects, ["MULTI", "DEL over", "SET a 1", "EXEC"]);
});

Deno.test("on a replica SCAN leaves out what is over and removes nothing", () => {
  const harness = new EngineHarness();
  harness.run("SET over v PX 1");
  harness.clock.advanceMs(1);
  harness.keyspace.expiresKeys = false;
  assertEquals(harness.trace("SCAN 0"), { reply: ["0", []], effects: [], events: [] });
  assertEquals(harness.keys(), ["over"]);
});

Deno.test("SCAN refuses in Redis's order: the cursor, then options from left to right", () => {
  const { client } = new EngineHarness();
  assertEquals(client.refusal("SCAN x BOGUS"), "ERR invalid cursor");
  assertEquals(client.refusal("SCAN 18446744073709551616"), "ERR invalid cursor");
  assertEquals(client.run("SCAN 18446744073709551615"), ["0", []]);
  assertEquals(
    client.refusal("SCAN 0 COUNT x BOGUS"),
    "ERR value is not an integer or out of range",
  );
  assertEquals(client.refusal("SCAN 0 COUNT 0"), "ERR syntax error");
  assertEquals(client.refusal("SCAN 0 COUNT"), "ERR syntax error");
  assertEquals(client.refusal("SCAN 0 BOGUS 1"), "ERR syntax error");
});
