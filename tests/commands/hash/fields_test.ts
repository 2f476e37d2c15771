import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

Deno.test("HSET counts new fields, announces once and is dirty by all", () => {
  const harness = new EngineHarness();
  harness.run("HSET h a 1");
  const before = harness.keyspace.dirty;
  assertEquals(harness.trace("HSET h a 2 b 3"), {
    reply: 1,
    effects: ["HSET h a 2 b 3"],
    events: ["hset h"],
  });
  assertEquals(harness.keyspace.dirty, before + 2);
});

Deno.test("HSETNX of a field that is there changes nothing", () => {
  const harness = new EngineHarness();
  harness.run("HSETNX h a 1");
  assertEquals(harness.trace("HSETNX h a 2"), { reply: 0, effects: [], events: [] });
  assertEquals(harness.run("HGET h a"), "1");
});

Deno.test("HDEL of the last field removes the key and looks at no further one", () => {
  const harness = new EngineHarness();
  harness.run("HSET h a 1 b 2");
  assertEquals(harness.trace("HDEL h b a c"), {
    reply: 2,
    effects: ["HDEL h b a c"],
    events: ["hdel h", "del h"],
  });
  assertEquals(harness.run("EXISTS h"), 0);
});

Deno.test("commands that fail make no hash", () => {
  const { client } = new EngineHarness();
  for (
    const line of ["HSET h a", "HINCRBY h a x", "HINCRBYFLOAT h a inf", "HINCRBYFLOAT h a x"]
  ) {
    client.refusal(line);
    assertEquals(client.run("EXISTS h"), 0, line);
  }
});

Deno.test("HINCRBYFLOAT propagates the sum, and KEEPTTL where the field would lose its expiry", () => {
  const harness = new EngineHarness();
  harness.run("HSET h a 1 b 1");
  harness.run("HEXPIRE h 100 FIELDS 1 b");
  assertEquals(harness.trace("HINCRBYFLOAT h a 0.5").effects, ["HSET h a 1.5"]);
  assertEquals(harness.trace("HINCRBYFLOAT h b 0.5").effects, [
    "HSETEX h KEEPTTL FIELDS 1 b 1.5",
  ]);
  assertEquals(harness.run("HTTL h FIELDS 2 a b"), [-1, 100]);
});

Deno.test("HINCRBY keeps the expiry of its field, HSET ends it", () => {
  const { client } = new EngineHarness();
  client.run("HSET h a 1");
  client.run("HEXPIRE h 100 FIELDS 1 a");
  client.run("HINCRBY h a 5");
  assertEquals(client.run("HTTL h FIELDS 1 a"), [100]);
  client.run("HSET h a 7");
  assertEquals(client.run("HTTL h FIELDS 1 a"), [-1]);
});

Deno.test("HRANDFIELD answers different fields, or any number of any, with their values", () => {
  for (const length of [3, 70]) {
    const { client } = new EngineHarness();
    const fields = Array.from({ length: 100 }, (_, i) => `f${i}`);
    const valueOf = (field: string) => field.padEnd(length, "v");
    client.run(["HSET", "h", ...fields.flatMap((field) => [field, valueOf(field)])]);
    client.protocol = 3;
    for (const count of [1, 2, 33, 34, 99, 100, 101]) {
      const pairs = client.run(`HRANDFIELD h ${count} WITHVALUES`) as [string, string][];
      assertEquals(pairs.length, Math.min(count, 100));
      assertEquals(new Set(pairs.map(([field]) => field)).size, pairs.length);
      for (const [field, value] of pairs) assertEquals(value, valueOf(field));
    }
    const repeated = client.run("HRANDFIELD h -300") as string[];
    assertEquals(repeated.length, 300);
    assert(repeated.every((field) => fields.includes(field)));
  }
});

Deno.test("values of every length are overwritten by values of every length", () => {
  const { client, arena, keyspace } = new EngineHarness();
  client.run(["HSET", "h", "other", "x".repeat(100)]);
  const lengths = [0, 1, 20, 63, 1024, 1025, 100_000];
  for (const from of lengths) {
    for (const to of lengths) {
      client.run(["HSET", "h", "f", "a".repeat(from)]);
      client.run(["HSET", "h", "f", "b".repeat(to)]);
      assertEquals(client.run("HGET h f"), "b".repeat(to));
      assertEquals(client.run("HSTRLEN h f"), to);
    }
  }
  client.run("FLUSHALL SYNC");
  assertEquals(arena.usedBytes, keyspace.startupBytes);
});

Deno.test("a small hash beyond a limit that was lowered becomes a table with the next value it gets", () => {
  for (const line of ["HSET h a 2", "HINCRBY h a 1", "HINCRBYFLOAT h a 1.5", "HSETNX h new 1"]) {
    const harness = new EngineHarness();
    harness.run("HSET h a 1 b 2 c 3");
    harness.run("CONFIG SET hash-max-listpack-entries 2");
    assertEquals(harness.run("HSETNX h a 5"), 0);
    assertEquals(harness.run("OBJECT ENCODING h"), "listpack");
    harness.run(line);
    assertEquals(harness.run("OBJECT ENCODING h"), "hashtable", line);
    assertEquals(harness.run("HMGET h b c"), ["2", "3"]);
  }
});
