// Geohashes as Redis keeps them: the earth cut in halves again and again, the bits that say in which
// half a point lies in turn for longitude and latitude, longitude first.
import { asciiBytes } from "./bytes.ts";

/** Limits of what can be placed, degrees: those of the square maps of the web (EPSG:3857). */
export const MAX_LONGITUDE = 180;
export const MAX_LATITUDE = 85.05112878;
/** Halvings of each coordinate in a geohash of 52 bits. */
export const GEOHASH_STEPS = 26;
const TWO_32 = 2 ** 32;
const TWO_63 = 2 ** 63;
const LETTERS = asciiBytes("0123456789bcdefghjkmnpqrstuvwxyz");
/** Three bits with a gap between each two. */
const THREE_SPREAD = [0, 1, 4, 5, 16, 17, 20, 21];

/** A point or a place among points: degrees, east and north positive. */
export interface Coordinates {
  longitude: number;
  latitude: number;
}

/**
 * A cell of the earth after `steps` halvings of both coordinates, counted from the west and from the
 * south. A point at the very eastern or northern limit is in a cell behind the last one.
 */
export interface GeoCell {
  readonly longitude: number;
  readonly latitude: number;
  readonly steps: number;
}

/** What a cell covers, degrees. */
export interface GeoArea {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** 2^steps; raising to a power takes longer than all the rest. */
const PARTS = Array.from({ length: GEOHASH_STEPS + 1 }, (_, steps) => 2 ** steps);

/** Index of the part that a coordinate from -limit to limit lies in, of 2^steps parts. */
function indexOf(coordinate: number, limit: number, steps: number): number {
  return Math.floor((coordinate + limit) / (2 * limit) * PARTS[steps]);
}

/** Coordinate at which part `index` begins. */
function startOf(index: number, limit: number, steps: number): number {
  return -limit + index / PARTS[steps] * (2 * limit);
}

/** The cell of a point within the limits. */
export function cellOf({ longitude, latitude }: Coordinates, steps: number): GeoCell {
  return {
    longitude: indexOf(longitude, MAX_LONGITUDE, steps),
    latitude: indexOf(latitude, MAX_LATITUDE, steps),
    steps,
  };
}

export function areaOf({ longitude, latitude, steps }: GeoCell): GeoArea {
  return {
    west: startOf(longitude, MAX_LONGITUDE, steps),
    east: startOf(longitude + 1, MAX_LONGITUDE, steps),
    south: startOf(latitude, MAX_LATITUDE, steps),
    north: startOf(latitude + 1, MAX_LATITUDE, steps),
  };
}

/** The cell so many cells east and north; it goes round at the limits, in both directions. */
export function neighborOf(cell: GeoCell, east: number, north: number): GeoCell {
  const mask = PARTS[cell.steps] - 1;
  return {
    longitude: east === 0 ? cell.longitude : cell.longitude + east & mask,
    latitude: north === 0 ? cell.latitude : cell.latitude + north & mask,
    steps: cell.steps,
  };
}

export function isSameCell(a: GeoCell, b: GeoCell): boolean {
  return a.longitude === b.longitude && a.latitude === b.latitude && a.steps === b.steps;
}

/** The range of scores of all points in a cell: from `low` on, up to `high`, which is not in it. */
export function scoresOf({ longitude, latitude, steps }: GeoCell): { low: number; high: number } {
  const side = PARTS[GEOHASH_STEPS - steps], unit = side * side;
  const wide = 2 * spread(longitude), narrow = spread(latitude);
  return { low: (wide + narrow) * unit, high: (wide + (narrow + 1)) * unit };
}

/** Geohash of 52 bits of a point within the limits, as the score it has in a sorted set. */
export function geohashOf(point: Coordinates): number {
  return scoresOf(cellOf(point, GEOHASH_STEPS)).low;
}

/** The number that has the bits of `index`, up to 2^26, at its even places. */
function spread(index: number): number {
  return spread16(index & 0xffff) + spread16(index >>> 16) * TWO_32;
}

function spread16(bits: number): number {
  bits = (bits | bits << 8) & 0x00ff00ff;
  bits = (bits | bits << 4) & 0x0f0f0f0f;
  bits = (bits | bits << 2) & 0x33333333;
  return (bits | bits << 1) & 0x55555555;
}

/** The 16 bits at even places of 32 bits. */
function gather16(bits: number): number {
  bits &= 0x55555555;
  bits = (bits | bits >>> 1) & 0x33333333;
  bits = (bits | bits >>> 2) & 0x0f0f0f0f;
  bits = (bits | bits >>> 4) & 0x00ff00ff;
  return (bits | bits >>> 8) & 0xffff;
}

/**
 * Writes the middle of the cell of a geohash of 52 bits to `point`. Any score will do: the bits that
 * are too many lead out of the map, and to its edge.
 */
export function decodeGeohash(score: number, point: Coordinates): void {
  const whole = Math.trunc(score);
  // A double that does not fit 64 bits becomes what x86-64 makes of it.
  const fits = whole >= -TWO_63 && whole < 2 * TWO_63;
  const high = fits ? Math.floor(whole / TWO_32) : whole < 0 ? 2 ** 31 : 0;
  const low = fits ? whole - high * TWO_32 : 0;
  const latitude = gather16(low) | gather16(high) << 16;
  const longitude = gather16(low >>> 1) | gather16(high >>> 1) << 16;
  point.longitude = middleOf(longitude >>> 0, MAX_LONGITUDE);
  point.latitude = middleOf(latitude >>> 0, MAX_LATITUDE);
}

function middleOf(index: number, limit: number): number {
  const start = startOf(index, limit, GEOHASH_STEPS);
  const end = startOf((index + 1) >>> 0, limit, GEOHASH_STEPS);
  return Math.min(Math.max((start + end) / 2, -limit), limit);
}

/**
 * Writes the geohash of a point as text, 11 characters of which the last is always 0: that of
 * en.wikipedia.org/wiki/Geohash, where latitudes go up to 90 degrees. Returns the end.
 */
export function writeGeohash(
  { longitude, latitude }: Coordinates,
  bytes: Uint8Array,
  at: number,
): number {
  const wide = indexOf(longitude, MAX_LONGITUDE, GEOHASH_STEPS);
  const narrow = indexOf(latitude, 90, GEOHASH_STEPS);
  // Ten bits in turn are two characters: three of one coordinate between two of the other.
  for (let shift = GEOHASH_STEPS - 5; shift > 0; shift -= 5) {
    const fiveWide = wide >>> shift & 0x1f, fiveNarrow = narrow >>> shift & 0x1f;
    bytes[at++] = LETTERS[THREE_SPREAD[fiveWide >>> 2] | THREE_SPREAD[fiveNarrow >>> 3] << 1];
    bytes[at++] = LETTERS[THREE_SPREAD[fiveNarrow & 7] | THREE_SPREAD[fiveWide & 3] << 1];
  }
  bytes[at] = LETTERS[0];
  return at + 1;
}
