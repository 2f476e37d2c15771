import { assertEquals, assertStrictEquals } from "@std/assert";
import { latin1 } from "../../src/base/bytes.ts";
import { ShortestDigits } from "../../src/base/shortest_digits.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const found = new ShortestDigits();

function digitsOf(value: number): [digits: string, firstPower: number] {
  found.find(value);
  return [latin1(found.ascii, 0, found.count), found.firstPower];
}

/** The same taken from JavaScript's scientific notation. */
function expectedOf(value: number): [digits: string, firstPower: number] {
  const [mantissa, exponent] = value.toExponential().split("e");
  return [mantissa.replace(".", ""), Number(exponent)];
}

function anyDouble(random: Seeded): number {
  const words = Uint32Array.of(random.next32(), random.next32());
  return Math.abs(new Float64Array(words.buffer)[0]);
}

Deno.test("digits have zeros at neither end, and the power says where they begin", () => {
  const cases: [number, string, number][] = [
    [0.5, "5", -1],
    [100, "1", 2],
    [1020, "102", 3],
    [43758.5, "437585", 4],
    [0.001, "1", -3],
    [0.00000012, "12", -7],
    [0.1 + 0.2, "30000000000000004", -1],
    [1e-7, "1", -7],
    [9.999999999999998e-8, "9999999999999998", -8],
    [999999999999999, "999999999999999", 14],
    [1e15, "1", 15],
    [1e21, "1", 21],
    [123456789012345680, "12345678901234568", 17],
    [5e-324, "5", -324],
    [Number.MAX_VALUE, "17976931348623157", 308],
    [100000000.5, "1000000005", 8],
    [0.0009999999999999998, "9999999999999998", -4],
  ];
  for (const [value, digits, firstPower] of cases) {
    assertEquals(digitsOf(value), [digits, firstPower], String(value));
  }
});

Deno.test("every double has the digits that JavaScript prints", async () => {
  await forEachSeed(200, (random) => {
    for (let i = 0; i < 20; i++) {
      const any = anyDouble(random);
      const decimal = (1 + random.below(2 ** 30)) / 10 ** random.below(16);
      const near = decimal * (1 + 2 ** -52);
      const power = 10 ** (random.below(24) - 8);
      for (const value of [any, decimal, near, power, power * (1 - 2 ** -53)]) {
        if (!(value > 0) || value === Infinity) continue;
        assertEquals(digitsOf(value), expectedOf(value), String(value));
        assertStrictEquals(Number(`0.${digitsOf(value)[0]}e${found.firstPower + 1}`), value);
      }
    }
  });
});
