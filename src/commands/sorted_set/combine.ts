// ZUNION, ZINTER, ZDIFF, their STORE forms, and ZINTERCARD.
import { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, doubleOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { ENCODING_LISTPACK } from "../../values/encodings.ts";
import { ScoredMembers } from "../../values/scored_members.ts";
import type { ZsetValue } from "../../values/zset_value.ts";
import { buildZset, replaceByZset } from "./open_zset.ts";
import { openSources, type Source } from "./sources.ts";

const WEIGHTS = keyword("weights");
const AGGREGATE = keyword("aggregate");
const WITHSCORES = keyword("withscores");
const LIMIT = keyword("limit");
const SUM = keyword("sum");
const MIN = keyword("min");
const MAX = keyword("max");

const WEIGHT_NOT_FLOAT = new CommandError("ERR weight value is not a float");
const NEGATIVE_LIMIT = new CommandError("ERR LIMIT can't be negative");

/** Of more sources a union is put together: to look each member up in all others would be more. */
const LOOKED_UP_SOURCES = 4;

/** Joins the scores that one member has in two inputs. */
type Aggregate = (a: number, b: number) => number;

/** Options a command takes beside its keys. */
interface Allowed {
  readonly weights?: boolean;
  readonly withScores?: boolean;
  readonly limit?: boolean;
}

interface Combination {
  readonly sources: Source[];
  aggregate: Aggregate;
  withScores: boolean;
  /** 0 for none. */
  limit: number;
}

/** ZUNION numkeys key [key ...] [WEIGHTS ...] [AGGREGATE ...] [WITHSCORES] */
export function zunion(call: Call): void {
  answer(call, readCombination(call, 1, { weights: true, withScores: true }), union);
}

/** ZINTER numkeys key [key ...] [WEIGHTS ...] [AGGREGATE ...] [WITHSCORES] */
export function zinter(call: Call): void {
  answer(call, readCombination(call, 1, { weights: true, withScores: true }), intersection);
}

/** ZDIFF numkeys key [key ...] [WITHSCORES] */
export function zdiff(call: Call): void {
  answer(call, readCombination(call, 1, { withScores: true }), difference);
}

/** ZUNIONSTORE destination numkeys key [key ...] [WEIGHTS ...] [AGGREGATE ...] */
export function zunionstore(call: Call): void {
  store(call, readCombination(call, 2, { weights: true }), union, "zunionstore");
}

/** ZINTERSTORE destination numkeys key [key ...] [WEIGHTS ...] [AGGREGATE ...] */
export function zinterstore(call: Call): void {
  store(call, readCombination(call, 2, { weights: true }), intersection, "zinterstore");
}

/** ZDIFFSTORE destination numkeys key [key ...] */
export function zdiffstore(call: Call): void {
  store(call, readCombination(call, 2, {}), difference, "zdiffstore");
}

/** ZINTERCARD numkeys key [key ...] [LIMIT limit] */
export function zintercard(call: Call): void {
  const { sources, aggregate, limit } = readCombination(call, 1, { limit: true });
  let size = 0;
  intersect(sources, aggregate, () => ++size !== limit);
  call.reply.integer(size);
}

/** Puts what a command answers into {@link found}. */
type Collect = (call: Call, combination: Combination) => void;

/** Of the command that runs. */
const found = new ScoredMembers();
const member = new Slice();

function collectAll(call: Call, combination: Combination, collect: Collect): void {
  found.clear();
  collect(call, combination);
  found.sort();
}

function answer(call: Call, combination: Combination, collect: Collect): void {
  const { reply } = call, { withScores } = combination;
  collectAll(call, combination, collect);
  if (withScores) reply.pairs(found.size);
  else reply.array(found.size);
  found.tell(withScores, reply);
}

function store(call: Call, combination: Combination, collect: Collect, event: string): void {
  collectAll(call, combination, collect);
  const result = buildZset(call, (zset) => {
    // From the beginning: a listpack knows no -0.
    zset.expect(found.size, found.longest);
    for (let i = 0; i < found.size; i++) {
      const index = found.order[i];
      found.memberInto(index, member);
      if (zset.encoding !== ENCODING_LISTPACK) zset.elements.find(member); // prepares the insertion
      zset.insert(member, found.score(index));
    }
  });
  call.reply.integer(replaceByZset(call, call.at(1), result, event));
}

/**
 * Fills {@link found} by way of a sorted set, where members would have to be looked up in too many
 * sources. It is a table, however small: there -0 is another score than 0.
 */
function collectBy(
  call: Call,
  combination: Combination,
  fill: (result: ZsetValue, combination: Combination) => void,
): void {
  const result = buildZset(call, (zset) => {
    zset.toTable(combination.sources[0].size);
    fill(zset, combination);
  });
  const { elements } = result;
  for (let more = elements.seekRank(0); more; more = elements.next()) {
    found.add(elements.member, elements.score);
  }
  result.free();
}

function union(call: Call, combination: Combination): void {
  const sources = bySize(combination.sources), { aggregate } = combination;
  // Two windows on one table have one cursor.
  const once = sources.every(({ ref }, i) =>
    ref === 0 || sources.findIndex((other) => other.ref === ref) === i
  );
  if (!once || sources.length > LOOKED_UP_SOURCES) return collectBy(call, combination, unite);
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i], others = sources.filter((other) => other !== source);
    each(source, others, () => {
      for (let j = 0; j < i; j++) if (sources[j].has(source)) return true;
      let score = weighed(source);
      for (let j = i + 1; j < sources.length; j++) {
        if (sources[j].has(source)) score = aggregate(score, weighed(sources[j]));
      }
      found.add(source.member, score);
      return true;
    });
  }
}

function unite(result: ZsetValue, { sources, aggregate }: Combination): void {
  for (const source of bySize(sources)) {
    each(source, [], () => {
      const { member } = source, score = weighed(source), { elements } = result;
      if (!elements.find(member)) result.insert(member, score);
      // Without a look at the old score: -0 and 0 are equal, and -0 + 0 must become 0.
      else elements.rescore(member, aggregate(elements.score, score));
      return true;
    });
  }
}

function intersection(_call: Call, { sources, aggregate }: Combination): void {
  intersect(sources, aggregate, (source, score) => {
    found.add(source.member, score);
    return true;
  });
}

/** Stops at each member that all have, with its score, until `take` answers false. */
function intersect(
  sources: readonly Source[],
  aggregate: Aggregate,
  take: (source: Source, score: number) => boolean,
): void {
  const [first, ...others] = bySize(sources);
  each(first, others.filter(({ ref }) => ref !== first.ref), () => {
    const own = first.score;
    let score = weighed(first);
    for (let i = 0; i < others.length; i++) {
      const other = others[i], isFirst = other.ref === first.ref;
      if (!isFirst && !other.has(first)) return true;
      score = aggregate(score, (isFirst ? own : other.score) * other.weight);
    }
    return take(first, score);
  });
}

function difference(call: Call, combination: Combination): void {
  const { sources } = combination;
  const [first, ...others] = sources;
  if (others.some((other) => other.ref === first.ref)) return;
  // Looking each member up in all others, against removing the members of the others one by one.
  let removing = first.size;
  for (const { size } of others) removing += size;
  if (first.size * sources.length / 2 > removing) return collectBy(call, combination, addAndRemove);
  // The largest first: it is the likeliest to have the member.
  const inOrder = bySize(others).reverse();
  each(first, inOrder, () => {
    for (let i = 0; i < inOrder.length; i++) if (inOrder[i].has(first)) return true;
    found.add(first.member, first.score);
    return true;
  });
}

function addAndRemove(result: ZsetValue, { sources }: Combination): void {
  const [first, ...others] = sources;
  each(first, [], () => {
    result.set(first.member, first.score);
    return true;
  });
  for (const other of others) {
    each(other, [], () => {
      if (result.elements.find(other.member)) result.elements.remove();
      return result.size > 0;
    });
  }
}

/** The smallest first; of the same size in the order of the request. */
function bySize(sources: readonly Source[]): Source[] {
  return [...sources].sort((a, b) => a.size - b.size);
}

/** Steps through a source until `visit` answers false, which asks others whether they have members. */
function each(source: Source, asked: readonly Source[], visit: () => boolean): void {
  for (let i = 0; i < asked.length; i++) asked[i].expectQuestions(source.size);
  source.begin(asked);
  try {
    while (source.next() && visit());
  } finally {
    source.end();
    for (let i = 0; i < asked.length; i++) asked[i].endQuestions();
  }
}

/** Score times weight; what is not a number (nothing times infinity) counts as 0. */
function weighed({ score, weight }: Source): number {
  const product = score * weight;
  return product === product ? product : 0;
}

function sum(a: number, b: number): number {
  const total = a + b;
  return total === total ? total : 0; // of opposite infinities
}

function lower(a: number, b: number): number {
  return b < a ? b : a;
}

function higher(a: number, b: number): number {
  return b > a ? b : a;
}

/** Reads `numkeys key [key ...]` from an argument on and the options behind them. */
function readCombination(call: Call, numKeysAt: number, allowed: Allowed): Combination {
  const keys = clampedIntegerOf(call.at(numKeysAt));
  if (keys < 1) {
    throw new CommandError(
      `ERR at least 1 input key is needed for '${call.command.fullName}' command`,
    );
  }
  if (keys > call.count - numKeysAt - 1) throw ERR.syntax;
  const sources = openSources(call, numKeysAt + 1, keys);
  const combination = { sources, aggregate: sum, withScores: false, limit: 0 };
  for (let at = numKeysAt + 1 + keys; at < call.count;) {
    const words = readOption(call, at, allowed, combination);
    if (words === 0) throw ERR.syntax;
    at += words;
  }
  return combination;
}

/** Reads the option at an argument; answers how many words it has, 0 for what is no option here. */
function readOption(call: Call, at: number, allowed: Allowed, into: Combination): number {
  const word = call.at(at), left = call.count - at, { sources } = into;
  if (allowed.weights && left > sources.length && word.equalsIgnoreCase(WEIGHTS)) {
    sources.forEach((source, i) => {
      source.weight = doubleOf(call.at(at + 1 + i), WEIGHT_NOT_FLOAT);
    });
    return 1 + sources.length;
  }
  if (allowed.weights && left >= 2 && word.equalsIgnoreCase(AGGREGATE)) {
    into.aggregate = aggregateOf(call.at(at + 1));
    return 2;
  }
  if (allowed.withScores && word.equalsIgnoreCase(WITHSCORES)) {
    into.withScores = true;
    return 1;
  }
  if (allowed.limit && left >= 2 && word.equalsIgnoreCase(LIMIT)) {
    into.limit = clampedIntegerOf(call.at(at + 1), NEGATIVE_LIMIT);
    if (into.limit < 0) throw NEGATIVE_LIMIT;
    return 2;
  }
  return 0;
}

function aggregateOf(word: Slice): Aggregate {
  if (word.equalsIgnoreCase(SUM)) return sum;
  if (word.equalsIgnoreCase(MIN)) return lower;
  if (word.equalsIgnoreCase(MAX)) return higher;
  throw ERR.syntax;
}
