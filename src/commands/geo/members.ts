// GEODIST, GEOHASH and GEOPOS: what is asked about members.
import { writeFixedDouble } from "../../base/double.ts";
import { distanceBetween } from "../../base/geo_shape.ts";
import { decodeGeohash, writeGeohash } from "../../base/geohash.ts";
import type { Call } from "../../engine/call.ts";
import type { ReplySink } from "../../resp/reply_sink.ts";
import { ERR } from "../../engine/errors.ts";
import { TYPE_ZSET } from "../../store/entry.ts";
import type { ZsetElements } from "../../values/zset_elements.ts";
import { openZset } from "../sorted_set/open_zset.ts";
import { unitMetersOf } from "./arguments.ts";

/** Digits after the point of a distance. */
const DISTANCE_DECIMALS = 4;
const DISTANCE_TEXT = new Uint8Array(32);
const HASH_TEXT = new Uint8Array(16);
const ONE_METER = 1;

const point = { longitude: 0, latitude: 0 };
const otherPoint = { longitude: 0, latitude: 0 };

/** GEODIST key member1 member2 [M | KM | FT | MI] */
export function geodist(call: Call): void {
  const { count, reply } = call;
  if (count > 5) throw ERR.syntax;
  const unitMeters = count === 5 ? unitMetersOf(call.at(4)) : ONE_METER;
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  if (ref === 0) return reply.null();
  const { elements } = openZset(call, ref);
  if (!elements.find(call.at(2))) return reply.null();
  decodeGeohash(elements.score, point);
  if (!elements.find(call.at(3))) return reply.null();
  decodeGeohash(elements.score, otherPoint);
  const distance = distanceBetween(point, otherPoint) / unitMeters;
  writeDistance(reply, distance);
}

/** Replies a distance in some unit. */
export function writeDistance(reply: ReplySink, distance: number): void {
  const end = writeFixedDouble(distance, DISTANCE_DECIMALS, DISTANCE_TEXT, 0);
  reply.bulkRange(DISTANCE_TEXT, 0, end);
}

/** GEOHASH key [member [member ...]] */
export function geohash(call: Call): void {
  const { reply } = call, elements = openElements(call);
  reply.array(call.count - 2);
  for (let i = 2; i < call.count; i++) {
    if (!elements?.find(call.at(i))) reply.null();
    else {
      decodeGeohash(elements.score, point);
      reply.bulkRange(HASH_TEXT, 0, writeGeohash(point, HASH_TEXT, 0));
    }
  }
}

/** GEOPOS key [member [member ...]] */
export function geopos(call: Call): void {
  const { reply } = call, elements = openElements(call);
  reply.array(call.count - 2);
  for (let i = 2; i < call.count; i++) {
    if (!elements?.find(call.at(i))) reply.nullArray();
    else {
      decodeGeohash(elements.score, point);
      reply.array(2);
      reply.humanDouble(point.longitude);
      reply.humanDouble(point.latitude);
    }
  }
}

function openElements(call: Call): ZsetElements | undefined {
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  return ref === 0 ? undefined : openZset(call, ref).elements;
}
