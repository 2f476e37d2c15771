// Circles and boxes on the earth: what lies in them, and the cells of the map that cover them.
import {
  areaOf,
  cellOf,
  type Coordinates,
  type GeoArea,
  type GeoCell,
  GEOHASH_STEPS,
  neighborOf,
} from "./geohash.ts";

const RADIANS_PER_DEGREE = Math.PI / 180;
/** Radius of the earth as Redis has it, metres. */
const EARTH_RADIUS = 6372797.560856;
/** Half of the width of the map at the equator, metres, as Redis has it. */
const HALF_MAP = 20037726.37;

/** A circle, or a box whose sides go along meridians and parallels, around a point. */
export interface GeoShape {
  readonly center: Coordinates;
  /** Metres per unit of the lengths. */
  readonly unitMeters: number;
  /** Of a circle, in units. */
  readonly radius?: number;
  /** Of a box, in units. */
  readonly width: number;
  readonly height: number;
}

/** Metres between two points on the sphere, by the haversine formula. */
export function distanceBetween(a: Coordinates, b: Coordinates): number {
  return sphericDistance(a.longitude, a.latitude, b.longitude, b.latitude);
}

function sphericDistance(
  longitude1: number,
  latitude1: number,
  longitude2: number,
  latitude2: number,
): number {
  const v = Math.sin(
    (longitude2 * RADIANS_PER_DEGREE - longitude1 * RADIANS_PER_DEGREE) / 2,
  );
  if (v === 0) return meridianDistance(latitude1, latitude2);
  const radians1 = latitude1 * RADIANS_PER_DEGREE, radians2 = latitude2 * RADIANS_PER_DEGREE;
  const u = Math.sin((radians2 - radians1) / 2);
  const a = u * u + Math.cos(radians1) * Math.cos(radians2) * v * v;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(a));
}

/** Metres between two latitudes. */
function meridianDistance(latitude1: number, latitude2: number): number {
  return EARTH_RADIUS *
    Math.abs(latitude2 * RADIANS_PER_DEGREE - latitude1 * RADIANS_PER_DEGREE);
}

/** Beyond a limit by so much that no rounding can matter. */
const SURELY_BEYOND = 1 + 1e-9;

/** Tells which points lie in a shape; what depends on the shape alone is computed once. */
export class ShapeFilter {
  readonly #shape: GeoShape;
  readonly #isCircle: boolean;
  /** Metres from the center to the edge of a circle. */
  readonly #radius: number;
  readonly #longitude: number;
  readonly #latitude: number;
  readonly #latitudeCosine: number;
  /** Of a circle: radians of longitude, and the haversine, beyond which a point surely is out. */
  readonly #mostLongitude: number;
  readonly #mostHaversine: number;

  constructor(shape: GeoShape) {
    const { center, radius, unitMeters } = shape;
    this.#shape = shape;
    this.#isCircle = radius !== undefined;
    this.#radius = (radius ?? 0) * unitMeters;
    this.#longitude = center.longitude * RADIANS_PER_DEGREE;
    this.#latitude = center.latitude * RADIANS_PER_DEGREE;
    this.#latitudeCosine = Math.cos(this.#latitude);
    const angle = this.#radius / (2 * EARTH_RADIUS), sine = Math.sin(angle);
    this.#mostHaversine = angle < Math.PI / 2 ? sine * sine * SURELY_BEYOND : Infinity;
    // The meridian that a circle touches. Near the poles it may touch none.
    const reach = 2 * angle < 1 ? Math.asin(Math.sin(2 * angle) / this.#latitudeCosine) : Infinity;
    this.#mostLongitude = reach < 1 ? reach * SURELY_BEYOND : Infinity;
  }

  /** Metres from the middle of the shape to a point in it, -1 when the point is not in it. */
  distanceTo({ longitude, latitude }: Coordinates): number {
    const radians = latitude * RADIANS_PER_DEGREE;
    if (!this.#isCircle) return this.#distanceInBox(longitude, latitude);
    const north = EARTH_RADIUS * Math.abs(radians - this.#latitude);
    if (north > this.#radius * SURELY_BEYOND) return -1;
    const meridian = longitude * RADIANS_PER_DEGREE, east = Math.abs(meridian - this.#longitude);
    if ((east > Math.PI ? 2 * Math.PI - east : east) > this.#mostLongitude) return -1;
    const distance = this.#distance(meridian, radians, this.#mostHaversine);
    return distance > this.#radius ? -1 : distance;
  }

  /** As `distanceBetween` the center and a point, in radians; -1 beyond a haversine. */
  #distance(longitude: number, latitude: number, most: number): number {
    const v = Math.sin((longitude - this.#longitude) / 2);
    if (v === 0) return EARTH_RADIUS * Math.abs(latitude - this.#latitude);
    const u = Math.sin((latitude - this.#latitude) / 2);
    const a = u * u + this.#latitudeCosine * Math.cos(latitude) * v * v;
    return a > most ? -1 : 2 * EARTH_RADIUS * Math.asin(Math.sqrt(a));
  }

  #distanceInBox(longitude: number, latitude: number): number {
    const { center, width, height, unitMeters } = this.#shape;
    const north = meridianDistance(latitude, center.latitude);
    if (north > height * unitMeters / 2) return -1;
    const east = sphericDistance(longitude, latitude, center.longitude, latitude);
    if (east > width * unitMeters / 2) return -1;
    return this.#distance(longitude * RADIANS_PER_DEGREE, latitude * RADIANS_PER_DEGREE, Infinity);
  }
}

/**
 * Cells that cover a shape: the one of its middle and those of its eight neighbours that are needed,
 * in the order N, S, E, W, NE, NW, SE, SW.
 */
export function coveringCells(shape: GeoShape): GeoCell[] {
  const bounds = boundsOf(shape);
  let center = cellOf(shape.center, stepsFor(shape));
  if (center.steps > 1 && neighborsFallShort(center, bounds)) {
    center = cellOf(shape.center, center.steps - 1);
  }
  const cells = [center];
  // Cells of half the map and more are all needed.
  const choose = center.steps >= 2;
  const area = areaOf(center);
  const north = !choose || !(area.north > bounds.north);
  const south = !choose || !(area.south < bounds.south);
  const east = !choose || !(area.east > bounds.east);
  const west = !choose || !(area.west < bounds.west);
  const add = (needed: boolean, stepsEast: number, stepsNorth: number) => {
    if (needed) cells.push(neighborOf(center, stepsEast, stepsNorth));
  };
  add(north, 0, 1);
  add(south, 0, -1);
  add(east, 1, 0);
  add(west, -1, 0);
  add(north && east, 1, 1);
  add(north && west, -1, 1);
  add(south && east, 1, -1);
  add(south && west, -1, -1);
  return cells;
}

/** Degrees that a shape reaches to; on the side towards the pole it is wider than that. */
function boundsOf({ center, height, radius, unitMeters, width }: GeoShape): GeoArea {
  const { latitude, longitude } = center;
  const halfHeight = unitMeters * (radius ?? height / 2);
  const halfWidth = unitMeters * (radius ?? width / 2);
  const north = halfHeight / EARTH_RADIUS / RADIANS_PER_DEGREE;
  const widest = latitude < 0 ? latitude - north : latitude + north;
  const east = halfWidth / EARTH_RADIUS / Math.cos(widest * RADIANS_PER_DEGREE) /
    RADIANS_PER_DEGREE;
  return {
    west: longitude - east,
    east: longitude + east,
    south: latitude - north,
    north: latitude + north,
  };
}

/** Halvings after which three by three cells still cover the shape in most cases. */
function stepsFor({ center, height, radius, unitMeters, width }: GeoShape): number {
  let meters = unitMeters *
    (radius ?? Math.sqrt((width / 2) * (width / 2) + (height / 2) * (height / 2)));
  if (meters === 0) return GEOHASH_STEPS;
  let steps = -1;
  for (; meters < HALF_MAP; meters *= 2) steps++;
  // Towards the poles a cell is narrower than it looks.
  const latitude = Math.abs(center.latitude);
  if (latitude > 66) steps--;
  if (latitude > 80) steps--;
  return Math.min(Math.max(steps, 1), GEOHASH_STEPS);
}

/** Whether the neighbours of a cell end before one of the bounds. */
function neighborsFallShort(cell: GeoCell, bounds: GeoArea): boolean {
  return areaOf(neighborOf(cell, 0, 1)).north < bounds.north ||
    areaOf(neighborOf(cell, 0, -1)).south > bounds.south ||
    areaOf(neighborOf(cell, 1, 0)).east < bounds.east ||
    areaOf(neighborOf(cell, -1, 0)).west > bounds.west;
}
