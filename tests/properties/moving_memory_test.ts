// Commands do the same wherever and whenever the memory of the data moves.
import { assertEquals } from "@std/assert";
import { Arena } from "../../src/memory/arena.ts";
import { digestOfKeyspace } from "../../src/store/digest.ts";
import { SEQUENCES } from "../differential/command_tables.ts";
import { stepsFrom } from "../differential/random_sequence.ts";
import { MovingArena } from "../memory/moving_arena.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import { forEachSeed } from "../support/seeded.ts";

for (const [name, rows] of Object.entries(SEQUENCES)) {
  Deno.test(`random commands on ${name} do the same while the memory moves all the time`, async () => {
    const draw = stepsFrom(rows);
    await forEachSeed(4, (random) => {
      const seed = random.next32();
      const [still, moving] = [new Arena(), new MovingArena()].map((arena) =>
        new EngineHarness({ seed, arena })
      );
      for (let step = 0; step < 1000; step++) {
        const { words } = draw(random);
        const [expected, found] = [still, moving].map(({ client }) => {
          client.send(words);
          return client.takeReplies();
        });
        assertEquals(found, expected, words.join(" "));
        if (!random.chance(0.1)) continue;
        const ms = random.pick([1, 10, 500, 5000]);
        for (const { clock } of [still, moving]) clock.advanceMs(ms);
      }
      assertEquals(
        digestOfKeyspace(moving.keyspace).toString(),
        digestOfKeyspace(still.keyspace).toString(),
      );
      assertEquals(moving.arena.usedBytes, still.arena.usedBytes);
    });
  });
}
