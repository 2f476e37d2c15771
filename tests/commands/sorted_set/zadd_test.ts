import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { putForeignValue, WRONG_TYPE } from "../foreign_value.ts";

Deno.test("ZADD announces zadd, ZINCRBY and INCR zincr, and nothing when nothing changes", () => {
  const harness = new EngineHarness();
  assertEquals(harness.trace("ZADD z 1 a 2 b"), {
    reply: 2,
    effects: ["ZADD z 1 a 2 b"],
    events: ["zadd z"],
  });
  assertEquals(harness.trace("ZADD z 1 a"), { reply: 0, effects: [], events: [] });
  assertEquals(harness.trace("ZADD z CH 1 a 3 b"), {
    reply: 1,
    effects: ["ZADD z CH 1 a 3 b"],
    events: ["zadd z"],
  });
  assertEquals(harness.trace("ZINCRBY z 2 b"), {
    reply: "5",
    effects: ["ZINCRBY z 2 b"],
    events: ["zincr z"],
  });
  assertEquals(harness.trace("ZADD z INCR NX 2 b"), { reply: null, effects: [], events: [] });
  assertEquals(harness.trace("ZADD none XX 2 b"), { reply: 0, effects: [], events: [] });
});

Deno.test("ZADD XX NX GT LT change only what they allow", () => {
  const { client } = new EngineHarness();
  client.run("ZADD z 5 a");
  assertEquals(client.run("ZADD z NX CH 9 a 9 b"), 1);
  assertEquals(client.run("ZADD z XX CH 6 a 9 c"), 1);
  assertEquals(client.run("ZADD z GT CH 5 a 7 a 1 d"), 2);
  assertEquals(client.run("ZADD z XX LT CH 8 a 4 a"), 1);
  assertEquals(client.run("ZADD z GT INCR -1 a"), null);
  assertEquals(client.run("ZADD z LT INCR -1 a"), "3");
  assertEquals(client.run("ZRANGE z 0 -1 WITHSCORES"), ["d", "1", "a", "3", "b", "9"]);
});

Deno.test("ZADD reads all scores before it changes anything", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  for (const score of ["x", "nan", "", " 1", "1e999"]) {
    assertEquals(
      client.refusal(["ZADD", "z", 1, "a", score, "b"]),
      "ERR value is not a valid float",
    );
  }
  assertEquals(client.run("EXISTS z"), 0);
  assertEquals(client.refusal("ZADD z 1"), "ERR wrong number of arguments for 'zadd' command");
  assertEquals(client.refusal("ZADD z 1 a 2"), "ERR syntax error");
  assertEquals(
    client.refusal("ZADD z XX NX 1 a"),
    "ERR XX and NX options at the same time are not compatible",
  );
  assertEquals(
    client.refusal("ZADD z INCR 1 a 2 b"),
    "ERR INCR option supports a single increment-element pair",
  );
  putForeignValue(harness, "l");
  assertEquals(client.refusal("ZADD l 1 a"), WRONG_TYPE);
  assertEquals(client.refusal("ZADD l x a"), "ERR value is not a valid float");
});

Deno.test("opposite infinities make no score", () => {
  const { client } = new EngineHarness();
  client.run("ZADD z inf a");
  assertEquals(client.refusal("ZINCRBY z -inf a"), "ERR resulting score is not a number (NaN)");
  assertEquals(client.run("ZINCRBY z 1 a"), "inf");
  client.protocol = 3;
  assertEquals(client.reply("ZSCORE z a"), { type: "double", text: "inf" });
});

Deno.test("ZREM removes the key with its last member", () => {
  const harness = new EngineHarness();
  harness.run("ZADD z 1 a 2 b");
  assertEquals(harness.trace("ZREM z a c"), {
    reply: 1,
    effects: ["ZREM z a c"],
    events: ["zrem z"],
  });
  assertEquals(harness.trace("ZREM z b a"), {
    reply: 1,
    effects: ["ZREM z b a"],
    events: ["zrem z", "del z"],
  });
  assertEquals(harness.keys(), []);
});

Deno.test("ZRANK WITHSCORE answers rank and score, a null array for nobody", () => {
  const { client } = new EngineHarness();
  client.run("ZADD z 1 a 2.5 b");
  assertEquals(client.wire("ZRANK z b WITHSCORE"), "*2\r\n:1\r\n$3\r\n2.5\r\n");
  assertEquals(client.wire("ZREVRANK z b WITHSCORE"), "*2\r\n:0\r\n$3\r\n2.5\r\n");
  assertEquals(client.wire("ZRANK z x WITHSCORE"), "*-1\r\n");
  assertEquals(client.wire("ZRANK z x"), "$-1\r\n");
  client.protocol = 3;
  assertEquals(client.wire("ZREVRANK z a WITHSCORE"), "*2\r\n:1\r\n,1\r\n");
  assertEquals(client.wire("ZRANK none x WITHSCORE"), "_\r\n");
  assertEquals(client.refusal("ZRANK z a b"), "ERR syntax error");
  assertEquals(
    client.refusal("ZRANK z a WITHSCORE b"),
    "ERR wrong number of arguments for 'zrank' command",
  );
});
