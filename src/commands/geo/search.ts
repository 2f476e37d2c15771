// GEOSEARCH, GEOSEARCHSTORE, GEORADIUS, GEORADIUSBYMEMBER and their read-only forms.
import { coveringCells, type GeoShape, ShapeFilter } from "../../base/geo_shape.ts";
import { decodeGeohash, type GeoCell, isSameCell, scoresOf } from "../../base/geohash.ts";
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import type { Handler } from "../../engine/command.ts";
import { TYPE_ZSET } from "../../store/entry.ts";
import type { ZsetElements } from "../../values/zset_elements.ts";
import { buildZset, openZset, replaceByZset } from "../sorted_set/open_zset.ts";
import { writeDistance } from "./members.ts";
import { GeoPoints } from "./points.ts";
import { readSearch, type SearchForm, type SearchOptions } from "./search_options.ts";

const RADIUS_OPTIONS_AT = 6;
const MEMBER_OPTIONS_AT = 5;

/** GEOSEARCH key FROMMEMBER member | FROMLONLAT longitude latitude BYRADIUS radius unit | ... */
export const geosearch = searchHandler({
  key: 1,
  fixed: "nothing",
  options: 2,
  destination: 0,
  mayStore: false,
  event: "",
});

/** GEOSEARCHSTORE destination source ...: as GEOSEARCH, with STOREDIST. */
export const geosearchstore = searchHandler({
  key: 2,
  fixed: "nothing",
  options: 3,
  destination: 1,
  mayStore: false,
  event: "geosearchstore",
});

/** GEORADIUS key longitude latitude radius unit ... */
export const georadius = radiusHandler("coordinates", RADIUS_OPTIONS_AT, true);
export const georadiusRo = radiusHandler("coordinates", RADIUS_OPTIONS_AT, false);
/** GEORADIUSBYMEMBER key member radius unit ... */
export const georadiusbymember = radiusHandler("member", MEMBER_OPTIONS_AT, true);
export const georadiusbymemberRo = radiusHandler("member", MEMBER_OPTIONS_AT, false);

function radiusHandler(
  fixed: "coordinates" | "member",
  options: number,
  mayStore: boolean,
): Handler {
  const event = "georadiusstore";
  return searchHandler({ key: 1, fixed, options, destination: 0, mayStore, event });
}

function searchHandler(form: SearchForm): Handler {
  return (call) => {
    const ref = call.readTyped(call.at(form.key), TYPE_ZSET);
    const elements = ref === 0 ? undefined : openZset(call, ref).elements;
    const options = readSearch(call, form, elements);
    points.clear();
    if (elements !== undefined) {
      const { radius, width, height, unitMeters } = options.size!;
      const shape = { center: options.center!, radius, width, height, unitMeters };
      findPoints(elements, shape, options.any ? options.count : Infinity);
    }
    // The nearest ones are meant where only some are wanted.
    const nearest = options.direction === 0 && options.count > 0 && !options.any;
    points.arrange(nearest ? 1 : options.direction);
    const length = options.count === 0 ? points.size : Math.min(points.size, options.count);
    if (options.destination !== undefined) store(call, form, options, length);
    else replyPoints(call, options, length);
  };
}

/** Of the search that runs. */
const points = new GeoPoints();
const point = { longitude: 0, latitude: 0 };
const member = new Slice();

/** Adds members in a shape to {@link points}, cell by cell, until there are `limit`. */
function findPoints(
  elements: ZsetElements,
  shape: GeoShape,
  limit: number,
): void {
  const cells = coveringCells(shape), filter = new ShapeFilter(shape);
  for (let i = 0; i < cells.length && points.size < limit; i++) {
    // Where cells are large, one may be the neighbour on both sides.
    if (i > 1 && isSameCell(cells[i], cells[i - 1])) continue;
    findInCell(elements, cells[i], filter, limit);
  }
}

function findInCell(
  elements: ZsetElements,
  cell: GeoCell,
  filter: ShapeFilter,
  limit: number,
): void {
  const { low, high } = scoresOf(cell);
  let more = elements.seekScore(low);
  for (; more && elements.score < high; more = elements.next()) {
    decodeGeohash(elements.score, point);
    const distance = filter.distanceTo(point);
    if (distance < 0) continue;
    points.add(elements.member, elements.score, distance);
    if (points.size >= limit) return;
  }
}

function replyPoints(
  { reply }: Call,
  { size, withCoordinates, withDistance, withHash }: SearchOptions,
  length: number,
): void {
  const facts = 1 + Number(withDistance) + Number(withHash) + Number(withCoordinates);
  reply.array(length);
  for (let i = 0; i < length; i++) {
    const index = points.order[i];
    if (facts > 1) reply.array(facts);
    points.memberInto(index, member);
    reply.bulk(member);
    if (withDistance) writeDistance(reply, points.distance(index) / size!.unitMeters);
    if (withHash) reply.integer(hashInteger(points.score(index)));
    if (withCoordinates) {
      decodeGeohash(points.score(index), point);
      reply.array(2);
      reply.humanDouble(point.longitude);
      reply.humanDouble(point.latitude);
    }
  }
}

/** A score as an integer; one of the eastern edge has more than 53 bits. */
function hashInteger(score: number): number | bigint {
  return Number.isSafeInteger(score) ? score : BigInt(Math.trunc(score));
}

function store(
  call: Call,
  form: SearchForm,
  options: SearchOptions,
  length: number,
): void {
  const { destination, size, storeDistance } = options;
  const result = buildZset(call, (zset) => {
    for (let i = 0; i < length; i++) {
      const index = points.order[i];
      points.memberInto(index, member);
      const distance = storeDistance ? points.distance(index) / size!.unitMeters : 0;
      zset.set(member, storeDistance ? distance : points.score(index));
    }
  });
  call.reply.integer(replaceByZset(call, destination!, result, form.event, length));
}
