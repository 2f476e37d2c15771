import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";

Deno.test("SSCAN and HSCAN find what is there all along while the collection grows and shrinks", async () => {
  await forEachSeed(6, (random) => {
    const { client } = new EngineHarness({ seed: random.next32() });
    const staying = Array.from({ length: 400 }, (_, i) => `stay${i}`);
    client.run(["SADD", "s", ...staying]);
    client.run(["HSET", "h", ...staying.flatMap((field) => [field, "v"])]);
    for (
      const [command, key, add, remove] of [
        ["SSCAN", "s", (i: number) => `SADD s ${i}`, (i: number) => `SREM s ${i}`],
        ["HSCAN", "h", (i: number) => `HSET h ${i} v`, (i: number) => `HDEL h ${i}`],
      ] as const
    ) {
      const found = new Set<string>();
      let cursor = "0", others = 0;
      do {
        const [next, elements] = client.run(`${command} ${key} ${cursor} COUNT 20`) as [
          string,
          string[],
        ];
        for (const element of elements) found.add(element);
        cursor = next;
        const grow = random.chance(0.5);
        for (let i = 0; i < 300; i++) client.run(grow ? add(others++) : remove(--others));
        if (others < 0) others = 0;
      } while (cursor !== "0");
      assert(staying.every((member) => found.has(member)), command);
    }
  });
});

Deno.test("SSCAN MATCH answers only members that match, from large and small sets", () => {
  const { client } = new EngineHarness();
  for (const count of [50, 500]) {
    client.run(["SADD", `s${count}`, ...Array.from({ length: count }, (_, i) => `m${i}`)]);
    const [cursor, members] = client.run(`SSCAN s${count} 0 MATCH m1? COUNT 100000`) as [
      string,
      string[],
    ];
    assertEquals(cursor, "0");
    assertEquals(members.sort(), Array.from({ length: 10 }, (_, i) => `m1${i}`));
  }
});

Deno.test("HSCAN NOVALUES answers fields alone", () => {
  const { client } = new EngineHarness();
  client.run("HSET h a 1 b 2");
  assertEquals(client.run("HSCAN h 0 NOVALUES MATCH a"), ["0", ["a"]]);
  client.run(["HSET", "h", "c", "x".repeat(100)]);
  assertEquals(client.run("HSCAN h 0 NOVALUES MATCH a COUNT 100"), ["0", ["a"]]);
  assertEquals(client.run("HSCAN h 0 MATCH a COUNT 100"), ["0", ["a", "1"]]);
});
