import { assert, assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { PlainDecimal, writeDecimalSum } from "../../src/base/decimal_sum.ts";
import { addLongDouble, formatLongDouble, parseLongDouble } from "../../src/base/long_double.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

function read(text: string): PlainDecimal | undefined {
  const decimal = new PlainDecimal(), bytes = latin1Bytes(`77${text}77`);
  return decimal.read(bytes, 2, 2 + text.length) ? decimal : undefined;
}

function sumOf(a: string, b: string): string | undefined {
  const bytes = new Uint8Array(60).fill(0x2d);
  const end = writeDecimalSum(read(a)!, read(b)!, bytes, 3);
  return end < 0 ? undefined : latin1(bytes, 3, end);
}

function emulated(a: string, b: string): string {
  const [x, y] = [a, b].map((text) => parseLongDouble(latin1Bytes(text), 0, text.length)!);
  return formatLongDouble(addLongDouble(x, y));
}

function randomDecimal(random: Seeded): string {
  const digits = (count: number) => {
    let text = "";
    for (let left = count; left > 0; left--) text += random.below(10);
    return text;
  };
  const whole = random.chance(0.7) ? String(random.below(32)) : digits(1 + random.below(12));
  const fraction = random.pick(["", ".", ".5", ".25", ".99999999", `.${digits(random.below(18))}`]);
  return random.pick(["", "-"]) + whole + fraction;
}

Deno.test("a sum has the digits that the emulated 80-bit format gives it", async () => {
  let found = 0, all = 0;
  await forEachSeed(300, (random) => {
    for (let i = 0; i < 30; i++) {
      const a = randomDecimal(random), b = randomDecimal(random);
      const sum = sumOf(a, b);
      all++;
      if (sum === undefined) continue;
      found++;
      assertEquals(sum, emulated(a, b), `${a} + ${b}`);
    }
  });
  assert(found > all / 3, `${found} of ${all} were found`);
});

Deno.test("small sums are exact, zero has no sign", () => {
  const cases: [string, string, string | undefined][] = [
    ["0.1", "0.2", "0.3"],
    ["-0", "-0", "0"],
    ["5", "-5", "0"],
    ["-0.00000000000000001", "0", "-0.00000000000000001"],
    ["31.99999999999999999", "0.00000000000000001", "32"],
    ["-1", "0.99999999999999999", "-0.00000000000000001"],
    ["0.50", "1.", "1.5"],
    ["100.25", "1.5", "101.75"],
    ["999999999999", "1", "1000000000000"],
    ["-33", "33", "0"],
    ["1234.56", "0.1", undefined],
  ];
  for (const [a, b, sum] of cases) assertEquals(sumOf(a, b), sum, `${a} + ${b}`);
});

Deno.test("other texts are left to others", () => {
  const texts = ["", "-", ".", ".5", "+1", "1e5", "1.2.3", "inf", " 1", "1 ", "0x1", "-.5"];
  for (const text of texts) assertEquals(read(text), undefined, text);
  assertEquals(read("1234567890123"), undefined);
  assertEquals(read(`0.${"1".repeat(18)}`), undefined);
});
