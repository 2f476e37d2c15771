// The bounds of ranges by score, by member and by rank, as ranks.
import { parseDoubleLenient } from "../../base/double.ts";
import { Slice } from "../../base/slice.ts";
import { clampedIntegerOf } from "../../engine/arguments.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { ZsetElements } from "../../values/zset_elements.ts";

const OPENING_PARENTHESIS = 0x28;
const OPENING_BRACKET = 0x5b;
const PLUS = 0x2b;
const MINUS = 0x2d;

const NOT_A_RANGE_ITEM = new CommandError("ERR min or max not valid string range item");

/** A range of elements: ranks from `first` up to `end`, which is not in it. */
export interface RankRange {
  first: number;
  end: number;
}

/** A range that was read from a request and not yet looked for in a sorted set. */
export type Range = (elements: ZsetElements) => RankRange;

/** A range of ranks, of which negative ones count from the end; `fromTop`: from the highest score. */
export function rankRange(start: Slice, stop: Slice, fromTop: boolean): Range {
  const first = clampedIntegerOf(start), last = clampedIntegerOf(stop);
  return ({ size }) => {
    const from = Math.max(first < 0 ? size + first : first, 0);
    const end = Math.min(last < 0 ? size + last : last, size - 1) + 1;
    if (from >= end) return { first: 0, end: 0 };
    return fromTop ? { first: size - end, end: size - from } : { first: from, end };
  };
}

/** A range of scores, a bound with a parenthesis excluded. */
export function scoreRange(min: Slice, max: Slice): Range {
  const low = scoreBound(min), high = scoreBound(max);
  const minExcluded = isExcluded(min), maxExcluded = isExcluded(max);
  return (elements) => {
    const first = elements.countBelowScore(low, minExcluded);
    return { first, end: Math.max(first, elements.countBelowScore(high, !maxExcluded)) };
  };
}

function isExcluded({ bytes, start, end }: Slice): boolean {
  return start < end && bytes[start] === OPENING_PARENTHESIS;
}

function scoreBound(bound: Slice): number {
  const { bytes, start, end } = bound;
  const score = parseDoubleLenient(bytes, isExcluded(bound) ? start + 1 : start, end);
  if (score !== score) throw ERR.minOrMaxNotFloat;
  return score;
}

/** A range of members: `[` includes a bound, `(` excludes it, `-` and `+` stand beyond all. */
export function memberRange(min: Slice, max: Slice): Range {
  const low = memberBound(min), high = memberBound(max);
  return (elements) => {
    const first = placeOf(elements, low, false);
    return { first, end: Math.max(first, placeOf(elements, high, true)) };
  };
}

interface MemberBound {
  /** Undefined for `-` and `+`. */
  readonly member: Slice | undefined;
  /** The bound itself is not in the range; of those without member: it is `+`. */
  readonly flag: boolean;
}

function memberBound({ bytes, start, end }: Slice): MemberBound {
  const mark = start < end ? bytes[start] : 0;
  if (mark === OPENING_BRACKET || mark === OPENING_PARENTHESIS) {
    const member = new Slice(bytes, start + 1, end);
    return { member, flag: mark === OPENING_PARENTHESIS };
  }
  // What follows a NUL is not seen.
  const alone = start + 1 === end || bytes[start + 1] === 0;
  if ((mark !== PLUS && mark !== MINUS) || !alone) throw NOT_A_RANGE_ITEM;
  return { member: undefined, flag: mark === PLUS };
}

/** How many elements stand before the lower or upper bound. */
function placeOf(elements: ZsetElements, { member, flag }: MemberBound, upper: boolean): number {
  if (member === undefined) return flag ? elements.size : 0;
  return elements.countBelowMember(member, upper !== flag);
}
