// ZRANGE with all its forms, those with names of their own, and ZRANGESTORE.
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { TYPE_ZSET } from "../../store/entry.ts";
import type { ZsetElements } from "../../values/zset_elements.ts";
import { ZsetRange } from "./bounds.ts";
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

/** What a request asks for; a command's name may leave `by` and `fromTop` open. */
class Query {
  readonly range = new ZsetRange();
  by: By | undefined;
  fromTop: boolean | undefined;
  withScores = false;
  offset = 0;
  /** Negative for all. */
  limit = -1;
}

/** One query serves all calls. */
const QUERY = new Query();

/** ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES] */
export function zrange(call: Call): void {
  answerRange(call, undefined, undefined);
}

/** ZREVRANGE key start stop [WITHSCORES] */
export function zrevrange(call: Call): void {
  answerRange(call, "rank", true);
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

function answerRange(call: Call, by: By | undefined, fromTop: boolean | undefined): void {
  const { reply } = call;
  const query = readQuery(call, 1, by, fromTop);
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  if (ref === 0) return reply.array(0);
  const { elements } = openZset(call, ref);
  const { range, withScores } = query, isFromTop = query.fromTop === true;
  findPortion(query, elements);
  const { first, end } = range;
  if (withScores) reply.pairs(end - first);
  else reply.array(end - first);
  if (end - first > MANY_ELEMENTS) call.long = true;
  if (end === first) return;
  elements.tell(isFromTop ? end - 1 : first, end - first, isFromTop, withScores, reply);
}

/** ZRANGESTORE dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count] */
export function zrangestore(call: Call): void {
  const query = readQuery(call, 2, undefined, undefined);
  const ref = call.readTyped(call.at(2), TYPE_ZSET);
  const result = buildZset(call, (zset) => {
    if (ref === 0) return;
    const { elements } = openZset(call, ref);
    findPortion(query, elements);
    const { first, end } = query.range;
    call.weigh(end - first);
    // Only of a range of ranks is the size known beforehand, for Redis; a listpack knows no -0.
    if (query.by === "rank") zset.expect(end - first);
    let more = end > first && elements.seekRank(first);
    for (let left = end - first; left > 0 && more; left--) {
      zset.set(elements.member, elements.score);
      more = elements.next();
    }
  });
  call.reply.integer(replaceByZset(call, call.at(1), result, "zrangestore"));
}

/** Sets the query's range to what the limit leaves of it. */
function findPortion({ range, offset, limit, fromTop }: Query, elements: ZsetElements): void {
  range.find(elements);
  range.limit(offset, limit, fromTop === true);
}

/** Reads what stands behind the key at `keyAt`; only the first key of a request is stored to. */
function readQuery(
  call: Call,
  keyAt: number,
  by: By | undefined,
  fromTop: boolean | undefined,
): Query {
  const query = QUERY;
  query.by = by;
  query.fromTop = fromTop;
  query.withScores = false;
  query.offset = 0;
  query.limit = -1;
  for (let i = keyAt + 3; i < call.count; i += readOption(call, i, keyAt > 1, query));
  query.by ??= "rank";
  query.fromTop ??= false;
  if (query.by === "rank") {
    if (query.limit !== -1) throw LIMIT_NEEDS_BY;
    query.offset = 0; // a limit of -1 is let pass there, and does nothing
  }
  if (query.withScores && query.by === "member") throw NO_SCORES_BY_LEX;
  readBounds(query, call.at(keyAt + 1), call.at(keyAt + 2));
  return query;
}

/** Reads the option at an argument and answers how many words it has. */
function readOption(call: Call, at: number, stores: boolean, query: Query): number {
  const option = call.at(at);
  if (!stores && option.equalsIgnoreCase(WITHSCORES)) query.withScores = true;
  else if (option.equalsIgnoreCase(LIMIT) && at + 2 < call.count) {
    query.offset = clampedIntegerOf(call.at(at + 1));
    query.limit = clampedIntegerOf(call.at(at + 2));
    return 3;
  } else if (query.fromTop === undefined && option.equalsIgnoreCase(REV)) query.fromTop = true;
  else if (query.by === undefined && option.equalsIgnoreCase(BYLEX)) query.by = "member";
  else if (query.by === undefined && option.equalsIgnoreCase(BYSCORE)) query.by = "score";
  else throw ERR.syntax;
  return 1;
}

function readBounds({ by, range, fromTop }: Query, start: Slice, stop: Slice): void {
  if (by === "rank") return void range.readRanks(start, stop, fromTop === true);
  const min = fromTop ? stop : start, max = fromTop ? start : stop;
  if (by === "score") range.readScores(min, max);
  else range.readMembers(min, max);
}
