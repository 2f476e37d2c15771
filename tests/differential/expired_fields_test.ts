/** Fields whose time is over but which nobody has removed yet: what each command makes of them. */

import { isAmong, testWithRedis } from "../support/redis_server.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";
import { SEQUENCES } from "./command_tables.ts";
import { EXACT } from "./compare.ts";
import { describe, ServerPair, showWords, type Step } from "./pair.ts";
import { compareData, stepsFrom } from "./random_sequence.ts";

const KEYS = 8;
const FIELDS = 12;
/** Long enough for all that comes before to be done by then. */
const TIME_TO_LIVE_MS = 150;

/** Hashes on both sides of the limit for small ones, some of whose fields go soon. */
function filling(random: Seeded): Step[] {
  const steps: Step[] = [];
  for (let key = 0; key < KEYS; key++) {
    const pairs: string[] = [];
    for (let field = 0; field < FIELDS; field++) {
      if (random.chance(0.6)) pairs.push(`f${field}`, String(random.between(-9, 9)));
    }
    if (pairs.length === 0) continue;
    if (random.chance(0.4)) pairs.push("large", "v".repeat(65));
    steps.push({ words: ["HSET", `k${key}`, ...pairs], comparison: EXACT });
    const fields = pairs.filter((_, index) => index % 2 === 0 && random.chance(0.6));
    if (random.chance(0.2)) fields.push(...pairs.filter((_, index) => index % 2 === 0));
    if (fields.length === 0) continue;
    const time = String(random.between(TIME_TO_LIVE_MS, TIME_TO_LIVE_MS + 10));
    const words = ["HPEXPIRE", `k${key}`, time, "FIELDS", String(fields.length), ...fields];
    steps.push({ words, comparison: EXACT });
  }
  return steps;
}

testWithRedis("fields that are over are hidden, found and removed as in redis-server", async () => {
  await using pair = await ServerPair.start();
  const rows = SEQUENCES.expiringFields.filter((row) => isAmong(pair.redisVersion, row));
  const drawStep = stepsFrom(rows);
  const client = await pair.connect();
  await client.run([{ words: ["DEBUG", "SET-ACTIVE-EXPIRE", "0"], comparison: EXACT }]);
  await forEachSeed(Number(Deno.env.get("DIFFERENTIAL_SEEDS") ?? 8), async (random) => {
    await pair.flush();
    await client.run([{ words: ["SELECT", "0"], comparison: EXACT }]);
    const first = filling(random);
    // A field that is over is none: KEEPTTL finds no expiry to keep. In 8.0 it keeps the one that is over.
    const later = Array.from({ length: 25 }, () => drawStep(random))
      .filter(({ words }) => !words.some((word) => /^keepttl$/i.test(word)));
    let found = await client.run(first);
    await new Promise((resolve) => setTimeout(resolve, TIME_TO_LIVE_MS + 50));
    found ??= await client.run(later) ?? await compareData(client);
    if (found === null) return;
    const steps = [...first, ...later].map(({ words }) => `  ${showWords(words)}`);
    throw new Error(`\n${describe(found)}\nSequence:\n${steps.join("\n")}`);
  });
}, { since: "7.4" });
