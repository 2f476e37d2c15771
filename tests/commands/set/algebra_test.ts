import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";

/** Sets of each encoding that overlap. */
const SETS: Record<string, string[]> = {
  integers: ["1", "2", "3", "40"],
  small: ["1", "3", "x", "y"],
  large: [...Array.from({ length: 300 }, (_, i) => String(i)), "x", "z".repeat(100)],
  wide: Array.from({ length: 400 }, (_, i) => String(i * 2)),
  none: [],
};
const NAMES = Object.keys(SETS);

function harnessWithSets(): EngineHarness {
  const harness = new EngineHarness({ config: { "set-max-intset-entries": "100" } });
  for (const [name, members] of Object.entries(SETS)) {
    if (members.length > 0) harness.run(["SADD", name, ...members]);
  }
  return harness;
}

const intersection = (sets: string[][]) => sets.reduce((a, b) => a.filter((m) => b.includes(m)));
const union = (sets: string[][]) => [...new Set(sets.flat())];
const difference = (sets: string[][]) => sets.reduce((a, b) => a.filter((m) => !b.includes(m)));

Deno.test("SINTER, SUNION and SDIFF equal what a naive algebra says, stored or answered", async () => {
  await forEachSeed(60, (random) => {
    const { client } = harnessWithSets();
    const names = Array.from({ length: random.between(1, 4) }, () => random.pick(NAMES));
    const sets = names.map((name) => SETS[name]);
    const keys = names.join(" ");
    for (
      const [command, members] of [
        ["SINTER", intersection(sets)],
        ["SUNION", union(sets)],
        ["SDIFF", difference(sets)],
      ] as const
    ) {
      const expected = [...members].sort();
      assertEquals((client.run(`${command} ${keys}`) as string[]).sort(), expected, keys);
      assertEquals(client.run(`${command}STORE result ${keys}`), expected.length);
      assertEquals((client.run("SMEMBERS result") as string[]).sort(), expected);
    }
    const common = intersection(sets).length;
    const limit = random.between(0, 5);
    const wanted = limit === 0 ? common : Math.min(limit, common);
    assertEquals(
      client.run(`SINTERCARD ${names.length} ${keys} LIMIT ${limit}`),
      wanted,
    );
  });
});

Deno.test("SINTERSTORE makes an intset of integers, whatever they come from", () => {
  const { client } = harnessWithSets();
  client.run("SINTERSTORE result small large integers");
  assertEquals(client.run("OBJECT ENCODING result"), "intset");
  client.run("SINTERSTORE result large wide");
  assertEquals(client.run("OBJECT ENCODING result"), "hashtable");
  client.run("SINTERSTORE result small large");
  assertEquals(client.run("OBJECT ENCODING result"), "listpack");
});

Deno.test("a destination loses what it held and its expiry, or goes with an empty result", () => {
  const harness = harnessWithSets();
  harness.run("SET result text EX 100");
  assertEquals(harness.trace("SUNIONSTORE result small").events, ["sunionstore result"]);
  assertEquals(harness.run("TTL result"), -1);
  assertEquals(harness.trace("SDIFFSTORE result small small").events, ["del result"]);
  assertEquals(harness.run("EXISTS result"), 0);
  assertEquals(harness.trace("SINTERSTORE result small none"), {
    reply: 0,
    effects: [],
    events: [],
  });
});

Deno.test("a destination may be one of the sources", () => {
  const { client } = harnessWithSets();
  client.run("SDIFFSTORE large large wide");
  assertEquals((client.run("SMEMBERS large") as string[]).length, 150 + 2);
});

Deno.test("results that nobody stores leave no memory behind", () => {
  const { client, arena } = harnessWithSets();
  const used: number[] = [];
  for (let round = 0; round < 4; round++) {
    for (const command of ["SUNION", "SDIFF", "SINTER"]) client.run(`${command} large wide small`);
    used.push(arena.usedBytes);
  }
  // The first rounds also end the growth of the tables that they look into.
  assertEquals(used[3], used[2]);
});
