import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  coveringCells,
  distanceBetween,
  type GeoShape,
  ShapeFilter,
} from "../../src/base/geo_shape.ts";
import { type Coordinates, geohashOf, isSameCell, scoresOf } from "../../src/base/geohash.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const PALERMO = { longitude: 13.361389, latitude: 38.115556 };
const CATANIA = { longitude: 15.087269, latitude: 37.502669 };
const EARTH_RADIUS = 6372797.560856;

function circle(center: Coordinates, radius: number, unitMeters = 1): GeoShape {
  return { center, radius, width: 0, height: 0, unitMeters };
}

function near(center: Coordinates, degrees: number, random: Seeded): Coordinates {
  const longitude = center.longitude + (random.next32() / 2 ** 31 - 1) * degrees;
  const latitude = center.latitude + (random.next32() / 2 ** 31 - 1) * degrees;
  return { longitude, latitude };
}

Deno.test("distances are those on a sphere, also along a meridian and to the same point", () => {
  assertAlmostEquals(distanceBetween(PALERMO, CATANIA), 166274.2578, 1e-3);
  assertEquals(distanceBetween(PALERMO, PALERMO), 0);
  const degree = EARTH_RADIUS * Math.PI / 180;
  const north = { longitude: 7, latitude: 51 }, south = { longitude: 7, latitude: 50 };
  assertAlmostEquals(distanceBetween(north, south), degree, 1e-6);
  const west = { longitude: -180, latitude: 0 }, east = { longitude: 180, latitude: 0 };
  assertAlmostEquals(distanceBetween(west, east), 0, 1e-6);
});

Deno.test("a circle holds what is no further than its radius, in its unit", () => {
  const distance = distanceBetween(PALERMO, CATANIA);
  assertEquals(new ShapeFilter(circle(PALERMO, distance)).distanceTo(CATANIA), distance);
  assertEquals(new ShapeFilter(circle(PALERMO, distance - 0.01)).distanceTo(CATANIA), -1);
  assertEquals(new ShapeFilter(circle(PALERMO, 167, 1000)).distanceTo(CATANIA), distance);
  assertEquals(new ShapeFilter(circle(PALERMO, 0)).distanceTo(PALERMO), 0);
});

Deno.test("a box holds what is no further north, south, east and west than half its sides", () => {
  const box = (width: number, height: number) => ({
    center: PALERMO,
    width,
    height,
    unitMeters: 1000,
  });
  assert(new ShapeFilter(box(400, 400)).distanceTo(CATANIA) > 0);
  assertEquals(new ShapeFilter(box(400, 100)).distanceTo(CATANIA), -1);
  assertEquals(new ShapeFilter(box(200, 400)).distanceTo(CATANIA), -1);
});

Deno.test("the covering cells hold every point of the shape and no cell comes twice in a row", async () => {
  await forEachSeed(10, (random) => {
    const center = {
      longitude: random.next32() / 2 ** 32 * 200 - 100,
      latitude: random.next32() / 2 ** 32 * 120 - 60,
    };
    const degrees = 10 ** -random.between(0, 5);
    const shape = random.chance(0.5)
      ? circle(center, degrees * 50, 1000)
      : { center, width: degrees * 70, height: degrees * 70, unitMeters: 1000 };
    const ranges = coveringCells(shape).map(scoresOf);
    assert(ranges.length <= 9);
    let inside = 0;
    for (let i = 0; i < 300; i++) {
      const point = near(center, degrees, random);
      if (new ShapeFilter(shape).distanceTo(point) < 0) continue;
      inside++;
      const score = geohashOf(point);
      assert(ranges.some(({ low, high }) => low <= score && score < high), `${i}`);
    }
    assert(inside > 0);
  });
});

Deno.test("a shape as large as the earth needs all cells there are, a point one cell", () => {
  const whole = coveringCells(circle(PALERMO, Infinity));
  assertEquals(whole.length, 9);
  assertEquals(new Set(whole.map(({ longitude, latitude }) => `${longitude},${latitude}`)).size, 4);
  const [point, ...others] = coveringCells(circle(PALERMO, 0));
  assertEquals(point.steps, 26);
  assert(others.every((cell) => !isSameCell(cell, point)));
});
