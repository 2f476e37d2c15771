import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { putForeignValue, WRONG_TYPE } from "../foreign_value.ts";

Deno.test("ZPOPMIN and ZPOPMAX take from their ends", () => {
  const harness = new EngineHarness();
  harness.run("ZADD z 1 a 2 b 3 c 4 d");
  assertEquals(harness.trace("ZPOPMAX z"), {
    reply: ["d", "4"],
    effects: ["ZPOPMAX z"],
    events: ["zpopmax z"],
  });
  assertEquals(harness.run("ZPOPMIN z 0"), []);
  assertEquals(harness.trace("ZPOPMIN z 9"), {
    reply: ["a", "1", "b", "2", "c", "3"],
    effects: ["ZPOPMIN z 9"],
    events: ["zpopmin z", "del z"],
  });
  assertEquals(harness.run("ZPOPMIN z"), []);
  const words = "ERR value is out of range, must be positive";
  assertEquals(harness.client.refusal("ZPOPMIN z -1"), words);
  assertEquals(harness.client.refusal("ZPOPMIN z x"), words);
});

Deno.test("ZMPOP takes from the first key that is there and propagates what it took", () => {
  const harness = new EngineHarness();
  harness.run("ZADD z2 1 a 2 b 3 c");
  assertEquals(harness.trace("ZMPOP 2 z1 z2 MAX COUNT 2"), {
    reply: ["z2", [["c", "3"], ["b", "2"]]],
    effects: ["ZPOPMAX z2 2"],
    events: ["zpopmax z2"],
  });
  assertEquals(harness.trace("ZMPOP 2 z1 z2 MIN COUNT 5").effects, ["ZPOPMIN z2 1"]);
  assertEquals(harness.client.wire("ZMPOP 1 z1 MIN"), "*-1\r\n");
  const { client } = harness;
  assertEquals(client.refusal("ZMPOP 0 z1 MIN"), "ERR numkeys should be greater than 0");
  assertEquals(client.refusal("ZMPOP 1 z1 MIN COUNT 0"), "ERR count should be greater than 0");
  assertEquals(client.refusal("ZMPOP 1 z1 MIDDLE"), "ERR syntax error");
  assertEquals(client.refusal("ZMPOP 9 z1 MIN"), "ERR syntax error");
});

Deno.test("BZPOPMIN that need not wait propagates a ZPOPMIN", () => {
  const harness = new EngineHarness();
  harness.run("ZADD z 1 a 2 b");
  assertEquals(harness.trace("BZPOPMIN none z 0"), {
    reply: ["z", "a", "1"],
    effects: ["ZPOPMIN z"],
    events: ["zpopmin z"],
  });
  assertEquals(harness.trace("BZMPOP 0 1 z MAX").effects, ["ZPOPMAX z 1"]);
});

Deno.test("those who wait for a sorted set are served in the order in which they came", () => {
  const harness = new EngineHarness();
  const [first, second, third] = [harness.connect(), harness.connect(), harness.connect()];
  first.send("BZPOPMIN z 0");
  second.send("BZMPOP 0 2 y z MAX COUNT 5");
  third.send("BZPOPMAX z 0");
  assertEquals(harness.trace("ZADD z 1 a 2 b 3 c"), {
    reply: 3,
    effects: ["ZADD z 1 a 2 b 3 c", "ZPOPMIN z", "ZPOPMAX z 2"],
    events: ["zadd z", "zpopmin z", "zpopmax z", "del z"],
  });
  assert(third.parked);
  assertEquals(first.takeReplies().length, 1);
  assertEquals(second.takeReplies().length, 1);
  harness.run("ZUNIONSTORE z 1 none");
  harness.run("ZADD y 7 x");
  assert(third.parked);
  harness.run("ZUNIONSTORE z 1 y");
  assert(!third.parked);
  assertEquals(harness.keys(), ["y"]);
});

Deno.test("a key of another type wakes nobody, and is an error to those who come", () => {
  const harness = new EngineHarness();
  const waiting = harness.connect();
  waiting.send("BZPOPMIN z 0");
  harness.run("SET z x");
  assert(waiting.parked);
  assertEquals(harness.client.refusal("BZPOPMIN none z 0"), WRONG_TYPE);
  putForeignValue(harness, "l");
  assertEquals(harness.client.refusal("BZMPOP 0 1 l MIN"), WRONG_TYPE);
});

Deno.test("a wait ends with a null array; in a transaction it is over at once", () => {
  const harness = new EngineHarness();
  const waiting = harness.connect();
  waiting.send("BZPOPMIN z 0.1");
  const expire = () => harness.engine.parking.expire(harness.keyspace.nowMs);
  harness.later(99, expire);
  assert(waiting.parked);
  harness.later(1, expire);
  assert(!waiting.parked);
  assertEquals(waiting.takeReplies().map(({ type }) => type), ["null"]);
  harness.run("MULTI");
  harness.run("BZPOPMIN z 0");
  assertEquals(harness.client.wire("EXEC"), "*1\r\n*-1\r\n");
});

Deno.test("timeouts are checked before keys", () => {
  const harness = new EngineHarness();
  putForeignValue(harness, "l");
  const { client } = harness;
  assertEquals(client.refusal("BZPOPMIN l x"), "ERR timeout is not a float or out of range");
  assertEquals(client.refusal("BZPOPMIN l -1"), "ERR timeout is negative");
  assertEquals(client.refusal("BZPOPMIN l inf"), "ERR timeout is out of range");
  assertEquals(client.refusal("BZMPOP -1 1 l MIN"), "ERR timeout is negative");
});
