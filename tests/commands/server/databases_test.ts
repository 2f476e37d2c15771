import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

Deno.test("FLUSHDB empties the selected database alone, FLUSHALL all of them", () => {
  const harness = new EngineHarness();
  harness.run("MSET a 1 b 2");
  harness.run("SELECT 1");
  harness.run("SET c 3 EX 100");
  assertEquals(harness.run("FLUSHDB"), "OK");
  assertEquals(harness.keys(1), []);
  assertEquals(harness.keys(0), ["a", "b"]);
  assertEquals(harness.run("FLUSHALL ASYNC"), "OK");
  assertEquals(harness.keys(0), []);
  assertEquals(harness.run("DBSIZE"), 0);
});

Deno.test("FLUSHALL gives all memory back, at once or in slices", () => {
  for (const mode of ["SYNC", "ASYNC"]) {
    const harness = new EngineHarness();
    const before = harness.arena.usedBytes;
    for (let n = 0; n < 500; n++) harness.run(["SET", `key:${n}`, "v".repeat(n * 5), "EX", 100]);
    harness.run(`FLUSHALL ${mode}`);
    while (harness.keyspace.graveyard.dig(100)) { /* as the cron does */ }
    assertEquals(harness.arena.usedBytes, before, mode);
  }
});

Deno.test("flushing an empty database is propagated: a replica's may not be empty", () => {
  const harness = new EngineHarness();
  assertEquals(harness.trace("FLUSHDB").effects, ["FLUSHDB"]);
  assertEquals(harness.trace("FLUSHALL").effects, ["FLUSHALL"]);
});

Deno.test("FLUSHDB knows SYNC and ASYNC and nothing else", () => {
  const { client } = new EngineHarness();
  assertEquals(client.refusal("FLUSHDB NOW"), "ERR syntax error");
  assertEquals(client.refusal("FLUSHALL SYNC ASYNC"), "ERR syntax error");
});

Deno.test("SWAPDB exchanges contents and leaves clients where they are", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  client.run("SET k zero");
  client.run("SELECT 1");
  client.run("SET k one EX 100");
  assertEquals(client.run("SWAPDB 0 1"), "OK");
  assertEquals(client.run("GET k"), "zero");
  assertEquals(client.run("TTL k"), -1);
  client.run("SELECT 0");
  assertEquals(client.run("TTL k"), 100);
});

Deno.test("SWAPDB refuses what is no database", () => {
  const { client } = new EngineHarness();
  assertEquals(client.refusal("SWAPDB x 1"), "ERR invalid first DB index");
  assertEquals(client.refusal("SWAPDB 1 x"), "ERR invalid second DB index");
  assertEquals(client.refusal("SWAPDB 0 16"), "ERR DB index is out of range");
  assertEquals(client.refusal("SWAPDB -1 0"), "ERR DB index is out of range");
});
