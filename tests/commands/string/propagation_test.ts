import { assertEquals } from "@std/assert";
import { showWords } from "../../differential/pair.ts";
import { SEQUENCES } from "../../differential/command_tables.ts";
import { stepsFrom } from "../../differential/random_sequence.ts";
import { EngineHarness } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";

/** The random commands of the differential tests, without those on whole databases. */
const ROWS = [...SEQUENCES.strings, ...SEQUENCES.bitmaps].filter(({ syntax }) =>
  !/^(COPY|MOVE|RANDOMKEY)/.test(syntax)
);

Deno.test("replaying what strings and bitmaps propagate makes the same data", async () => {
  const draw = stepsFrom(ROWS);
  await forEachSeed(8, (random) => {
    const startMs = Date.now();
    const config = { "enable-debug-command": "yes" };
    const harness = new EngineHarness({ seed: random.seed, startMs, config });
    const replica = new EngineHarness({ seed: ~random.seed, startMs, config });
    for (let step = 0; step < 600; step++) {
      const { words } = draw(random);
      harness.client.send(words);
      harness.client.takeReplies();
      const effects = harness.takeEffects();
      for (const effect of effects) replica.run(effect);
      const pause = random.pick([0, 0, 0, 1, 1000]);
      harness.clock.advanceMs(pause);
      replica.clock.advanceMs(pause);
      if (step % 20 !== 0) continue;
      const line = `after ${showWords(words)}, propagated as ${effects.join(", ")}`;
      assertEquals(replica.run("DEBUG DIGEST"), harness.run("DEBUG DIGEST"), line);
    }
    assertEquals((harness.run("DEBUG DIGEST") as string).length, 40);
    assertEquals(replica.keys(), harness.keys());
    for (const key of harness.keys()) {
      assertEquals(replica.run(`PEXPIRETIME ${key}`), harness.run(`PEXPIRETIME ${key}`), key);
    }
  });
});
