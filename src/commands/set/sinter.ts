// SINTER, SINTERSTORE, SINTERCARD: what several sets have in common.
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { ENCODING_INTSET } from "../../store/entry.ts";
import { integerOf } from "../../values/member_integer.ts";
import type { SetValue } from "../../values/set_value.ts";
import { replaceBySet, setsOf } from "./open_set.ts";
import { endQuestions, expectQuestions, openSources, type SourceSet } from "./source_sets.ts";

const LIMIT = keyword("limit");
const TOO_FEW_KEYS = new CommandError("ERR numkeys should be greater than 0");
const TOO_MANY_KEYS = new CommandError(
  "ERR Number of keys can't be greater than number of args",
);
const NEGATIVE_LIMIT = new CommandError("ERR LIMIT can't be negative");

/** SINTER key [key ...] */
export function sinter(call: Call): void {
  const { reply } = call;
  const sources = sourcesOf(call, 1, call.count - 1);
  if (sources === undefined) return reply.set(0);
  const token = reply.openArray();
  let size = 0;
  intersect(sources, (set) => {
    set.show();
    reply.bulk(set.member);
    size++;
    return true;
  });
  reply.closeSet(token, size);
}

/** SINTERCARD numkeys key [key ...] [LIMIT limit] */
export function sintercard(call: Call): void {
  const keys = clampedIntegerOf(call.at(1), TOO_FEW_KEYS);
  if (keys < 1) throw TOO_FEW_KEYS;
  if (keys > call.count - 2) throw TOO_MANY_KEYS;
  const limit = limitOf(call, 2 + keys);
  const sources = sourcesOf(call, 2, 1 + keys);
  let size = 0;
  if (sources !== undefined) intersect(sources, () => ++size !== limit);
  call.reply.integer(size);
}

/** 0 means no limit. */
function limitOf(call: Call, from: number): number {
  let limit = 0;
  for (let i = from; i < call.count; i += 2) {
    if (!call.at(i).equalsIgnoreCase(LIMIT) || i + 1 === call.count) throw ERR.syntax;
    limit = clampedIntegerOf(call.at(i + 1), NEGATIVE_LIMIT);
    if (limit < 0) throw NEGATIVE_LIMIT;
  }
  return limit;
}

/** SINTERSTORE destination key [key ...] */
export function sinterstore(call: Call): void {
  const sources = sourcesOf(call, 2, call.count - 1);
  const { result } = setsOf(call);
  const ofIntegers = sources !== undefined && sources[0].set.encoding === ENCODING_INTSET;
  if (sources === undefined || ofIntegers) result.createIntset();
  else result.createListpack();
  if (sources !== undefined) fill(result, sources);
  call.reply.integer(replaceBySet(call, call.at(1), result, "sinterstore"));
}

/** A result of integers only is an intset, whatever it was taken from. */
function fill(result: SetValue, sources: readonly SourceSet[]): void {
  let onlyIntegers = true;
  try {
    intersect(sources, (set) => {
      set.show();
      if (onlyIntegers && integerOf(set.member) === undefined) onlyIntegers = false;
      result.addNewMemberOf(set);
      return true;
    });
    if (onlyIntegers && result.size > 0) result.toIntsetIfAllowed();
  } catch (error) {
    result.free();
    throw error;
  }
}

/** The sets, the smallest first; undefined when one does not exist: nothing is in all of them. */
function sourcesOf(call: Call, first: number, last: number): SourceSet[] | undefined {
  const sources = openSources(call, first, last);
  if (!sources.every((source) => source !== undefined)) return undefined;
  return sources.sort((a, b) => a.set.size - b.set.size);
}

/** Stops at each member that all sets have, not yet shown, until `take` answers false. */
function intersect(sources: readonly SourceSet[], take: (set: SetValue) => boolean): void {
  const { ref, set } = sources[0];
  const others = sources.slice(1).filter((source) => source.ref !== ref);
  expectQuestions(others, set.size);
  set.begin();
  try {
    while (set.step()) if (isInAll(others, set) && !take(set)) break;
  } finally {
    set.end();
    endQuestions(others);
  }
}

/** A function of its own: V8 replaces a nested loop again and again while the outer one runs. */
function isInAll(sources: readonly SourceSet[], member: SetValue): boolean {
  for (let i = 0; i < sources.length; i++) if (!sources[i].set.hasMemberOf(member)) return false;
  return true;
}
