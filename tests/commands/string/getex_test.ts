import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { putForeignValue, WRONG_TYPE } from "../foreign_value.ts";

const NOW = 1_700_000_000_000;

Deno.test("GETEX sets an expiry, announces expire and propagates PEXPIREAT", () => {
  const harness = new EngineHarness();
  harness.run("SET k v");
  for (
    const [options, instant] of [
      ["EX 10", NOW + 10_000],
      ["PX 10", NOW + 10],
      ["EXAT 1700000012", NOW + 12_000],
      ["pxat 1700000000013", NOW + 13],
    ] as const
  ) {
    assertEquals(harness.trace(`GETEX k ${options}`), {
      reply: "v",
      effects: [`PEXPIREAT k ${instant}`],
      events: ["expire k"],
    });
  }
  harness.clock.advanceMs(13);
  assertEquals(harness.run("GETEX k"), null);
});

Deno.test("GETEX with PERSIST propagates only where there was an expiry", () => {
  const harness = new EngineHarness();
  harness.run("SET k v EX 10");
  const persist = { reply: "v", effects: ["PERSIST k"], events: ["persist k"] };
  assertEquals(harness.trace("GETEX k PERSIST"), persist);
  assertEquals(harness.trace("GETEX k PERSIST"), { reply: "v", effects: [], events: [] });
  assertEquals(harness.trace("GETEX k"), { reply: "v", effects: [], events: [] });
  harness.clock.advanceMs(20_000);
  assertEquals(harness.run("GET k"), "v");
});

Deno.test("GETEX with an instant that is over removes the key as DEL, or lazily as UNLINK", () => {
  const harness = new EngineHarness();
  harness.run("MSET k v l w");
  const removed = { reply: "v", effects: ["DEL k"], events: ["del k"] };
  assertEquals(harness.trace(`GETEX k PXAT ${NOW}`), removed);
  harness.config.assign("lazyfree-lazy-expire", ["yes"]);
  assertEquals(harness.trace("GETEX l EXAT 1").effects, ["UNLINK l"]);
  assertEquals(harness.keys(), []);
});

Deno.test("GETEX on a replica keeps the instant that is over and waits for the removal", () => {
  const harness = new EngineHarness();
  harness.run("SET k v");
  harness.keyspace.expiresKeys = false;
  assertEquals(harness.trace("GETEX k PXAT 1").events, ["expire k"]);
  assertEquals(harness.keys(), ["k"]);
  assertEquals(harness.run("GET k"), null);
});

Deno.test("GETEX looks for the key before it looks at the time, and at syntax before both", () => {
  const { client } = new EngineHarness();
  assertEquals(client.run("GETEX none EX abc"), null);
  assertEquals(client.refusal("GETEX none EX"), "ERR syntax error");
  client.run("SET k v");
  assertEquals(client.refusal("GETEX k EX abc"), "ERR value is not an integer or out of range");
  assertEquals(client.refusal("GETEX k PX 0"), "ERR invalid expire time in 'getex' command");
  for (const options of ["NX", "KEEPTTL", "EX 1 PX 1", "EX 1 PERSIST", "PERSIST EX 1"]) {
    assertEquals(client.refusal(`GETEX k ${options}`), "ERR syntax error");
  }
});

Deno.test("GETDEL removes the key, announces del and propagates DEL", () => {
  const harness = new EngineHarness();
  harness.run("SET k v EX 10");
  assertEquals(harness.trace("GETDEL k"), { reply: "v", effects: ["DEL k"], events: ["del k"] });
  assertEquals(harness.trace("GETDEL k"), { reply: null, effects: [], events: [] });
});

Deno.test("GETEX and GETDEL refuse a value of another type and leave it", () => {
  const harness = new EngineHarness();
  const count = putForeignValue(harness, "l");
  for (const line of ["GETDEL l", "GETEX l", "GETEX l EX 10", "GETEX l PXAT 1"]) {
    assertEquals(harness.client.refusal(line), WRONG_TYPE);
  }
  assertEquals(count.freed, 0);
});
