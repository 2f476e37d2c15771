// Which arguments of a request are keys, and what the command does to each: from the table's key
// specs, or from the row's own finder where specs cannot tell.
import { asciiBytes } from "../base/bytes.ts";
import { parseSafeInteger } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import type { CommandFacts, FoundKey, KeySpec } from "./facts.ts";

/** The arguments of a request: argument 0 is the name; only the first `count` slices mean anything. */
export interface Arguments {
  readonly slices: readonly Slice[];
  readonly count: number;
}

/** Whether a command of these facts can have keys at all (COMMAND GETKEYS refuses those that cannot). */
export function mayHaveKeys(facts: CommandFacts): boolean {
  return facts.findKeys !== undefined || (facts.keys ?? []).some((spec) => !isNoKey(spec));
}

/**
 * The keys of a request in the order of its specs. Undefined when the arguments make no sense to the
 * specs (a count that is no number, a position past the end).
 */
export function findKeys(facts: CommandFacts, args: Arguments): readonly FoundKey[] | undefined {
  const specs = (facts.keys ?? []).filter((spec) => !isNoKey(spec));
  const reliable = !specs.some((spec) => spec.flags.includes("variable_flags"));
  if (specs.length > 0 && (reliable || facts.findKeys === undefined)) {
    const found = findBySpecs(specs, args);
    if (found !== undefined) return found;
  }
  return facts.findKeys?.(args.slices, args.count);
}

/**
 * Whether a client cannot know the keys from a first, a last and a step alone (the flag
 * `movablekeys`): a spec is no plain range, leaves keys out, or does not follow on the one before it.
 */
export function hasMovableKeys(specs: readonly KeySpec[]): boolean {
  let previousLast = 0;
  for (const { flags, begin, find } of specs) {
    if (flags.includes("incomplete")) return true;
    if (begin === "unknown" || !("index" in begin)) return true;
    if (find === "unknown" || !("last" in find)) return true;
    if (specs.length === 1) return false;
    if (find.step !== 1 || (previousLast !== 0 && previousLast !== begin.index - 1)) return true;
    previousLast = find.last < 0 ? find.last : begin.index + find.last;
  }
  return false;
}

function isNoKey(spec: KeySpec): boolean {
  return spec.flags.includes("not_key");
}

function findBySpecs(specs: readonly KeySpec[], args: Arguments): FoundKey[] | undefined {
  const found: FoundKey[] = [];
  for (const spec of specs) {
    const begin = beginOf(spec, args);
    if (begin === undefined) return undefined;
    if (begin === NOT_THERE) continue;
    const range = rangeOf(spec, begin, args);
    if (range === undefined) return undefined;
    const { first, last, step } = range;
    if (first >= args.count || last >= args.count || last < first) return undefined;
    for (let position = first; position <= last; position += step) {
      found.push({ position, flags: spec.flags });
    }
    if (spec.flags.includes("incomplete")) return undefined;
  }
  return found;
}

/** The keyword of the spec is not among the arguments: the spec has no keys here. */
const NOT_THERE = -1;

/** Where the search of a spec begins; undefined when only the row's finder can tell. */
function beginOf({ begin }: KeySpec, args: Arguments): number | undefined {
  if (begin === "unknown") return undefined;
  if ("index" in begin) return begin.index;
  const { startFrom } = begin;
  const wanted = asciiBytes(begin.keyword.toLowerCase());
  const forwards = startFrom > 0;
  const step = forwards ? 1 : -1;
  // Redis looks neither at the last argument, behind which no key can stand, nor back at the first.
  const end = forwards ? args.count - 1 : 1;
  for (let i = forwards ? startFrom : args.count + startFrom; i * step < end * step; i += step) {
    if (args.slices[i].equalsIgnoreCase(wanted)) return i + 1;
  }
  return NOT_THERE;
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

function rangeOf({ find }: KeySpec, begin: number, args: Arguments): Range | undefined {
  if (find === "unknown") return undefined;
  if ("last" in find) return { first: begin, last: lastOf(find, begin, args), step: find.step };
  const at = begin + find.keyNumIndex;
  if (at >= args.count) return undefined;
  const { bytes, start, end } = args.slices[at];
  const count = parseSafeInteger(bytes, start, end);
  if (!(count >= 0)) return undefined;
  const first = begin + find.firstKey;
  return { first, last: first + count - 1, step: find.step };
}

/** A limit of n means that the keys are the first nth part of what follows (XREAD, MIGRATE). */
function lastOf(find: { last: number; limit: number }, begin: number, args: Arguments): number {
  if (find.last >= 0) return begin + find.last;
  if (find.limit === 0) return args.count + find.last;
  return begin + Math.floor((args.count - begin) / find.limit) + find.last;
}
