import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { putForeignValue, WRONG_TYPE } from "../foreign_value.ts";

const NOW = 1_700_000_000_000;

Deno.test("SET announces set, and with an expiry also expire; it propagates the instant", () => {
  const harness = new EngineHarness();
  assertEquals(harness.trace("SET k v"), { reply: "OK", effects: ["SET k v"], events: ["set k"] });
  assertEquals(harness.client.refusal("set k v eX 10 gEt nope"), "ERR syntax error");
  for (
    const [options, instant] of [
      ["EX 10", NOW + 10_000],
      ["PX 10", NOW + 10],
      ["EXAT 1700000011", NOW + 11_000],
      ["EX 10 EX 20", NOW + 20_000],
      ["EX 5 NX", undefined],
      ["XX PX 7 GET", NOW + 7],
    ] as const
  ) {
    const { effects, events } = harness.trace(`SET k v ${options}`);
    assertEquals(effects, instant === undefined ? [] : [`SET k v PXAT ${instant}`]);
    assertEquals(events, instant === undefined ? [] : ["set k", "expire k"]);
  }
});

Deno.test("SET with PXAT is propagated as it came, SET with GET without GET", () => {
  const harness = new EngineHarness();
  assertEquals(harness.trace("SET k v XX PXAT 1700000000001").effects, []);
  assertEquals(harness.trace("SET k v PXAT 1700000000001 GET").effects, [
    "SET k v PXAT 1700000000001 GET",
  ]);
  assertEquals(harness.trace("SET k w GET XX GET").effects, ["SET k w XX"]);
  assertEquals(harness.trace("SET k GET GET KEEPTTL").effects, ["SET k GET KEEPTTL"]);
});

Deno.test("SET that changes nothing propagates nothing and is not counted as a change", () => {
  const harness = new EngineHarness();
  harness.run("SET k v");
  const { dirty } = harness.keyspace;
  assertEquals(harness.trace("SET k w NX"), { reply: null, effects: [], events: [] });
  assertEquals(harness.trace("SET k w NX GET"), { reply: "v", effects: [], events: [] });
  assertEquals(harness.trace("SET none w XX GET"), { reply: null, effects: [], events: [] });
  assertEquals(harness.keyspace.dirty, dirty);
  assertEquals(harness.keys(), ["k"]);
});

Deno.test("SET replaces a value of any type, SET with GET and GETSET refuse it", () => {
  const harness = new EngineHarness();
  const count = putForeignValue(harness, "l");
  assertEquals(harness.client.refusal("SET l v GET"), WRONG_TYPE);
  assertEquals(harness.client.refusal("GETSET l v"), WRONG_TYPE);
  assertEquals(count.freed, 0);
  assertEquals(harness.run("SET l v"), "OK");
  assertEquals(count.freed, 1);
  assertEquals(harness.run("GET l"), "v");
});

Deno.test("SET forgets an expiry unless KEEPTTL keeps it", () => {
  const harness = new EngineHarness();
  harness.run("SET k v EX 1");
  harness.run("SET k w KEEPTTL");
  harness.clock.advanceMs(999);
  assertEquals(harness.run("GET k"), "w");
  harness.clock.advanceMs(1);
  assertEquals(harness.run("GET k"), null);
  harness.run("SET k v EX 1");
  harness.run("SET k v");
  harness.clock.advanceMs(5000);
  assertEquals(harness.run("GET k"), "v");
});

Deno.test("an expiry beyond what is kept exactly is far away, one beyond 64 bits is refused", () => {
  const { client, clock } = new EngineHarness();
  assertEquals(client.run("SET k v PXAT 9223372036854775807"), "OK");
  clock.advanceMs(1e12);
  assertEquals(client.run("GET k"), "v");
  const invalid = "ERR invalid expire time in 'set' command";
  assertEquals(client.refusal("SET k v PX 9223372036854775807"), invalid);
  assertEquals(client.refusal("SET k v EX 9223372036854775"), invalid);
  assertEquals(client.refusal("SET k v EX 0"), invalid);
  assertEquals(client.refusal("SETEX k 0 v"), "ERR invalid expire time in 'setex' command");
  assertEquals(client.refusal("PSETEX k -1 v"), "ERR invalid expire time in 'psetex' command");
});

Deno.test("SETNX, SETEX, PSETEX and GETSET propagate what took effect", () => {
  const harness = new EngineHarness();
  assertEquals(harness.trace("SETNX k v"), {
    reply: 1,
    effects: ["SETNX k v"],
    events: ["set k"],
  });
  assertEquals(harness.trace("SETNX k w"), { reply: 0, effects: [], events: [] });
  assertEquals(harness.trace("SETEX k 10 v"), {
    reply: "OK",
    effects: [`SET k v PXAT ${NOW + 10_000}`],
    events: ["set k", "expire k"],
  });
  assertEquals(harness.trace("PSETEX k 10 v").effects, [`SET k v PXAT ${NOW + 10}`]);
  assertEquals(harness.trace("GETSET k w"), {
    reply: "v",
    effects: ["SET k w"],
    events: ["set k"],
  });
  harness.clock.advanceMs(20_000);
  assertEquals(harness.run("GET k"), "w");
});

Deno.test("MSET announces every key and counts every pair", () => {
  const harness = new EngineHarness();
  const { dirty } = harness.keyspace;
  assertEquals(harness.trace("MSET a 1 b 2 a 3"), {
    reply: "OK",
    effects: ["MSET a 1 b 2 a 3"],
    events: ["set a", "set b", "set a"],
  });
  assertEquals(harness.keyspace.dirty, dirty + 3);
  assertEquals(harness.run("MGET a b c"), ["3", "2", null]);
  assertEquals(harness.trace("MSETNX c 1 a 2"), { reply: 0, effects: [], events: [] });
  assertEquals(harness.keys(), ["a", "b"]);
  assertEquals(harness.trace("MSETNX c 1 d 2").reply, 1);
  assertEquals(
    harness.client.refusal("MSETNX c 1 d"),
    "ERR wrong number of arguments for 'msetnx' command",
  );
});

Deno.test("MGET reads a key of another type as missing", () => {
  const harness = new EngineHarness();
  putForeignValue(harness, "l");
  harness.run("SET k v");
  assertEquals(harness.run("MGET l k"), [null, "v"]);
  assertEquals(harness.client.refusal("GET l"), WRONG_TYPE);
  assertEquals(harness.client.refusal("STRLEN l"), WRONG_TYPE);
});

Deno.test("a long string over one of about its size needs no more memory", () => {
  const harness = new EngineHarness({ arenaBytes: 4 << 20 });
  const { arena } = harness;
  for (const length of [2000, 3_000_000]) {
    harness.run(["SET", "k", "a".repeat(length)]);
    const used = arena.usedBytes;
    for (const [shorterBy, letter] of [[0, "b"], [3, "c"], [1, "d"]] as const) {
      const value = letter.repeat(length - shorterBy);
      assertEquals(harness.run(["SET", "k", value]), "OK");
      assertEquals(harness.run(["GET", "k"]), value);
      assertEquals(arena.usedBytes, used);
    }
    harness.run(["SET", "k", "short"]);
    assertEquals(harness.run(["GET", "k"]), "short");
    assertEquals(harness.run("OBJECT ENCODING k"), "embstr");
    harness.run("DEL k");
  }
});
