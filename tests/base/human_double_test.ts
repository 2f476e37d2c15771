import { assertEquals } from "@std/assert";
import { latin1 } from "../../src/base/bytes.ts";
import { formatHuman, formatHumanDouble, writeHumanDouble } from "../../src/base/human_double.ts";
import { forEachSeed } from "../support/seeded.ts";

Deno.test("a human double is rounded to 17 digits after the point", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "0"],
    [0.5, "0.5"],
    [-2, "-2"],
    [0.1, "0.10000000000000001"],
    [3.1, "3.10000000000000009"],
    [1e22, "10000000000000000000000"],
    [1e23, "99999999999999991611392"],
    [5e-18, "0.00000000000000001"],
    [-4e-18, "0"],
    [2 ** -18, "0.00000381469726562"],
    [3 * 2 ** -18, "0.00001144409179688"],
    [5e-324, "0"],
    [-5e-324, "0"],
    [179.99999999999997, "179.99999999999997158"],
    [0.99999999999999989, "0.99999999999999989"],
    [-122.41999655961990356, "-122.41999655961990356"],
    [(2 ** 20 + 1) / 2 ** 18, "4.00000381469726562"],
    [-(2 ** 20 + 3) / 2 ** 18, "-4.00001144409179688"],
    [2 ** 50 - 0.125, "1125899906842623.875"],
  ];
  for (const [value, text] of cases) assertEquals(formatHumanDouble(value), text);
});

// Behind minus signs, lest one in front be taken for the own one.
function written(value: number): string {
  const bytes = new Uint8Array(60).fill(0x2d);
  return latin1(bytes, 5, writeHumanDouble(value, bytes, 5));
}

/** By integers of any length. */
function exact(value: number): string {
  const scaled = BigInt(Math.round(Math.abs(value) * 2 ** 40));
  return formatHuman(value < 0, scaled, -40);
}

Deno.test("doubles of up to 40 binary places have the digits that long arithmetic finds", async () => {
  await forEachSeed(300, (random) => {
    for (let i = 0; i < 20; i++) {
      const places = 2 ** random.below(41);
      const value = (random.below(360 * places) - 180 * places) / places;
      assertEquals(written(value), exact(value), String(value));
      assertEquals(formatHumanDouble(value), written(value));
    }
  });
});
