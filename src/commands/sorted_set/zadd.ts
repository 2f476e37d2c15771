// ZADD and ZINCRBY.
import { doubleOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { TYPE_ZSET } from "../../store/entry.ts";
import type { ZsetValue } from "../../values/zset_value.ts";
import { announcePart } from "../part_done.ts";
import { keepZset, openZset, zsetsOf } from "./open_zset.ts";

const NX = 1;
const XX = 2;
const GT = 4;
const LT = 8;
const CH = 16;
const INCR = 32;
const OPTIONS: readonly (readonly [Uint8Array, number])[] = [
  [keyword("nx"), NX],
  [keyword("xx"), XX],
  [keyword("ch"), CH],
  [keyword("incr"), INCR],
  [keyword("gt"), GT],
  [keyword("lt"), LT],
];

const XX_AND_NX = new CommandError(
  "ERR XX and NX options at the same time are not compatible",
);
const GT_LT_NX = new CommandError(
  "ERR GT, LT, and/or NX options at the same time are not compatible",
);
const ONE_PAIR = new CommandError("ERR INCR option supports a single increment-element pair");
const NOT_A_NUMBER = new CommandError("ERR resulting score is not a number (NaN)");

/** ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...] */
export function zadd(call: Call): void {
  let first = 2, options = 0;
  for (; first < call.count; first++) {
    const option = optionOf(call, first);
    if (option === 0) break;
    options |= option;
  }
  const words = call.count - first;
  if (words === 0 || words % 2 !== 0) throw ERR.syntax;
  if (options !== 0) checkOptions(options, words / 2);
  add(call, first, options);
}

/** ZINCRBY key increment member */
export function zincrby(call: Call): void {
  add(call, 2, INCR);
}

function optionOf(call: Call, index: number): number {
  const word = call.at(index);
  // Most words here are scores, which begin with no letter that an option begins with.
  if (word.start === word.end || word.bytes[word.start] < 0x41) return 0;
  for (const [name, option] of OPTIONS) if (word.equalsIgnoreCase(name)) return option;
  return 0;
}

function checkOptions(options: number, pairs: number): void {
  const nx = options & NX, gt = options & GT, lt = options & LT;
  if (nx && options & XX) throw XX_AND_NX;
  if ((gt && nx) || (lt && nx) || (gt && lt)) throw GT_LT_NX;
  if (options & INCR && pairs > 1) throw ONE_PAIR;
}

/** What the last {@link put} did. */
const DONE_NOTHING = 0;
const DONE_LEFT = 1;
const DONE_UPDATED = 2;
const DONE_ADDED = 3;

/** Adds the pairs of score and member from argument `first` on. */
function add(call: Call, first: number, options: number): void {
  const key = call.at(1), { count, database } = call;
  const pairs = (count - first) / 2;
  // All scores are read before anything is changed.
  const only = doubleOf(call.at(first));
  for (let i = first + 2; i < count; i += 2) doubleOf(call.at(i));
  const ref = call.writeTyped(key, TYPE_ZSET);
  if (ref === 0 && options & XX) return answer(call, options, 0, 0, NaN);
  const member = call.at(first + 1);
  const zset = ref === 0
    ? zsetsOf(call).window.create(pairs, member.end - member.start)
    : openZset(call, ref);
  let added = 0, updated = 0, left = 0, i = first;
  try {
    if (ref !== 0) zset.expect(pairs);
    for (; i < count; i += 2) {
      const done = put(zset, call, i, pairs === 1 ? only : doubleOf(call.at(i)), options);
      if (done === DONE_ADDED) added++;
      else if (done === DONE_UPDATED) updated++;
      else if (done === DONE_LEFT) left++;
    }
  } catch (error) {
    keepZset(call, key, ref, zset);
    announcePart(call, key, { event: "zadd", changes: added + updated, end: i });
    throw error;
  }
  keepZset(call, key, ref, zset);
  const changes = added + updated;
  if (changes > 0) database.changed(key, options & INCR ? "zincr" : "zadd", changes);
  const score = changes + left > 0 ? resultingScore : NaN;
  answer(call, options, added, updated, score);
}

/** Score of the member that {@link put} treated last, where it was not refused. */
let resultingScore = 0;

/** Adds one member, or gives it another score, as the options say. */
function put(
  zset: ZsetValue,
  call: Call,
  at: number,
  score: number,
  options: number,
): number {
  const member = call.at(at + 1), { elements } = zset;
  resultingScore = score;
  if (!elements.find(member)) {
    if (options & XX) return DONE_NOTHING;
    zset.insert(member, score);
    return DONE_ADDED;
  }
  if (options & NX) return DONE_NOTHING;
  const before = elements.score;
  if (options & INCR) {
    score += before;
    if (score !== score) throw NOT_A_NUMBER;
    resultingScore = score;
  }
  if ((options & LT && score >= before) || (options & GT && score <= before)) return DONE_NOTHING;
  if (score === before) return DONE_LEFT;
  elements.rescore(member, score);
  return DONE_UPDATED;
}

/** `score` is NaN where INCR found its conditions not met. */
function answer(
  call: Call,
  options: number,
  added: number,
  updated: number,
  score: number,
): void {
  const { reply } = call;
  if (!(options & INCR)) reply.integer(options & CH ? added + updated : added);
  else if (score === score) reply.double(score);
  else reply.null();
}
