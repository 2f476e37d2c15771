import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

Deno.test("SADD announces and counts only what is new", () => {
  const harness = new EngineHarness();
  assertEquals(harness.trace("SADD s a b a"), {
    reply: 2,
    effects: ["SADD s a b a"],
    events: ["sadd s"],
  });
  const before = harness.keyspace.dirty;
  assertEquals(harness.trace("SADD s a b"), { reply: 0, effects: [], events: [] });
  assertEquals(harness.keyspace.dirty, before);
});

Deno.test("SREM of the last member removes the key and looks at no further one", () => {
  const harness = new EngineHarness();
  harness.run("SADD s a b");
  assertEquals(harness.trace("SREM s b a c"), {
    reply: 2,
    effects: ["SREM s b a c"],
    events: ["srem s", "del s"],
  });
  assertEquals(harness.run("EXISTS s"), 0);
});

Deno.test("SMOVE announces what left, the key that went with it, and what is new", () => {
  const harness = new EngineHarness();
  harness.run("SADD from x");
  assertEquals(harness.trace("SMOVE from to x").events, ["srem from", "del from", "sadd to"]);
  harness.run("SADD from x y");
  assertEquals(harness.trace("SMOVE from to x").events, ["srem from"]);
  assertEquals(harness.run("SMEMBERS from"), ["y"]);
});

Deno.test("a bulk SADD is laid out at once for as many members as come", () => {
  const { client } = new EngineHarness({ config: { "set-max-intset-entries": "4" } });
  client.run("SADD five 1 2 3 4 5");
  assertEquals(client.run("OBJECT ENCODING five"), "listpack");
  client.run(["SADD", "many", ...Array.from({ length: 129 }, () => "1")]);
  assertEquals(client.run("OBJECT ENCODING many"), "hashtable");
  client.run("SADD few 1");
  client.run("SADD few 1 1 1 1 1");
  assertEquals(client.run("OBJECT ENCODING few"), "hashtable");
});

Deno.test("limits hold from the next write on when they are changed at run time", () => {
  const { client } = new EngineHarness();
  client.run("SADD s a b c");
  client.run("CONFIG SET set-max-listpack-entries 2");
  assertEquals(client.run("OBJECT ENCODING s"), "listpack");
  client.run("SADD s d");
  assertEquals(client.run("OBJECT ENCODING s"), "hashtable");
});

Deno.test("COPY of a large set is independent of it, RENAME keeps it", () => {
  const { client } = new EngineHarness();
  const members = Array.from({ length: 500 }, (_, i) => `m${i}`);
  client.run(["SADD", "s", ...members]);
  client.run("COPY s copy");
  client.run("SREM copy m0");
  client.run("RENAME s t");
  assertEquals(client.run("SCARD t"), 500);
  assertEquals(client.run("SCARD copy"), 499);
});

Deno.test("UNLINK and FLUSHALL ASYNC leave big sets to the cron, which frees all of it", () => {
  const { client, keyspace, arena } = new EngineHarness();
  for (const key of ["a", "b", "c"]) {
    client.run(["SADD", key, ...Array.from({ length: 5000 }, (_, i) => `m${i}`)]);
  }
  client.run("UNLINK a");
  client.run("FLUSHALL ASYNC");
  let slices = 1;
  for (; keyspace.graveyard.dig(1000); slices++) { /* as the cron does */ }
  assertEquals(slices >= 15, true);
  assertEquals(arena.usedBytes, keyspace.startupBytes);
});
