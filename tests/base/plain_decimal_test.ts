import { assert, assertStrictEquals } from "@std/assert";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { parsePlainDecimal } from "../../src/base/plain_decimal.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

// With digits on both sides, so that a reader that leaves its range is found out.
function parse(text: string): number {
  const bytes = latin1Bytes(`77${text}77`);
  return parsePlainDecimal(bytes, 2, 2 + text.length);
}

function randomDecimal(random: Seeded): string {
  let digits = "";
  for (let left = 1 + random.below(18); left > 0; left--) digits += random.below(10);
  const pointAt = random.below(digits.length + 1);
  const sign = random.below(4) === 0 ? "-" : "";
  const exponent = random.below(3) === 0 ? `e${random.below(41) - 20}` : "";
  return `${sign}${digits.slice(0, pointAt)}.${digits.slice(pointAt)}${exponent}`;
}

Deno.test("a decimal of up to 18 digits becomes the nearest double, or is left to others", async () => {
  let read = 0, all = 0;
  await forEachSeed(200, (random) => {
    for (let i = 0; i < 50; i++) {
      const text = randomDecimal(random);
      const value = parse(text);
      all++;
      if (Number.isNaN(value)) continue;
      read++;
      assertStrictEquals(value, Number(text), text);
    }
  });
  assert(read > all / 2, `${read} of ${all} were read`);
});

Deno.test("what doubles print as is read without exception up to 15 digits", async () => {
  await forEachSeed(200, (random) => {
    for (let i = 0; i < 50; i++) {
      const value = random.below(2 ** 31) / 10 ** random.below(8);
      assertStrictEquals(parse(String(value)), value);
    }
  });
});

Deno.test("the middle of two doubles is left to others where it needs more than a division", () => {
  assertStrictEquals(parse("9007199254740993"), 9007199254740992);
  assertStrictEquals(parse("900719925474099.3"), 900719925474099.3);
  assert(Number.isNaN(parse("9007199254740993.0")));
  assert(Number.isNaN(parse("4503599627370497.5")));
});

Deno.test("an exponent is read with and without sign", () => {
  assertStrictEquals(parse("4.375854531234567e+4"), 43758.54531234567);
  assertStrictEquals(parse("1E2"), 100);
  assertStrictEquals(parse("25e-1"), 2.5);
  assertStrictEquals(parse("-1.e3"), -1000);
});

Deno.test("minus zero keeps its sign", () => {
  assertStrictEquals(parse("-0"), -0);
  assertStrictEquals(parse("-0.00"), -0);
});

Deno.test("what is no plain decimal is left to others", () => {
  const texts = [
    ...["", "-", ".", "-.", "e1", "1e", "1e+", "1e1x", "1e100", "1.2.3", "+1", " 1", "1 ", "0x1"],
    ...["inf", "nan", "1234567890123456789", "0.1234567890123456789", "1,5", "1e23", "1e-23"],
  ];
  for (const text of texts) assert(Number.isNaN(parse(text)), text);
});
