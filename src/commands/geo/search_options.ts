// What the searches are asked for: GEOSEARCH, GEORADIUS and their kin.
import { latin1 } from "../../base/bytes.ts";
import type { GeoShape } from "../../base/geo_shape.ts";
import { type Coordinates, decodeGeohash } from "../../base/geohash.ts";
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, doubleOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { ZsetElements } from "../../values/zset_elements.ts";
import { coordinatesOf, unitMetersOf } from "./arguments.ts";

/** Which options a command has. */
export interface SearchForm {
  /** Index of the key that is searched. */
  readonly key: number;
  /** What stands at fixed places before the options. */
  readonly fixed: "coordinates" | "member" | "nothing";
  /** Index of the first option. */
  readonly options: number;
  /** Index of the key that is always stored to, 0 for none. */
  readonly destination: number;
  /** STORE and STOREDIST with a key. */
  readonly mayStore: boolean;
  /** Keyspace event of a result that is stored. */
  readonly event: string;
}

/** What a search is asked for. */
export interface SearchOptions {
  center: Coordinates | undefined;
  /** How the center was given among the options; the same way may be used again. */
  from: "member" | "coordinates" | undefined;
  /** The shape without its center. */
  size: Omit<GeoShape, "center"> | undefined;
  withCoordinates: boolean;
  withDistance: boolean;
  withHash: boolean;
  /** 1: near ones first; -1: far ones first. */
  direction: -1 | 0 | 1;
  /** 0: all. */
  count: number;
  /** The first ones that are found will do. */
  any: boolean;
  destination: Slice | undefined;
  storeDistance: boolean;
}

const NO_SUCH_MEMBER = new CommandError("ERR could not decode requested zset member");
const COUNT_TOO_SMALL = new CommandError("ERR COUNT must be > 0");
const ANY_WITHOUT_COUNT = new CommandError("ERR the ANY argument requires COUNT argument");
const RADIUS_NOT_NUMBER = new CommandError("ERR need numeric radius");
const RADIUS_NEGATIVE = new CommandError("ERR radius cannot be negative");
const WIDTH_NOT_NUMBER = new CommandError("ERR need numeric width");
const HEIGHT_NOT_NUMBER = new CommandError("ERR need numeric height");
const BOX_NEGATIVE = new CommandError("ERR height or width cannot be negative");

const nowhere: Coordinates = { longitude: 0, latitude: 0 };

/**
 * Reads the arguments of a search. Of a key that does not exist (`elements` undefined) no member is
 * looked for; the options are checked all the same, for they say how the nothing is answered.
 */
export function readSearch(
  call: Call,
  form: SearchForm,
  elements: ZsetElements | undefined,
): SearchOptions {
  const options: SearchOptions = {
    center: undefined,
    from: undefined,
    size: undefined,
    withCoordinates: false,
    withDistance: false,
    withHash: false,
    direction: 0,
    count: 0,
    any: false,
    destination: form.destination === 0 ? undefined : call.at(form.destination),
    storeDistance: false,
  };
  if (form.fixed === "coordinates") {
    options.center = coordinatesOf(call.at(2), call.at(3));
    options.size = radiusOf(call, 4);
  } else if (form.fixed === "member" && elements !== undefined) {
    options.center = placeOf(elements, call.at(2));
    options.size = radiusOf(call, 3);
  }
  for (let i = form.options; i < call.count;) i = readOption(call, form, i, options, elements);
  checkOptions(call, form, options);
  return options;
}

function placeOf(elements: ZsetElements | undefined, member: Slice): Coordinates {
  if (elements === undefined) return nowhere;
  if (!elements.find(member)) throw NO_SUCH_MEMBER;
  const place = { longitude: 0, latitude: 0 };
  decodeGeohash(elements.score, place);
  return place;
}

function radiusOf(call: Call, at: number): Omit<GeoShape, "center"> {
  const radius = doubleOf(call.at(at), RADIUS_NOT_NUMBER);
  if (radius < 0) throw RADIUS_NEGATIVE;
  return { radius, width: 0, height: 0, unitMeters: unitMetersOf(call.at(at + 1)) };
}

function boxOf(call: Call, at: number): Omit<GeoShape, "center"> {
  const width = doubleOf(call.at(at), WIDTH_NOT_NUMBER);
  const height = doubleOf(call.at(at + 1), HEIGHT_NOT_NUMBER);
  if (width < 0 || height < 0) throw BOX_NEGATIVE;
  return { width, height, unitMeters: unitMetersOf(call.at(at + 2)) };
}

const FLAGS: readonly (readonly [Uint8Array, (options: SearchOptions) => void])[] = [
  [keyword("withdist"), (options) => options.withDistance = true],
  [keyword("withhash"), (options) => options.withHash = true],
  [keyword("withcoord"), (options) => options.withCoordinates = true],
  [keyword("any"), (options) => options.any = true],
  [keyword("asc"), (options) => options.direction = 1],
  [keyword("desc"), (options) => options.direction = -1],
];
const COUNT = keyword("count");
const STORE = keyword("store");
const STOREDIST = keyword("storedist");
const FROMMEMBER = keyword("frommember");
const FROMLONLAT = keyword("fromlonlat");
const BYRADIUS = keyword("byradius");
const BYBOX = keyword("bybox");

/** Reads the option at `at`; answers where the next one is. */
function readOption(
  call: Call,
  form: SearchForm,
  at: number,
  options: SearchOptions,
  elements: ZsetElements | undefined,
): number {
  const word = call.at(at);
  for (const [name, set] of FLAGS) {
    if (word.equalsIgnoreCase(name)) {
      set(options);
      return at + 1;
    }
  }
  const more = call.count - at - 1;
  if (word.equalsIgnoreCase(COUNT) && more >= 1) {
    options.count = clampedIntegerOf(call.at(at + 1));
    if (options.count <= 0) throw COUNT_TOO_SMALL;
    return at + 2;
  }
  if (form.fixed === "nothing") return readPlace(call, form, at, options, elements);
  const storeDistance = word.equalsIgnoreCase(STOREDIST);
  if (!form.mayStore || more < 1 || !(storeDistance || word.equalsIgnoreCase(STORE))) {
    throw ERR.syntax;
  }
  options.destination = call.at(at + 1);
  options.storeDistance = storeDistance;
  return at + 2;
}

/** As {@link readOption} for what only GEOSEARCH and GEOSEARCHSTORE have. */
function readPlace(
  call: Call,
  form: SearchForm,
  at: number,
  options: SearchOptions,
  elements: ZsetElements | undefined,
): number {
  const word = call.at(at), more = call.count - at - 1;
  if (word.equalsIgnoreCase(STOREDIST) && form.destination !== 0) {
    options.storeDistance = true;
    return at + 1;
  }
  if (word.equalsIgnoreCase(FROMMEMBER) && more >= 1 && options.from !== "coordinates") {
    options.center = placeOf(elements, call.at(at + 1));
    options.from = "member";
    return at + 2;
  }
  if (word.equalsIgnoreCase(FROMLONLAT) && more >= 2 && options.from !== "member") {
    options.center = coordinatesOf(call.at(at + 1), call.at(at + 2));
    options.from = "coordinates";
    return at + 3;
  }
  const { size } = options;
  const mayBeCircle = size === undefined || size.radius !== undefined;
  const mayBeBox = size === undefined || size.radius === undefined;
  if (word.equalsIgnoreCase(BYRADIUS) && more >= 2 && mayBeCircle) {
    options.size = radiusOf(call, at + 1);
    return at + 3;
  }
  if (word.equalsIgnoreCase(BYBOX) && more >= 3 && mayBeBox) {
    options.size = boxOf(call, at + 1);
    return at + 4;
  }
  throw ERR.syntax;
}

function checkOptions(call: Call, form: SearchForm, options: SearchOptions): void {
  const { destination, withCoordinates, withDistance, withHash } = options;
  if (destination !== undefined && (withCoordinates || withDistance || withHash)) {
    const what = form.destination !== 0 ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS";
    throw new CommandError(
      `ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`,
    );
  }
  if (form.fixed === "nothing") {
    if (options.center === undefined) throw exactlyOne(call, "FROMMEMBER or FROMLONLAT");
    if (options.size === undefined) throw exactlyOne(call, "BYRADIUS and BYBOX");
  }
  if (options.any && options.count === 0) throw ANY_WITHOUT_COUNT;
}

function exactlyOne(call: Call, options: string): CommandError {
  const { bytes, start, end } = call.at(0);
  const name = latin1(bytes, start, end);
  return new CommandError(`ERR exactly one of ${options} can be specified for ${name}`);
}
