import { type Random, SeededRandom, SystemRandom } from "../../src/base/random.ts";

/**
 * Runs `check` with `rounds` generators, each of a seed of its own. A failure names the seed;
 * BASE_SEED=<seed> runs that one alone.
 */
export function forSeeds(rounds: number, check: (random: Random) => void): void {
  const wanted = readWantedSeed();
  const first = wanted ?? new SystemRandom().next32();
  for (let round = 0; round < (wanted === undefined ? rounds : 1); round++) {
    const seed = (first + round) >>> 0;
    try {
      check(new SeededRandom(seed));
    } catch (error) {
      throw new Error(`failed with BASE_SEED=${seed}`, { cause: error });
    }
  }
}

function readWantedSeed(): number | undefined {
  const permission = Deno.permissions.querySync({ name: "env", variable: "BASE_SEED" });
  if (permission.state !== "granted") return undefined;
  const text = Deno.env.get("BASE_SEED");
  return text === undefined ? undefined : Number(text);
}
