import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { plain } from "../../support/reply.ts";

const answers = (client: EngineHarness["client"]) => client.takeReplies().map(plain);

Deno.test("XREAD waits for what comes after `$` as it was when it came", () => {
  const harness = new EngineHarness(), reader = harness.connect();
  harness.run("XADD s 1-1 f 1");
  reader.send("XREAD BLOCK 0 STREAMS s $");
  assertEquals([reader.parked, answers(reader)], [true, []]);
  harness.run("MULTI");
  harness.run("XADD s 2-1 f 2");
  harness.run("XADD s 3-1 f 3");
  harness.run("EXEC");
  assertEquals(reader.parked, false);
  const entries = [["2-1", ["f", "2"]], ["3-1", ["f", "3"]]];
  assertEquals(answers(reader), [[["s", entries]]]);
});

Deno.test("XREAD that waits is not woken by other changes of the stream", () => {
  const harness = new EngineHarness(), reader = harness.connect();
  harness.run("XADD s 5-1 f 1");
  reader.send("XREAD BLOCK 1000 STREAMS none s 0 5-1");
  harness.run("XDEL s 5-1");
  harness.run("XGROUP CREATE s g $");
  harness.run("DEL s");
  harness.run("SET s text");
  harness.run("DEL s");
  harness.run("XADD s 5-1 f 1");
  assertEquals(reader.parked, true);
  harness.run("XADD s 5-2 f 2");
  assertEquals(answers(reader), [[["s", [["5-2", ["f", "2"]]]]]]);
});

Deno.test("XREAD whose time is up answers null", () => {
  const harness = new EngineHarness(), reader = harness.connect();
  for (const [protocol, expected] of [[2, "*-1\r\n"], [3, "_\r\n"]] as const) {
    reader.protocol = protocol;
    reader.send("XREAD BLOCK 50 STREAMS s $");
    assertEquals(reader.parked, true);
    harness.later(51, () => harness.engine.parking.expire(harness.clock.nowMs()));
    assertEquals(reader.parked, false);
    assertEquals(reader.wire("PING"), `${expected}+PONG\r\n`);
  }
});

Deno.test("XREAD with + answers the last entry, or waits where there is none", () => {
  const harness = new EngineHarness(), reader = harness.connect();
  reader.send("XREAD BLOCK 0 STREAMS s +");
  assertEquals(reader.parked, true);
  harness.run("XADD s 1-1 f 1");
  assertEquals(answers(reader), [[["s", [["1-1", ["f", "1"]]]]]]);
  harness.run("XADD s 2-1 f 2");
  harness.run("XADD s 3-1 f 3");
  harness.run("XDEL s 3-1");
  assertEquals(harness.run("XREAD STREAMS s +"), [["s", [["2-1", ["f", "2"]]]]]);
});

Deno.test("XREADGROUP: who came first gets the entry, the others go on waiting", () => {
  const harness = new EngineHarness();
  harness.run("XGROUP CREATE s g $ MKSTREAM");
  const [first, second] = [harness.connect(), harness.connect()];
  first.send("XREADGROUP GROUP g a BLOCK 0 STREAMS s >");
  second.send("XREADGROUP GROUP g b BLOCK 0 STREAMS s >");
  harness.run("XADD s 1-1 f 1");
  assertEquals(answers(first), [[["s", [["1-1", ["f", "1"]]]]]]);
  assertEquals([second.parked, answers(second)], [true, []]);
  harness.run("XADD s 2-1 f 2");
  assertEquals(answers(second), [[["s", [["2-1", ["f", "2"]]]]]]);
  assertEquals(harness.run("XPENDING s g"), [2, "1-1", "2-1", [["a", "1"], ["b", "1"]]]);
});

Deno.test("a client that is gone while it waits takes no entry of its group", () => {
  const harness = new EngineHarness(), gone = harness.connect();
  harness.run("XGROUP CREATE s g $ MKSTREAM");
  gone.send("XREADGROUP GROUP g a BLOCK 0 STREAMS s >");
  gone.disconnect();
  harness.run("XADD s 1-1 f 1");
  assertEquals(harness.run("XPENDING s g"), [0, null, null, null]);
  assertEquals(harness.run("XREADGROUP GROUP g b STREAMS s >"), [["s", [["1-1", ["f", "1"]]]]]);
});

for (
  const [how, line, error] of [
    ["its group goes", "XGROUP DESTROY s g", "NOGROUP No such key 's' or consumer group 'g'"],
    ["its key goes", "DEL s", "NOGROUP No such key 's' or consumer group 'g'"],
    ["its key becomes a string", "SET s text", "WRONGTYPE Operation against a key"],
    ["everything goes", "FLUSHALL", "NOGROUP No such key 's' or consumer group 'g'"],
  ]
) {
  Deno.test(`XREADGROUP stops waiting with an error when ${how}`, () => {
    const harness = new EngineHarness(), reader = harness.connect();
    harness.run("XGROUP CREATE s g $ MKSTREAM");
    reader.send("XREADGROUP GROUP g a BLOCK 0 STREAMS s >");
    harness.run(line);
    assertEquals(reader.parked, false);
    const [reply] = reader.takeReplies();
    assertEquals(reply.type === "error" && reply.text.slice(0, error.length), error);
  });
}

Deno.test("XREADGROUP of what is pending never waits", () => {
  const { client } = new EngineHarness();
  client.run("XGROUP CREATE s g $ MKSTREAM");
  assertEquals(client.run("XREADGROUP GROUP g a BLOCK 0 STREAMS s 0"), [["s", []]]);
});

Deno.test("inside a transaction nothing waits", () => {
  const { client } = new EngineHarness();
  client.run("XGROUP CREATE s g $ MKSTREAM");
  client.run("MULTI");
  client.run("XREAD BLOCK 0 STREAMS s $");
  client.run("XREADGROUP GROUP g a BLOCK 0 STREAMS s >");
  assertEquals(client.run("EXEC"), [null, null]);
});
