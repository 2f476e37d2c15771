import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

const NOW = 1_700_000_000_000;

function claimed(id: string, consumer: string, options: {
  at?: number;
  count?: number;
  last: string;
}): string {
  const { at = NOW, count = 1, last } = options;
  return `XCLAIM s g ${consumer} 0 ${id} TIME ${at} RETRYCOUNT ${count} FORCE JUSTID LASTID ${last}`;
}

Deno.test("XADD is propagated with the ID that it chose", () => {
  const harness = new EngineHarness();
  assertEquals(harness.trace("XADD s * f v"), {
    reply: `${NOW}-0`,
    effects: [`XADD s ${NOW}-0 f v`],
    events: ["xadd s"],
  });
  assertEquals(harness.trace("xadd s * f v").effects, [`xadd s ${NOW}-1 f v`]);
  const ahead = NOW + 5;
  assertEquals(harness.trace(`XADD s ${ahead}-* f v`).effects, [`XADD s ${ahead}-0 f v`]);
  assertEquals(harness.trace("XADD s * f v").reply, `${ahead}-1`, "time never goes back");
  assertEquals(harness.trace(`XADD s ${ahead}-9 f v`).effects, [`XADD s ${ahead}-9 f v`]);
  assertEquals(harness.trace("XADD none NOMKSTREAM * f v"), {
    reply: null,
    effects: [],
    events: [],
  });
});

Deno.test("approximate trimming is propagated as what it came to", () => {
  const harness = new EngineHarness({ config: { "stream-node-max-entries": "3" } });
  for (let i = 1; i <= 10; i++) harness.run(`XADD s ${i}-1 f v`);
  assertEquals(harness.trace("XADD s MAXLEN ~ 5 LIMIT 3 11-1 f v"), {
    reply: "11-1",
    effects: ["XADD s MAXLEN = 8 LIMIT 3 11-1 f v"],
    events: ["xadd s", "xtrim s"],
  });
  assertEquals(harness.trace("XTRIM s MINID ~ 8"), {
    reply: 3,
    effects: ["XTRIM s MINID = 7-1"],
    events: ["xtrim s"],
  });
  assertEquals(harness.trace("XTRIM s MAXLEN ~ 5"), { reply: 0, effects: [], events: [] });
  assertEquals(harness.trace("XTRIM s MAXLEN 4").effects, ["XTRIM s MAXLEN 4"]);
});

Deno.test("XDEL and XSETID are propagated as they came, XDEL that removed nothing is not", () => {
  const harness = new EngineHarness();
  harness.run("XADD s 1-1 f v");
  assertEquals(harness.trace("XDEL s 7-7"), { reply: 0, effects: [], events: [] });
  assertEquals(harness.trace("XDEL s 1-1 7-7"), {
    reply: 1,
    effects: ["XDEL s 1-1 7-7"],
    events: ["xdel s"],
  });
  assertEquals(harness.trace("XSETID s 5-5").events, ["xsetid s"]);
});

Deno.test("XREADGROUP is propagated as claims and as how far the group has read", () => {
  const harness = new EngineHarness();
  harness.run("XADD s 1-1 f v");
  harness.run("XADD s 2-1 f v");
  assertEquals(harness.trace("XGROUP CREATE s g 0").events, ["xgroup-create s"]);
  const { effects, events } = harness.trace("XREADGROUP GROUP g a COUNT 1 STREAMS s >");
  assertEquals(effects, [
    "MULTI",
    claimed("1-1", "a", { last: "1-1" }),
    "XGROUP SETID s g 1-1 ENTRIESREAD 1",
    "EXEC",
  ]);
  assertEquals(events, ["xgroup-createconsumer s"]);
  assertEquals(harness.trace("XREADGROUP GROUP g b NOACK STREAMS s >").effects, [
    "MULTI",
    "XGROUP CREATECONSUMER s g b",
    "XGROUP SETID s g 2-1 ENTRIESREAD 2",
    "EXEC",
  ]);
  assertEquals(harness.trace("XREADGROUP GROUP g a STREAMS s 0").effects, []);
  assertEquals(harness.trace("XREADGROUP GROUP g a STREAMS s >").effects, []);
  assertEquals(harness.trace("XACK s g 1-1 2-1"), {
    reply: 1,
    effects: ["XACK s g 1-1 2-1"],
    events: [],
  });
});

Deno.test("XCLAIM and XAUTOCLAIM are propagated entry by entry, those that are gone too", () => {
  const harness = new EngineHarness();
  for (const id of ["1-1", "2-1", "3-1"]) harness.run(`XADD s ${id} f v`);
  harness.run("XGROUP CREATE s g 0");
  harness.run("XREADGROUP GROUP g a STREAMS s >");
  harness.clock.advanceMs(100);
  assertEquals(harness.trace("XCLAIM s g b 0 1-1 IDLE 30").effects, [
    claimed("1-1", "b", { at: NOW + 70, count: 2, last: "3-1" }),
  ]);
  assertEquals(harness.trace("XCLAIM s g b 1000 1-1").effects, []);
  assertEquals(harness.trace("XCLAIM s g b 1000 1-1 LASTID 9-9").effects, [
    "XGROUP SETID s g 9-9 ENTRIESREAD 3",
  ]);
  harness.run("XDEL s 2-1");
  const { reply, effects } = harness.trace("XAUTOCLAIM s g c 50 0");
  assertEquals(reply, ["0-0", [["3-1", ["f", "v"]]], ["2-1"]]);
  assertEquals(effects, [
    "MULTI",
    claimed("2-1", "a", { count: 1, last: "9-9" }),
    claimed("3-1", "c", { at: NOW + 100, count: 2, last: "9-9" }),
    "EXEC",
  ]);
  assertEquals(harness.run("XPENDING s g"), [2, "1-1", "3-1", [["b", "1"], ["c", "1"]]]);
});

Deno.test("what was propagated makes the same stream again, groups and counters too", () => {
  const harness = new EngineHarness({ config: { "stream-node-max-entries": "4" } });
  for (let i = 0; i < 30; i++) {
    harness.clock.advanceMs(3);
    harness.run(`XADD s ${i % 3 === 0 ? "MAXLEN ~ 12 " : ""}* f${i % 4} ${i}`);
    if (i === 2) harness.run("XGROUP CREATE s g 0");
    if (i > 2) harness.run(`XREADGROUP GROUP g c${i % 3} COUNT 1 STREAMS s >`);
    if (i % 5 === 4) harness.run("XAUTOCLAIM s g c0 5 0 COUNT 2");
  }
  const replica = new EngineHarness({ startMs: NOW + 999 });
  for (const line of harness.takeEffects()) replica.run(line);
  for (const line of ["XINFO STREAM s", "XRANGE s - +", "XINFO GROUPS s", "XPENDING s g"]) {
    const [left, right] = [harness, replica].map((one) => one.run(line));
    // Blocks are filled from where each one began: only their number may differ.
    if (line === "XINFO STREAM s") (left as unknown[]).splice(2, 4, ...(right as []).slice(2, 6));
    assertEquals(right, left, line);
  }
  const [left, right] = [harness, replica].map((one) => one.run("XINFO STREAM s FULL COUNT 0"));
  const deliveries = (info: unknown) =>
    (info as unknown[][])[17].map((group) => (group as unknown[])[11]);
  assertEquals(deliveries(right), deliveries(left));
});

Deno.test("XACK and XREADGROUP do not touch a watched stream, XADD does", () => {
  const harness = new EngineHarness(), other = harness.connect();
  harness.run("XADD s 1-1 f v");
  harness.run("XGROUP CREATE s g 0");
  harness.run("XGROUP CREATECONSUMER s g a");
  harness.run("WATCH s");
  other.run("XREADGROUP GROUP g a STREAMS s >");
  other.run("XACK s g 1-1");
  harness.run("MULTI");
  harness.run("XLEN s");
  assertEquals(harness.run("EXEC"), [1]);
  harness.run("WATCH s");
  other.run("XADD s 2-1 f v");
  harness.run("MULTI");
  harness.run("XLEN s");
  assertEquals(harness.run("EXEC"), null);
});
