import { assert, assertEquals } from "@std/assert";
import { orderByKeys } from "../../../src/commands/generic/sort_order.ts";
import { forEachSeed } from "../../support/seeded.ts";

Deno.test("elements are ordered by number, then by comparison, then as they came", async () => {
  await forEachSeed(200, (random) => {
    const count = random.below(300), distinct = 1 + random.below(400);
    const numbers = Array.from({ length: count }, () => random.below(distinct) - distinct / 2);
    const ties = numbers.map(() => random.below(3));
    const descending = random.chance(0.5);
    const sign = descending ? -1 : 1;
    const expected = numbers.map((_, i) => i)
      .sort((a, b) => sign * (numbers[a] - numbers[b] || ties[a] - ties[b]));
    for (const wanted of [0, 1, random.below(count + 1), count]) {
      const keys = {
        numbers: Float64Array.from(numbers),
        tie: (a: number, b: number) => ties[a] - ties[b],
        descending,
      };
      const order = [...orderByKeys(keys, wanted)];
      assert(order.length >= wanted);
      assertEquals(order, expected.slice(0, order.length));
    }
  });
});

Deno.test("where few are wanted no more are ordered than have to be", () => {
  const numbers = Float64Array.from({ length: 10_000 }, (_, i) => i * 7919 % 10_000);
  const order = orderByKeys({ numbers, tie: () => 0, descending: true }, 10);
  assertEquals(order.length, 10);
});
