/** OBJECT and WAIT. */

import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { bigList } from "../../support/fake_list.ts";

const LFU = { "maxmemory-policy": "allkeys-lfu", "maxmemory": "1gb" };

Deno.test("OBJECT ENCODING tells int, embstr and raw apart as Redis does", () => {
  const harness = new EngineHarness();
  const encodingOf = (value: string) => {
    harness.run(["SET", "k", value]);
    return harness.run("OBJECT ENCODING k");
  };
  assertEquals(encodingOf("-9223372036854775808"), "int");
  assertEquals(encodingOf("9223372036854775808"), "embstr");
  assertEquals(encodingOf("007"), "embstr");
  assertEquals(encodingOf("x".repeat(44)), "embstr");
  assertEquals(encodingOf("x".repeat(45)), "raw");
  assertEquals(encodingOf("x".repeat(5000)), "raw");
  harness.run("SET k 1");
  harness.run("APPEND k 2");
  assertEquals(harness.run("OBJECT ENCODING k"), "raw");
  harness.run("RENAME k l");
  harness.run("COPY l m");
  assertEquals(harness.run("OBJECT ENCODING l"), "raw");
  assertEquals(harness.run("OBJECT ENCODING m"), "raw");
});

Deno.test("OBJECT answers null for a key that does not exist, an error for no key at all", () => {
  const { client } = new EngineHarness();
  for (const name of ["ENCODING", "FREQ", "IDLETIME", "REFCOUNT"]) {
    assertEquals(client.wire(`OBJECT ${name} none`), "$-1\r\n");
    const text = `ERR wrong number of arguments for 'object|${name.toLowerCase()}' command`;
    assertEquals(client.refusal(`OBJECT ${name}`), text);
  }
  assertEquals(client.refusal("OBJECT"), "ERR wrong number of arguments for 'object' command");
  assertEquals(client.refusal("OBJECT no k"), "ERR unknown subcommand 'no'. Try OBJECT HELP.");
});

Deno.test("OBJECT IDLETIME counts seconds since the last use", () => {
  const harness = new EngineHarness();
  harness.run("SET k v");
  harness.clock.advanceMs(61_000);
  assertEquals(harness.run("OBJECT IDLETIME k"), 61);
  harness.run("GET k");
  assertEquals(harness.run("OBJECT IDLETIME k"), 0);
  assert(harness.client.refusal("OBJECT FREQ k").startsWith("ERR An LFU maxmemory policy is not"));
});

Deno.test("OBJECT FREQ rises with use and falls with time, under an LFU policy", () => {
  const harness = new EngineHarness({ config: LFU });
  harness.run("SET k v");
  assertEquals(harness.run("OBJECT FREQ k"), 5);
  for (let i = 0; i < 1000; i++) harness.run("GET k");
  const often = harness.run("OBJECT FREQ k") as number;
  assert(often > 10, `${often}`);
  harness.clock.advanceMs(3 * 60_000);
  assertEquals(harness.run("OBJECT FREQ k"), often - 3);
  assert(harness.client.refusal("OBJECT IDLETIME k").startsWith("ERR An LFU maxmemory policy is"));
});

Deno.test("OBJECT REFCOUNT shows the integers that Redis shares, unless eviction is by use", () => {
  for (
    const [config, shares] of [
      [{}, true],
      [{ "maxmemory-policy": "allkeys-lru" }, true],
      [{ "maxmemory-policy": "allkeys-random", "maxmemory": "1gb" }, true],
      [{ "maxmemory-policy": "volatile-lru", "maxmemory": "1gb" }, false],
      [LFU, false],
    ] as const
  ) {
    const harness = new EngineHarness({ config });
    harness.run("MSET zero 0 last 9999 next 10000 negative -1 text abc");
    bigList(harness, "list");
    const count = (name: string) => harness.run(`OBJECT REFCOUNT ${name}`);
    const shared = shares ? 2147483647 : 1;
    assertEquals(["zero", "last"].map(count), [shared, shared]);
    assertEquals(["next", "negative", "text", "list"].map(count), [1, 1, 1, 1]);
  }
});

Deno.test("OBJECT HELP names every subcommand", () => {
  const lines = new EngineHarness().run("OBJECT HELP") as string[];
  for (const name of ["ENCODING", "FREQ", "IDLETIME", "REFCOUNT", "HELP"]) {
    assert(lines.some((line) => line.startsWith(name)), name);
  }
});

Deno.test("WAIT answers at once when no replica is wanted, else when its time is up", () => {
  const harness = new EngineHarness();
  const { client, engine, clock } = harness;
  assertEquals(client.run("WAIT 0 1000"), 0);
  assertEquals(client.run("WAIT -1 0"), 0);
  client.send("WAIT 1 50");
  assert(client.parked);
  harness.later(49, () => engine.parking.expire(engine.keyspace.nowMs));
  assert(client.parked);
  harness.later(1, () => engine.parking.expire(engine.keyspace.nowMs));
  assert(!client.parked);
  assertEquals(client.takeReplies(), [{ type: "integer", value: 0n }]);
  client.send("WAIT 1 0");
  clock.advanceMs(1e9);
  harness.later(1, () => engine.parking.expire(engine.keyspace.nowMs));
  assert(client.parked, "without a timeout it waits for ever");
});

Deno.test("WAIT is refused on a replica", () => {
  const harness = new EngineHarness();
  Object.assign(harness.engine.ports.replication, { role: "replica" });
  const text = "ERR WAIT cannot be used with replica instances.";
  assert(harness.client.refusal("WAIT 0 0").startsWith(text));
});

Deno.test("WAIT does not wait inside a transaction", () => {
  const harness = new EngineHarness();
  for (const line of ["MULTI", "WAIT 1 0", "PING"]) harness.run(line);
  assertEquals(harness.run("EXEC"), [0, "PONG"]);
});

Deno.test("WAIT refuses what is no number of replicas and no timeout", () => {
  const { client } = new EngineHarness();
  assertEquals(client.refusal("WAIT x x"), "ERR value is not an integer or out of range");
  assertEquals(client.refusal("WAIT 0 x"), "ERR timeout is not an integer or out of range");
  assertEquals(client.refusal("WAIT 0 -1"), "ERR timeout is negative");
  assertEquals(client.refusal("WAIT 0 9223372036854775807"), "ERR timeout is out of range");
});
