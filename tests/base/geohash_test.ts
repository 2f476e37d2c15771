import { assert, assertEquals } from "@std/assert";
import { latin1 } from "../../src/base/bytes.ts";
import {
  areaOf,
  cellOf,
  type Coordinates,
  decodeGeohash,
  type GeoCell,
  geohashOf,
  isSameCell,
  MAX_LATITUDE,
  neighborOf,
  scoresOf,
  writeGeohash,
} from "../../src/base/geohash.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

function randomPoint(random: Seeded): Coordinates {
  return {
    longitude: random.next32() / 2 ** 32 * 360 - 180,
    latitude: (random.next32() / 2 ** 32 * 2 - 1) * MAX_LATITUDE,
  };
}

function decoded(score: number): Coordinates {
  const point = { longitude: 0, latitude: 0 };
  decodeGeohash(score, point);
  return point;
}

/** Bits of both coordinates in turn, as the definition has them. */
function bitByBit({ longitude, latitude, steps }: GeoCell): bigint {
  let hash = 0n;
  for (let bit = steps - 1; bit >= 0; bit--) {
    hash = hash << 2n | BigInt(longitude >>> bit & 1) << 1n | BigInt(latitude >>> bit & 1);
  }
  return hash << BigInt(52 - 2 * steps);
}

Deno.test("a geohash is the number that Redis gives the place", () => {
  // What redis-server 7.0.15 stores.
  assertEquals(geohashOf({ longitude: 13.361389, latitude: 38.115556 }), 3479099956230698);
  assertEquals(geohashOf({ longitude: 15.087269, latitude: 37.502669 }), 3479447370796909);
  assertEquals(geohashOf({ longitude: -180, latitude: -MAX_LATITUDE }), 0);
});

Deno.test("geohashes are the bits of both coordinates in turn, at every number of steps", async () => {
  await forEachSeed(5, (random) => {
    for (let i = 0; i < 200; i++) {
      const cell = cellOf(randomPoint(random), random.between(1, 26));
      const { low, high } = scoresOf(cell);
      assertEquals(BigInt(low), bitByBit(cell));
      assertEquals(high - low, 2 ** (52 - 2 * cell.steps));
    }
  });
});

Deno.test("decoding gives a point of the same cell, less than a metre away", async () => {
  await forEachSeed(5, (random) => {
    for (let i = 0; i < 200; i++) {
      const point = randomPoint(random), score = geohashOf(point), found = decoded(score);
      assertEquals(geohashOf(found), score);
      assert(Math.abs(found.longitude - point.longitude) < 181 / 2 ** 26);
      assert(Math.abs(found.latitude - point.latitude) < 86 / 2 ** 26);
    }
  });
});

Deno.test("a point lies in the area of its cell, and the eight cells around it touch it", async () => {
  await forEachSeed(5, (random) => {
    for (let i = 0; i < 100; i++) {
      const point = randomPoint(random), cell = cellOf(point, random.between(3, 26));
      const area = areaOf(cell);
      // A point drawn at the very edge is rounded, and so is the edge.
      const { longitude, latitude } = point, rounding = 1e-12;
      assert(area.west <= longitude + rounding && longitude - rounding <= area.east);
      assert(area.south <= latitude + rounding && latitude - rounding <= area.north);
      const width = area.east - area.west;
      const beyond = point.longitude + width > 180 ? point.longitude - 360 : point.longitude;
      const next = cellOf({ ...point, longitude: beyond + width }, cell.steps);
      const neighbor = neighborOf(cell, 1, 0);
      // Rounding may put a point of the edge on its other side.
      const near = [neighbor, cell, neighborOf(neighbor, 1, 0)];
      assert(near.some((each) => isSameCell(each, next)));
      assert(isSameCell(neighborOf(neighborOf(cell, 1, -1), -1, 1), cell));
    }
  });
});

Deno.test("neighbours go round at the edges of the map", () => {
  const last = 2 ** 5 - 1;
  const corner = { longitude: last, latitude: 0, steps: 5 };
  assertEquals(neighborOf(corner, 1, -1), { longitude: 0, latitude: last, steps: 5 });
  assertEquals(neighborOf(corner, 0, 1), { longitude: last, latitude: 1, steps: 5 });
  // The cell of the eastern edge itself stands behind the last one.
  const edge = cellOf({ longitude: 180, latitude: 0 }, 5);
  assertEquals(edge.longitude, 2 ** 5);
  assertEquals(neighborOf(edge, 1, 0).longitude, 1);
  assertEquals(neighborOf(edge, 0, 1).longitude, 2 ** 5);
});

Deno.test("scores that are no geohashes decode to the edges of the map", () => {
  assertEquals(decoded(-1), { longitude: 180, latitude: MAX_LATITUDE });
  for (const score of [-Infinity, Infinity, -1e30, 1e30, -1, -1.5, 1e17, 2 ** 63]) {
    const { longitude, latitude } = decoded(score);
    assert(Math.abs(longitude) <= 180 && Math.abs(latitude) <= MAX_LATITUDE, `${score}`);
  }
  assertEquals(decoded(0.9), decoded(0));
});

Deno.test("geohash texts are those of the rest of the world", () => {
  const geohashText = (point: Coordinates) => {
    const bytes = new Uint8Array(12);
    return latin1(bytes, 1, writeGeohash(point, bytes, 1));
  };
  assertEquals(geohashText({ longitude: -5.6, latitude: 42.6 }), "ezs42e44yx0");
  assertEquals(geohashText({ longitude: 0, latitude: 0 }), "s0000000000");
  assertEquals(geohashText({ longitude: 180, latitude: 0 }).length, 11);
});
