/** DEL and UNLINK: what they count, announce, propagate and free. */

import { assertEquals } from "@std/assert";
import { TYPE_LIST } from "../../../src/store/entry.ts";
import { EngineHarness } from "../../support/engine_harness.ts";
import { bigList, freed } from "../../support/fake_list.ts";

for (const name of ["DEL", "UNLINK"]) {
  Deno.test(`${name} counts the keys it removed and announces each of them`, () => {
    const harness = new EngineHarness();
    harness.run("MSET a 1 b 2 c 3");
    assertEquals(harness.trace(`${name} a none b a`), {
      reply: 2,
      effects: [`${name} a none b a`],
      events: ["del a", "del b"],
    });
    assertEquals(harness.keys(), ["c"]);
    assertEquals(harness.trace(`${name} none`), { reply: 0, effects: [], events: [] });
  });

  Deno.test(`${name} does not count a key whose time is over, which expires instead`, () => {
    const harness = new EngineHarness();
    harness.run("SET a 1 PX 10");
    harness.clock.advanceMs(10);
    assertEquals(harness.trace(`${name} a`), {
      reply: 0,
      effects: ["DEL a"],
      events: ["expired a"],
    });
  });

  Deno.test(`${name} from the master finds a key that looks expired on a replica`, () => {
    const harness = new EngineHarness();
    harness.run("SET a 1 PX 10");
    harness.clock.advanceMs(10);
    harness.keyspace.expiresKeys = false;
    assertEquals(harness.run("GET a"), null);
    assertEquals(harness.keys(), ["a"]);
    assertEquals(harness.run(`${name} a`), 1);
    assertEquals(harness.keys(), []);
  });
}

Deno.test("UNLINK leaves a big value to the cron, DEL only with lazyfree-lazy-user-del", () => {
  for (
    const [line, config, lazily] of [
      ["UNLINK l", "no", true],
      ["DEL l", "no", false],
      ["DEL l", "yes", true],
    ] as const
  ) {
    const harness = new EngineHarness({ config: { "lazyfree-lazy-user-del": config } });
    bigList(harness, "l");
    assertEquals(harness.run(line), 1);
    assertEquals(harness.keys(), []);
    assertEquals(freed(harness), lazily ? 0 : 1, line);
    assertEquals(harness.keyspace.graveyard.pending, lazily ? 1 : 0);
    while (harness.keyspace.graveyard.dig(100));
    assertEquals(freed(harness), 1);
  }
});

Deno.test("a DEL that had much to free is in the slow log, one of strings is not measured", () => {
  const harness = new EngineHarness();
  bigList(harness, "l");
  const list = harness.keyspace.valueTypes[TYPE_LIST]!;
  harness.keyspace.valueTypes[TYPE_LIST] = { ...list, free: () => harness.clock.advanceMs(50) };
  harness.run("SET s 1");
  harness.run("DEL s");
  assertEquals(harness.run("SLOWLOG LEN"), 0);
  harness.run("DEL l");
  const [[, , microseconds, words]] = harness.run("SLOWLOG GET") as [
    [number, number, number, string[]],
  ];
  assertEquals(microseconds, 50_000);
  assertEquals(words, ["DEL", "l"]);
});
