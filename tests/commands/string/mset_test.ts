import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";

const FULL = "OOM there is no memory left for what the command would store";

/** Fills the memory until a value of `bytes` does not fit; answers how many do. */
function fill(harness: EngineHarness, bytes: number): number {
  for (let number = 0;; number++) {
    const reply = harness.run(["SET", `filler ${number}`, "f".repeat(bytes)]);
    if (reply !== "OK") return number;
  }
}

Deno.test("MSET and MSETNX store all or nothing when memory runs out", async () => {
  await forEachSeed(4, (random) => {
    const harness = new EngineHarness({ arenaBytes: 2 << 20 });
    const bytes = random.pick([64, 900, 1024, 5000, 70_000]);
    const empty = harness.arena.usedBytes;
    const fillers = fill(harness, bytes);
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      if (random.chance(0.3)) harness.run(["DEL", `filler ${random.below(fillers)}`]);
      const pairs: string[] = [];
      for (let n = random.between(1, 12); n > 0; n--) {
        const length = random.pick([0, 8, 64, 900, 1024, 1025, 5000, 70_000]);
        const key = random.chance(0.3)
          ? `filler ${random.below(fillers)}`
          : `key ${random.below(40)}`;
        pairs.push(key, `${round}`.padEnd(length, "v"));
      }
      const keys = pairs.filter((_, i) => i % 2 === 0);
      const before = harness.run(["MGET", ...keys]);
      const reply = harness.run([random.pick(["MSET", "MSETNX"]), ...pairs]);
      const after = harness.run(["MGET", ...keys]);
      if (reply === "OK" || reply === 1) {
        assertEquals(after, keys.map((key) => pairs[pairs.lastIndexOf(key) + 1]));
      } else {
        assertEquals(after, before);
        if (reply !== 0) {
          refused++;
          assertEquals((reply as Error).message, FULL);
        }
      }
    }
    assert(refused > 0, "memory ran out");
    harness.run("FLUSHALL SYNC");
    assertEquals(harness.arena.usedBytes, empty);
  });
});
