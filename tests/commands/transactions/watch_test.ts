/** WATCH: which changes spoil a transaction, and what is kept while somebody watches. */

import { assertEquals } from "@std/assert";
import { EngineHarness, type HarnessClient } from "../../support/engine_harness.ts";

function run(client: HarnessClient, ...lines: string[]): void {
  for (const line of lines) client.run(line);
}

/** Whether a transaction runs when `lines` come from another client after `watched` was watched. */
function runs(options: { before?: string[]; watched: string; lines: string[] }): boolean {
  const harness = new EngineHarness();
  const other = harness.connect();
  run(other, ...options.before ?? [], "SELECT 0");
  harness.run(options.watched);
  run(other, ...options.lines);
  run(harness.client, "MULTI", "PING");
  const ran = harness.run("EXEC") !== null;
  assertEquals(harness.engine.watches.keyCount, 0, "nothing is watched after EXEC");
  return ran;
}

Deno.test("every kind of change of a watched key spoils the transaction", () => {
  const before = ["MSET a 1 b 2", "SET c 3 EX 100"];
  for (
    const line of [
      "SET a 1",
      "DEL a",
      "UNLINK a",
      "INCR a",
      "APPEND a x",
      "EXPIRE a 10",
      "EXPIRE a -1",
      "PERSIST c",
      "RENAME a z",
      "RENAME b a",
      "MOVE a 1",
      "COPY b a REPLACE",
      "FLUSHDB",
      "FLUSHALL",
      "SWAPDB 0 1",
      "SWAPDB 1 0",
      "GETDEL a",
      "MSETNX n 1",
    ]
  ) {
    assertEquals(runs({ before, watched: "WATCH a c n", lines: [line] }), false, line);
  }
});

Deno.test("what changes no watched key spoils nothing", () => {
  const before = ["MSET a 1 b 2"];
  for (
    const line of [
      "GET a",
      "TOUCH a",
      "SET b 1",
      "DEL none",
      "SETNX a 9",
      "EXPIRE a 10 XX",
      "PERSIST a",
      "RENAMENX b a",
      "COPY b a",
      "COPY a z",
      "SWAPDB 1 2",
      "SWAPDB 0 0",
    ]
  ) {
    assertEquals(runs({ before, watched: "WATCH a none", lines: [line] }), true, line);
  }
  assertEquals(runs({ watched: "WATCH none", lines: ["FLUSHALL", "SWAPDB 0 1"] }), true);
  assertEquals(runs({ before, watched: "WATCH a", lines: ["SELECT 1", "SET a 2"] }), true);
});

Deno.test("a key that SWAPDB brings spoils the transaction like one it takes away", () => {
  const before = ["SELECT 1", "SET comes 1"];
  assertEquals(runs({ before, watched: "WATCH comes", lines: ["SWAPDB 0 1"] }), false);
  assertEquals(runs({ before, watched: "WATCH other", lines: ["SWAPDB 0 1"] }), true);
});

Deno.test("a change by the watching client itself counts", () => {
  const { client } = new EngineHarness();
  run(client, "WATCH a", "SET a 1", "MULTI", "GET a");
  assertEquals(client.run("EXEC"), null);
  run(client, "WATCH a", "MULTI", "SET a 2", "SET a 3");
  assertEquals(client.run("EXEC"), ["OK", "OK"]);
});

Deno.test("UNWATCH, DISCARD and EXEC forget what was watched and that it changed", () => {
  for (const ends of [["UNWATCH"], ["MULTI", "DISCARD"], ["MULTI", "EXEC"], ["RESET"]]) {
    for (const first of [[...ends, "SET a 1"], ["SET a 1", ...ends]]) {
      const { client } = new EngineHarness();
      run(client, "WATCH a", ...first, "MULTI", "PING");
      assertEquals(client.run("EXEC"), ["PONG"], first.join(", "));
    }
  }
});

Deno.test("watching more keys after one of them changed does not help", () => {
  const harness = new EngineHarness();
  run(harness.client, "WATCH a", "SET a 1", "WATCH b");
  assertEquals(harness.engine.watches.keyCount, 0);
  run(harness.client, "MULTI");
  assertEquals(harness.run("EXEC"), null);
});

Deno.test("the same key watched twice and by two clients spoils both", () => {
  const harness = new EngineHarness();
  const [first, second, third] = [harness.connect(), harness.connect(), harness.connect()];
  run(first, "WATCH a a", "WATCH a b");
  run(second, "WATCH a");
  assertEquals(harness.engine.watches.count(first.session), 2);
  assertEquals(harness.engine.watches.sessionCount, 2);
  run(third, "SET a 1");
  for (const client of [first, second, third]) {
    run(client, "MULTI", "PING");
    assertEquals(client.run("EXEC"), client === third ? ["PONG"] : null);
  }
});

Deno.test("nobody listens to changes once nobody watches, gone clients included", () => {
  const harness = new EngineHarness();
  const { watches } = harness.engine;
  const other = harness.connect();
  assertEquals(watches.listening, false);
  run(other, "WATCH a");
  assertEquals(watches.listening, true);
  other.disconnect();
  assertEquals(watches.listening, false);
  run(harness.client, "WATCH a", "SET a 1");
  assertEquals(watches.listening, false);
  assertEquals(watches.isTouched(harness.client.session), true);
});

Deno.test("a watched key whose time runs out has changed, seen by others or not", () => {
  for (const seen of [true, false]) {
    const harness = new EngineHarness();
    run(harness.client, "SET a 1 PX 10", "WATCH a");
    harness.clock.advanceMs(10);
    if (seen) harness.connect().run("GET a");
    run(harness.client, "MULTI", "PING");
    assertEquals(harness.run("EXEC"), null, `seen: ${seen}`);
  }
});

Deno.test("a key whose time was over when it was watched has not changed by going away", () => {
  for (const lines of [[], ["GET a"], ["FLUSHALL"], ["DEL a"]]) {
    const harness = new EngineHarness();
    run(harness.client, "SET a 1 PX 10");
    harness.clock.advanceMs(10);
    run(harness.client, "WATCH a", ...lines, "MULTI", "PING");
    assertEquals(harness.run("EXEC"), ["PONG"], lines.join());
  }
});

Deno.test("a key whose time was over when it was watched has changed when it is set anew", () => {
  for (const lines of [["SET a 1"], ["GET a", "SET a 1"], ["FLUSHALL", "SET a 1"]]) {
    const harness = new EngineHarness();
    run(harness.client, "SET a 1 PX 10");
    harness.clock.advanceMs(10);
    run(harness.client, "WATCH a", ...lines, "MULTI", "PING");
    assertEquals(harness.run("EXEC"), null, lines.join());
  }
});

Deno.test("SWAPDB for a key that is over on one side, or on both, is a change only if it lives after", () => {
  for (
    const [here, there, ran] of [
      ["", "PX 10", true],
      ["PX 10", "", true],
      ["PX 10", "PX 10", true],
      ["", "EX 10", false],
      ["PX 10", "EX 10", false],
      ["EX 10", "PX 10", false],
    ] as const
  ) {
    const harness = new EngineHarness();
    const { client } = harness;
    if (here !== "") client.run(`SET a 1 ${here}`);
    client.run("SELECT 1");
    if (there !== "") client.run(`SET a 1 ${there}`);
    client.run("SELECT 0");
    harness.clock.advanceMs(10);
    run(client, "WATCH a", "SWAPDB 0 1", "MULTI", "PING");
    assertEquals(client.run("EXEC") !== null, ran, `here: ${here}, there: ${there}`);
  }
});

Deno.test("keys are watched as bytes, and per database", () => {
  const harness = new EngineHarness();
  const key = "\x00\xff key";
  harness.run(["WATCH", key]);
  run(harness.client, "SELECT 1");
  harness.run(["SET", key, "1"]);
  run(harness.client, "SELECT 0", "MULTI", "PING");
  assertEquals(harness.run("EXEC"), ["PONG"]);
  harness.run(["WATCH", key]);
  harness.run(["SET", key, "1"]);
  run(harness.client, "MULTI", "PING");
  assertEquals(harness.run("EXEC"), null);
});
