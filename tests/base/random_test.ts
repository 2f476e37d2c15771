import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { SeededRandom, SystemRandom } from "../../src/base/random.ts";

Deno.test("a seed always gives the same numbers, and another seed gives others", () => {
  const draw = (seed: number) => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 4 }, () => random.next32());
  };
  assertEquals(draw(1), [393288148, 2174103013, 3814759091, 2092745082]);
  assertEquals(draw(1), draw(1));
  assertNotEquals(draw(1), draw(2));
  assertNotEquals(draw(0), [0, 0, 0, 0]);
});

Deno.test("two SystemRandoms differ", () => {
  assertNotEquals([...new SystemRandom().bytes(16)], [...new SystemRandom().bytes(16)]);
});

Deno.test("below stays in range and is even, for small, odd and wide limits", () => {
  const random = new SeededRandom(42);
  for (const limit of [1, 2, 7, 1000, 3_000_000_000, 2 ** 32, 2 ** 40 + 1, 2 ** 53]) {
    const thirds = [0, 0, 0];
    for (let draw = 0; draw < 3000; draw++) {
      const drawn = random.below(limit);
      assert(Number.isInteger(drawn) && drawn >= 0 && drawn < limit, `${drawn} of ${limit}`);
      thirds[Math.floor(drawn / limit * 3)]++;
    }
    if (limit >= 1000) assert(thirds.every((count) => count > 850 && count < 1150), `${thirds}`);
  }
});

Deno.test("every bit of next32 and of nextDouble is set half of the time", () => {
  const random = new SeededRandom(7);
  const counts = new Array(85).fill(0);
  for (let draw = 0; draw < 4000; draw++) {
    const word = random.next32();
    for (let bit = 0; bit < 32; bit++) counts[bit] += (word >>> bit) & 1;
    let fraction = random.nextDouble();
    assert(fraction >= 0 && fraction < 1);
    for (let bit = 32; bit < 85; bit++) {
      fraction *= 2;
      counts[bit] += Math.floor(fraction);
      fraction %= 1;
    }
  }
  assert(counts.every((count) => count > 1800 && count < 2200), `${counts}`);
});

Deno.test("bytes gives the length asked for, in memory of its own", () => {
  const random = new SeededRandom(3);
  for (const length of [0, 1, 3, 4, 5, 1000]) assertEquals(random.bytes(length).length, length);
  const seen = new Set(random.bytes(4000));
  assertEquals(seen.size, 256);
});
