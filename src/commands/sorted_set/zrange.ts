// ZRANGE with all its forms, those with names of their own, and ZRANGESTORE.
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { TYPE_ZSET } from "../../store/entry.ts";
import type { ZsetElements } from "../../values/zset_elements.ts";
import { memberRange, type Range, type RankRange, rankRange, scoreRange } from "./bounds.ts";
import { buildZset, openZset, replaceByZset } from "./open_zset.ts";

const WITHSCORES = keyword("withscores");
const LIMIT = keyword("limit");
const REV = keyword("rev");
const BYLEX = keyword("bylex");
const BYSCORE = keyword("byscore");

/** With more elements a command is measured by itself. */
const MANY_ELEMENTS = 64;

const LIMIT_NEEDS_BY = new CommandError(
  "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
);
const NO_SCORES_BY_LEX = new CommandError(
  "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
);

/** What a range counts by. */
type By = "rank" | "score" | "member";

/** What a command's name leaves open is undefined. */
interface Form {
  /** Argument of the key that is read. */
  readonly keyAt: number;
  readonly stores: boolean;
  readonly by: By | undefined;
  readonly fromTop: boolean | undefined;
}

interface Query {
  readonly by: By;
  readonly range: Range;
  readonly fromTop: boolean;
  readonly withScores: boolean;
  readonly offset: number;
  /** Negative for all. */
  readonly limit: number;
}

/** ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES] */
export function zrange(call: Call): void {
  if (call.count > 4) return answerRange(call, undefined, undefined);
  answerRanks(call, false);
}

/** ZREVRANGE key start stop [WITHSCORES] */
export function zrevrange(call: Call): void {
  if (call.count > 4) return answerRange(call, "rank", true);
  answerRanks(call, true);
}

/** ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count] */
export function zrangebyscore(call: Call): void {
  answerRange(call, "score", false);
}

/** ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count] */
export function zrevrangebyscore(call: Call): void {
  answerRange(call, "score", true);
}

/** ZRANGEBYLEX key min max [LIMIT offset count] */
export function zrangebylex(call: Call): void {
  answerRange(call, "member", false);
}

/** ZREVRANGEBYLEX key max min [LIMIT offset count] */
export function zrevrangebylex(call: Call): void {
  answerRange(call, "member", true);
}

/** The usual form, by rank and without options, prepares nothing. */
function answerRanks(call: Call, fromTop: boolean): void {
  const { reply } = call;
  const start = clampedIntegerOf(call.at(2)), stop = clampedIntegerOf(call.at(3));
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  if (ref === 0) return reply.array(0);
  const { elements } = openZset(call, ref), { size } = elements;
  const first = Math.max(start < 0 ? size + start : start, 0);
  const count = Math.max(Math.min(stop < 0 ? size + stop : stop, size - 1) + 1 - first, 0);
  reply.array(count);
  if (count === 0) return;
  if (count > MANY_ELEMENTS) call.long = true;
  elements.seekRank(fromTop ? size - 1 - first : first);
  reply.bulk(elements.member);
  for (let left = count - 1; left > 0; left--) {
    if (fromTop) elements.previous();
    else elements.next();
    reply.bulk(elements.member);
  }
}

function answerRange(call: Call, by: By | undefined, fromTop: boolean | undefined): void {
  const { reply } = call;
  const query = readQuery(call, { keyAt: 1, stores: false, by, fromTop });
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  if (ref === 0) return reply.array(0);
  const { elements } = openZset(call, ref);
  const { first, end } = portion(query, elements);
  if (end - first > MANY_ELEMENTS) call.long = true;
  if (query.withScores) reply.pairs(end - first);
  else reply.array(end - first);
  let more = elements.seekRank(query.fromTop ? end - 1 : first);
  for (let left = end - first; left > 0 && more; left--) {
    if (query.withScores) reply.pair();
    reply.bulk(elements.member);
    if (query.withScores) reply.double(elements.score);
    more = left > 1 && (query.fromTop ? elements.previous() : elements.next());
  }
}

/** ZRANGESTORE dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count] */
export function zrangestore(call: Call): void {
  const query = readQuery(call, { keyAt: 2, stores: true, by: undefined, fromTop: undefined });
  const ref = call.readTyped(call.at(2), TYPE_ZSET);
  const result = buildZset(call, (zset) => {
    if (ref === 0) return;
    const { elements } = openZset(call, ref);
    const { first, end } = portion(query, elements);
    // Only of a range of ranks is the size known beforehand, for Redis; a listpack knows no -0.
    if (query.by === "rank") zset.expect(end - first);
    let more = elements.seekRank(first);
    for (let left = end - first; left > 0 && more; left--) {
      zset.set(elements.member, elements.score);
      more = elements.next();
    }
  });
  call.reply.integer(replaceByZset(call, call.at(1), result, "zrangestore"));
}

/** What the limit leaves of the range. */
function portion(query: Query, elements: ZsetElements): RankRange {
  const { fromTop, offset, limit } = query;
  const { first, end } = query.range(elements);
  const left = offset < 0 ? 0 : Math.max(end - first - offset, 0);
  const count = limit < 0 ? left : Math.min(limit, left);
  if (count === 0) return { first: 0, end: 0 };
  const from = fromTop ? end - offset - count : first + offset;
  return { first: from, end: from + count };
}

function readQuery(call: Call, form: Form): Query {
  let { by, fromTop } = form;
  let withScores = false, offset = 0, limit = -1;
  for (let i = form.keyAt + 3; i < call.count; i++) {
    const option = call.at(i);
    if (!form.stores && option.equalsIgnoreCase(WITHSCORES)) withScores = true;
    else if (option.equalsIgnoreCase(LIMIT) && i + 2 < call.count) {
      offset = clampedIntegerOf(call.at(i + 1));
      limit = clampedIntegerOf(call.at(i + 2));
      i += 2;
    } else if (fromTop === undefined && option.equalsIgnoreCase(REV)) fromTop = true;
    else if (by === undefined && option.equalsIgnoreCase(BYLEX)) by = "member";
    else if (by === undefined && option.equalsIgnoreCase(BYSCORE)) by = "score";
    else throw ERR.syntax;
  }
  by ??= "rank";
  fromTop ??= false;
  if (limit !== -1 && by === "rank") throw LIMIT_NEEDS_BY;
  if (withScores && by === "member") throw NO_SCORES_BY_LEX;
  if (by === "rank") offset = 0; // a limit of -1 is let pass there, and does nothing
  const range = rangeOf(by, call.at(form.keyAt + 1), call.at(form.keyAt + 2), fromTop);
  return { by, range, fromTop, withScores, offset, limit };
}

function rangeOf(by: By, start: Slice, stop: Slice, fromTop: boolean): Range {
  if (by === "rank") return rankRange(start, stop, fromTop);
  const [min, max] = fromTop ? [stop, start] : [start, stop];
  return by === "score" ? scoreRange(min, max) : memberRange(min, max);
}
