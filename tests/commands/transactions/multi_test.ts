/** MULTI, EXEC and DISCARD: what is queued, run, refused, propagated and counted. */

import { assert, assertEquals } from "@std/assert";
import {
  GATE_LOADING,
  GATE_MISCONF,
  GATE_OOM,
  GATE_READONLY,
} from "../../../src/engine/admission.ts";
import { EngineHarness, type HarnessClient } from "../../support/engine_harness.ts";

function run(client: HarnessClient, ...lines: string[]) {
  return lines.map((line) => client.run(line));
}

Deno.test("EXEC answers one reply for each queued command, in order", () => {
  const { client } = new EngineHarness();
  assertEquals(run(client, "MULTI", "SET a 1", "INCR a", "GET none", "MGET a b"), [
    "OK",
    "QUEUED",
    "QUEUED",
    "QUEUED",
    "QUEUED",
  ]);
  assertEquals(client.run("EXEC"), ["OK", 2, null, ["2", null]]);
  assertEquals(client.refusal("EXEC"), "ERR EXEC without MULTI");
});

Deno.test("queued arguments are kept though the client's buffer is used again", () => {
  const { client } = new EngineHarness();
  run(client, "MULTI", "SET key first-value", "APPEND key -and-more", "GET key");
  assertEquals(client.run("EXEC"), ["OK", 20, "first-value-and-more"]);
});

Deno.test("nothing happens before EXEC, nor after DISCARD", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  run(client, "MULTI", "SET a 1");
  assertEquals(harness.keys(), []);
  assertEquals(client.run("DISCARD"), "OK");
  assertEquals(harness.keys(), []);
  assertEquals(client.refusal("DISCARD"), "ERR DISCARD without MULTI");
  assertEquals(client.run("SET a 2"), "OK");
});

Deno.test("an empty transaction answers an empty array", () => {
  const harness = new EngineHarness();
  harness.run("MULTI");
  assertEquals(harness.trace("EXEC"), { reply: [], effects: [], events: [] });
});

Deno.test("MULTI and WATCH inside a transaction are refused and spoil nothing", () => {
  const { client } = new EngineHarness();
  client.run("MULTI");
  assertEquals(client.refusal("MULTI"), "ERR MULTI calls can not be nested");
  assertEquals(client.refusal("WATCH a"), "ERR WATCH inside MULTI is not allowed");
  client.run("PING");
  assertEquals(client.run("EXEC"), ["PONG"]);
});

Deno.test("a command that cannot be queued makes EXEC abort", () => {
  for (const line of ["NOSUCH a", "GET", "OBJECT NOSUCH k", "OBJECT", "EXPIRE k"]) {
    const harness = new EngineHarness();
    const { client } = harness;
    run(client, "MULTI", "SET a 1");
    client.refusal(line);
    assertEquals(client.run("SET a 2"), "QUEUED");
    const text = "EXECABORT Transaction discarded because of previous errors.";
    assertEquals(client.refusal("EXEC"), text);
    assertEquals(harness.keys(), []);
    assertEquals(client.run("SET a 3"), "OK");
  }
});

Deno.test("a command that fails while it runs stops nothing and takes nothing back", () => {
  const { client } = new EngineHarness();
  run(client, "MULTI", "SET a x", "INCR a", "SET b 1");
  const [first, second, third] = client.run("EXEC") as [string, Error, string];
  assertEquals([first, third], ["OK", "OK"]);
  assertEquals(second.message, "ERR value is not an integer or out of range");
  assertEquals(client.run("MGET a b"), ["x", "1"]);
});

Deno.test("the effects of EXEC go out together, without those commands that changed nothing", () => {
  const harness = new EngineHarness();
  run(harness.client, "MULTI", "SET a 1 EX 10", "GET a", "DEL none", "INCR a");
  assertEquals(harness.trace("EXEC"), {
    reply: ["OK", "1", 0, 2],
    effects: ["MULTI", "SET a 1 PXAT 1700000010000", "INCR a", "EXEC"],
    events: ["set a", "expire a", "incrby a"],
  });
  run(harness.client, "MULTI", "GET a", "SET only 1");
  assertEquals(harness.trace("EXEC").effects, ["SET only 1"]);
});

Deno.test("SELECT inside a transaction holds for what follows, effects included", () => {
  const harness = new EngineHarness();
  run(harness.client, "MULTI", "SET a 1", "SELECT 2", "SET b 2");
  const { effects } = harness.trace("EXEC");
  assertEquals(effects, ["MULTI", "SET a 1", "[2] SET b 2", "[2] EXEC"]);
  assertEquals(harness.run("GET b"), "2");
});

Deno.test("time stands still during EXEC", () => {
  const harness = new EngineHarness();
  run(harness.client, "MULTI", "SET a 1 PX 100", "PTTL a");
  harness.clock.advanceMs(500);
  assertEquals(harness.run("EXEC"), ["OK", 100]);
});

Deno.test("an argument too many for EXEC ends the transaction", () => {
  const { client } = new EngineHarness();
  const text = "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec'" +
    " command";
  assertEquals(client.refusal("EXEC x"), text);
  run(client, "MULTI", "SET a 1");
  assertEquals(client.refusal("EXEC x"), text);
  assertEquals(client.refusal("EXEC"), "ERR EXEC without MULTI");
});

Deno.test("EXEC is admitted as what it runs: one gate closed for one command aborts all of it", () => {
  for (
    const [gate, write, code] of [
      [GATE_OOM, "SET a 1", "OOM"],
      [GATE_READONLY, "DEL a", "READONLY"],
      [GATE_MISCONF, "SET a 1", "MISCONF"],
    ] as const
  ) {
    const harness = new EngineHarness();
    const { client, engine } = harness;
    run(client, "MULTI", "GET a", write);
    engine.gates |= gate;
    const text = client.refusal("EXEC");
    assert(text.startsWith(`EXECABORT Transaction discarded because of: ${code} `), text);
    assertEquals(client.refusal("EXEC"), "ERR EXEC without MULTI");
    run(client, "MULTI", "GET a");
    assertEquals(client.run("EXEC"), [null]);
  }
});

Deno.test("while the server loads, only a transaction of commands that may run then is run", () => {
  const harness = new EngineHarness();
  const { client, engine } = harness;
  run(client, "MULTI", "GET a");
  engine.gates |= GATE_LOADING;
  assert(client.refusal("EXEC").startsWith("EXECABORT Transaction discarded because of: LOADING"));
  client.run("MULTI");
  assertEquals(client.run("ECHO x"), "QUEUED");
  assertEquals(client.run("EXEC"), ["x"]);
});

Deno.test("a client paused for writes is held at EXEC when its transaction writes", () => {
  const harness = new EngineHarness();
  const { engine, keyspace } = harness;
  const [reader, writer] = [harness.connect(), harness.connect()];
  run(reader, "MULTI", "GET a");
  run(writer, "MULTI", "SET a 1");
  engine.pause(keyspace.nowMs + 1000, true);
  assertEquals(reader.run("EXEC"), [null]);
  writer.send("EXEC");
  assert(writer.parked);
  assertEquals(harness.keys(), []);
  engine.unpause();
});

Deno.test("errors of queued commands are counted once, and not as errors of EXEC", () => {
  const harness = new EngineHarness();
  const { client, engine } = harness;
  run(client, "SET a x", "MULTI", "INCR a", "INCR a", "GET a", "EXEC");
  const stats = (name: string) => engine.registry.byName(name)!.stats;
  assertEquals(stats("incr").failedCalls, 2);
  assertEquals(stats("exec").failedCalls, 0);
  client.refusal("EXEC");
  assertEquals(stats("exec").failedCalls, 1);
  assertEquals(stats("incr").calls, 2);
  assertEquals(stats("exec").calls, 2);
});

Deno.test("CLIENT LIST shows EXEC, not what it ran last", () => {
  const { client } = new EngineHarness();
  run(client, "MULTI", "GET a", "EXEC");
  assertEquals(client.session.lastCommand, "exec");
});

Deno.test("RESP3 transactions answer RESP3 replies", () => {
  const { client } = new EngineHarness();
  client.protocol = 3;
  run(client, "MULTI", "GET none");
  assertEquals(client.wire("EXEC"), "*1\r\n_\r\n");
  run(client, "WATCH a", "SET a 1", "MULTI");
  assertEquals(client.wire("EXEC"), "_\r\n");
  client.protocol = 2;
  run(client, "WATCH a", "SET a 1", "MULTI");
  assertEquals(client.wire("EXEC"), "*-1\r\n");
});
