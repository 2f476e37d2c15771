import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

/** Members that make a set of each encoding. */
const MEMBERS: Record<string, string[]> = {
  intset: Array.from({ length: 100 }, (_, i) => String(i)),
  listpack: Array.from({ length: 100 }, (_, i) => `m${i}`),
  hashtable: Array.from({ length: 100 }, (_, i) => `m${i}`.padEnd(i === 7 ? 70 : 3, "x")),
};

for (const [encoding, members] of Object.entries(MEMBERS)) {
  const fresh = (): EngineHarness => {
    const harness = new EngineHarness();
    harness.run(["SADD", "s", ...members]);
    assertEquals(harness.run("OBJECT ENCODING s"), encoding);
    return harness;
  };

  Deno.test(`SPOP propagates what it took as SREM, from a set that is ${encoding}`, () => {
    for (const count of [undefined, 1, 30, 70, 95]) {
      const harness = fresh();
      const { reply, effects, events } = harness.trace(`SPOP s ${count ?? ""}`);
      const taken = count === undefined ? [reply as string] : reply as string[];
      assertEquals(taken.length, count ?? 1);
      assertEquals(new Set(taken).size, taken.length);
      assertEquals(effects, [`SREM s ${taken.join(" ")}`]);
      assertEquals(events, ["spop s"]);
      const left = harness.run("SMEMBERS s") as string[];
      assertEquals([...left, ...taken].sort(), [...members].sort());
    }
  });

  Deno.test(`SPOP of all and more propagates DEL, from a set that is ${encoding}`, () => {
    for (const count of [100, 1000]) {
      const harness = fresh();
      const { reply, effects, events } = harness.trace(`SPOP s ${count}`);
      assertEquals((reply as string[]).sort(), [...members].sort());
      assertEquals(effects, ["DEL s"]);
      assertEquals(events, ["spop s", "del s"]);
      assertEquals(harness.run("EXISTS s"), 0);
    }
  });

  Deno.test(`SRANDMEMBER answers different members, or any number of any, of ${encoding}`, () => {
    const harness = fresh();
    const known = new Set(members);
    for (const count of [1, 2, 33, 34, 99, 100, 101]) {
      const drawn = harness.run(`SRANDMEMBER s ${count}`) as string[];
      assertEquals(drawn.length, Math.min(count, 100));
      assertEquals(new Set(drawn).size, drawn.length);
      assert(drawn.every((member) => known.has(member)));
    }
    const repeated = harness.run("SRANDMEMBER s -500") as string[];
    assertEquals(repeated.length, 500);
    assert(repeated.every((member) => known.has(member)));
    assertEquals(harness.run("SCARD s"), 100);
  });
}

Deno.test("SPOP of a thousand and more members propagates several SREMs in one transaction", () => {
  const harness = new EngineHarness();
  harness.run(["SADD", "s", ...Array.from({ length: 5000 }, (_, i) => `m${i}`)]);
  const { effects } = harness.trace("SPOP s 2500");
  assertEquals(effects.map((effect) => effect.split(" ").length), [1, 1026, 1026, 454, 1]);
});

Deno.test("what is left of a large set after SPOP of most is a small one again", () => {
  const harness = new EngineHarness();
  harness.run(["SADD", "s", ...Array.from({ length: 1000 }, (_, i) => `m${i}`)]);
  harness.run("SPOP s 950");
  assertEquals(harness.run("OBJECT ENCODING s"), "listpack");
  assertEquals(harness.run("SCARD s"), 50);
});
