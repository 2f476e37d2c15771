/** Random numbers of a seed, so that a failure can be run again: the seed stands in the error. */

/** A small generator (mulberry32): 32 bits of state, good enough to choose test cases. */
export class Seeded {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, not including, 2^32. */
  next32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next32() / 0x1_0000_0000 * limit);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.next32() < probability * 0x1_0000_0000;
  }

  /** One of the choices. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  /** `length` bytes of any value, as a Latin-1 string. */
  bytes(length: number): string {
    let text = "";
    for (let index = 0; index < length; index++) text += String.fromCharCode(this.below(256));
    return text;
  }
}

/** What the seeds begin with, so that a run that fails fails again. */
const FIRST_SEED = 20_260_000;

/**
 * Runs `check` with `rounds` seeds, one after the other, the same in every run. A failure names its
 * seed, and TEST_SEED=<seed> runs that one alone; TEST_SEED=random draws others.
 */
export async function forEachSeed(
  rounds: number,
  check: (random: Seeded) => void | Promise<void>,
): Promise<void> {
  const wanted = Deno.env.get("TEST_SEED");
  const isOne = wanted !== undefined && wanted !== "random";
  const first = isOne ? Number(wanted) : wanted === "random" ? Date.now() >>> 0 : FIRST_SEED;
  for (let round = 0; round < (isOne ? 1 : rounds); round++) {
    const seed = (first + round * 7919) >>> 0;
    try {
      await check(new Seeded(seed));
    } catch (error) {
      throw new Error(`failed with TEST_SEED=${seed}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}
