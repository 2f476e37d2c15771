import { assertEquals, assertThrows } from "@std/assert";
import { EngineHarness } from "./engine_harness.ts";

Deno.test("the harness runs commands and decodes their replies", () => {
  const harness = new EngineHarness();
  assertEquals(harness.run("SET k v"), "OK");
  assertEquals(harness.run(["NOSUCHCOMMAND"]) instanceof Error, true);
  assertEquals(harness.run(["SET", "b", new Uint8Array([0, 255])]), "OK");
  assertEquals(harness.run("MGET k b none"), ["v", "\x00\xff", null]);
  assertEquals(harness.client.wire("GET none"), "$-1\r\n");
  harness.client.protocol = 3;
  assertEquals(harness.client.wire("GET none"), "_\r\n");
  assertEquals(harness.keys(), ["b", "k"]);
});

Deno.test("the harness keeps effects and keyspace events, and its clock stands still", () => {
  const harness = new EngineHarness({ startMs: 1_000_000 });
  assertEquals(harness.trace('SET k "a b" EX 1'), {
    reply: "OK",
    effects: ['SET k "a b" PXAT 1001000'],
    events: ["set k", "expire k"],
  });
  harness.clock.advanceMs(999);
  assertEquals(harness.trace("GET k"), { reply: "a b", effects: [], events: [] });
  harness.clock.advanceMs(1);
  assertEquals(harness.trace("GET k"), { reply: null, effects: ["DEL k"], events: ["expired k"] });
});

Deno.test("the harness answers a refusal's text and fails where a command is not refused", () => {
  const { client } = new EngineHarness({ config: { "requirepass": "secret" } });
  assertEquals(client.refusal("GET k"), "NOAUTH Authentication required.");
  assertThrows(() => new EngineHarness().client.refusal("PING"), Error, "PING is not refused");
});
