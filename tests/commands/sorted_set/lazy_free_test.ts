// Freeing large sorted sets a slice at a time.
import { assert, assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";

const MEMBERS = 20_000;
/** Entries that the cron frees at a time. */
const SLICE = 500;

function bigSet(config: string): EngineHarness {
  const harness = new EngineHarness({ config: { "lazyfree-lazy-user-del": config } });
  for (let i = 0; i < MEMBERS; i += 100) {
    const words: (string | number)[] = ["ZADD", "z"];
    for (let k = i; k < i + 100; k++) words.push(k * 7 % MEMBERS, `member:${k}`);
    harness.client.run(words);
  }
  return harness;
}

/** Digs until nothing waits; checks that no slice frees much; answers how many it took. */
function freeInSlices(harness: EngineHarness): number {
  const { keyspace } = harness, { arena, graveyard } = keyspace;
  const all = arena.usedBytes;
  let slices = 0;
  for (let more = true; more; slices++) {
    const before = arena.usedBytes;
    more = graveyard.dig(SLICE);
    // The last one gives back the buckets, which are one block; the others their share.
    if (graveyard.pending > 0) {
      assert(before - arena.usedBytes <= 4 * all * SLICE / MEMBERS, `slice ${slices}`);
    }
  }
  return slices;
}

for (
  const [line, config] of [
    ["UNLINK z", "no"],
    ["DEL z", "yes"],
    ["FLUSHALL ASYNC", "no"],
    ["FLUSHDB ASYNC", "no"],
  ]
) {
  Deno.test(`${line} with lazyfree-lazy-user-del ${config} frees a large sorted set in slices`, () => {
    const harness = bigSet(config);
    const { arena, graveyard } = harness.keyspace;
    const full = arena.usedBytes;
    harness.client.run(line);
    assertEquals(harness.client.run("EXISTS z"), 0);
    assert(arena.usedBytes > full * 0.9, "nothing much is freed at once");
    assertEquals(graveyard.pending, 1);
    const slices = freeInSlices(harness);
    assert(slices >= MEMBERS / SLICE, `${slices} slices`);
    assertEquals(graveyard.pending, 0);
    assert(arena.usedBytes < full / 50, `${arena.usedBytes} of ${full} bytes are left`);
  });
}
