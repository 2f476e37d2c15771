// Arguments that geo commands share: coordinates, units, lengths.
import { type Coordinates, MAX_LATITUDE, MAX_LONGITUDE } from "../../base/geohash.ts";
import type { Slice } from "../../base/slice.ts";
import { doubleOf, keyword } from "../../engine/arguments.ts";
import { CommandError } from "../../engine/errors.ts";

const UNITS: readonly (readonly [Uint8Array, number])[] = [
  [keyword("m"), 1],
  [keyword("km"), 1000],
  [keyword("ft"), 0.3048],
  [keyword("mi"), 1609.34],
];
const UNKNOWN_UNIT = new CommandError(
  "ERR unsupported unit provided. please use M, KM, FT, MI",
);

/** Metres per unit. */
export function unitMetersOf(argument: Slice): number {
  for (const [name, meters] of UNITS) if (argument.equalsIgnoreCase(name)) return meters;
  throw UNKNOWN_UNIT;
}

/** A point that can be placed on the map. */
export function coordinatesOf(longitudeText: Slice, latitudeText: Slice): Coordinates {
  const longitude = doubleOf(longitudeText), latitude = doubleOf(latitudeText);
  if (Math.abs(longitude) > MAX_LONGITUDE || Math.abs(latitude) > MAX_LATITUDE) {
    const pair = `${sixDecimals(longitude)},${sixDecimals(latitude)}`;
    throw new CommandError(`ERR invalid longitude,latitude pair ${pair}`);
  }
  return { longitude, latitude };
}

/** A number as C's `%f` prints it. */
function sixDecimals(value: number): string {
  const magnitude = Math.abs(value), sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (magnitude === Infinity) return `${sign}inf`;
  if (magnitude >= 1e21) return `${sign}${BigInt(magnitude)}.000000`;
  const text = sign + magnitude.toFixed(6), last = Number(text.at(-1));
  // Halfway between two texts `toFixed` takes the larger one, C that with the even digit.
  const halfway = Math.abs(magnitude * 128 % 2) === 1;
  return halfway && last % 2 === 1 ? text.slice(0, -1) + (last - 1) : text;
}
