// GEOADD.
import { asciiBytes } from "../../base/bytes.ts";
import { formatDouble } from "../../base/double.ts";
import { geohashOf } from "../../base/geohash.ts";
import { keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { TYPE_ZSET } from "../../store/entry.ts";
import type { ZsetValue } from "../../values/zset_value.ts";
import { keepZset, openZset, zsetsOf } from "../sorted_set/open_zset.ts";

import { coordinatesOf } from "./arguments.ts";

const NX = keyword("nx");
const XX = keyword("xx");
const CH = keyword("ch");
const ZADD = asciiBytes("ZADD");

interface Options {
  /** Index of the first longitude. */
  first: number;
  ifAbsent: boolean;
  ifPresent: boolean;
  countChanged: boolean;
}

/** GEOADD key [NX | XX] [CH] longitude latitude member [longitude latitude member ...] */
export function geoadd(call: Call): void {
  const options = readOptions(call), key = call.at(1), { database } = call;
  const scores = readScores(call, options.first);
  const ref = call.writeTyped(key, TYPE_ZSET);
  if (ref === 0 && options.ifPresent) return call.reply.integer(0);
  const member = call.at(options.first + 2);
  const zset = ref === 0
    ? zsetsOf(call).window.create(scores.length, member.end - member.start)
    : openZset(call, ref);
  let added = 0, updated = 0, done = 0;
  try {
    if (ref !== 0) zset.expect(scores.length);
    for (; done < scores.length; done++) {
      const before = zset.size;
      if (!put(zset, call, options, options.first + 3 * done + 2, scores[done])) continue;
      if (zset.size > before) added++;
      else updated++;
    }
  } finally {
    // Also where memory ran out: what was added stays, and others get it.
    keepZset(call, key, ref, zset);
    if (added + updated > 0) database.changed(key, "zadd", added + updated);
    if (call.propagates) propagate(call, options.first, scores.slice(0, done));
  }
  call.reply.integer(options.countChanged ? added + updated : added);
}

function readOptions(call: Call): Options {
  const options = { first: 2, ifAbsent: false, ifPresent: false, countChanged: false };
  for (; options.first < call.count; options.first++) {
    const option = call.at(options.first);
    if (option.equalsIgnoreCase(NX)) options.ifAbsent = true;
    else if (option.equalsIgnoreCase(XX)) options.ifPresent = true;
    else if (option.equalsIgnoreCase(CH)) options.countChanged = true;
    else break;
  }
  const words = call.count - options.first;
  if (words === 0 || words % 3 !== 0 || (options.ifAbsent && options.ifPresent)) throw ERR.syntax;
  return options;
}

function readScores(call: Call, first: number): number[] {
  const scores: number[] = [];
  for (let i = first; i < call.count; i += 3) {
    scores.push(geohashOf(coordinatesOf(call.at(i), call.at(i + 1))));
  }
  return scores;
}

/** Adds or moves one member; whether anything changed. */
function put(zset: ZsetValue, call: Call, options: Options, at: number, score: number): boolean {
  const member = call.at(at), { elements } = zset;
  if (!elements.find(member)) {
    if (options.ifPresent) return false;
    zset.insert(member, score);
    return true;
  }
  if (options.ifAbsent || elements.score === score) return false;
  elements.rescore(member, score);
  return true;
}

/** What took effect is a ZADD, so that geohashes are computed once. */
function propagate(call: Call, first: number, scores: readonly number[]): void {
  const words: Uint8Array[] = [ZADD];
  for (let i = 1; i < first; i++) words.push(call.at(i).copy());
  for (const [i, score] of scores.entries()) {
    words.push(asciiBytes(formatDouble(score)), call.at(first + 3 * i + 2).copy());
  }
  call.propagateAll(words);
}
