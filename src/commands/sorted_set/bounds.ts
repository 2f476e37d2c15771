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

const BY_RANK = 0;
const BY_SCORE = 1;
const BY_MEMBER = 2;

/**
 * A range as a request gives it: read one, then look for it in a sorted set, which sets `first` and
 * `end`, the ranks from the first element to the one behind the last. One serves all commands.
 */
export class ZsetRange {
  first = 0;
  end = 0;
  #by = BY_RANK;
  #low = 0;
  #high = 0;
  /** Whether the bounds themselves are not in the range; without a member: whether they are `+`. */
  #lowFlag = false;
  #highFlag = false;
  #fromTop = false;
  readonly #lowMember = new Slice();
  readonly #highMember = new Slice();
  #lowIsMember = false;
  #highIsMember = false;

  /** Ranks, of which negative ones count from the end; `fromTop`: from the highest score. */
  readRanks(start: Slice, stop: Slice, fromTop: boolean): this {
    this.#by = BY_RANK;
    this.#low = clampedIntegerOf(start);
    this.#high = clampedIntegerOf(stop);
    this.#fromTop = fromTop;
    return this;
  }

  /** Scores, a bound with a parenthesis excluded. */
  readScores(min: Slice, max: Slice): this {
    this.#by = BY_SCORE;
    this.#low = scoreBound(min);
    this.#high = scoreBound(max);
    this.#lowFlag = isExcluded(min);
    this.#highFlag = isExcluded(max);
    return this;
  }

  /** Members: `[` includes a bound, `(` excludes it, `-` and `+` stand beyond all. */
  readMembers(min: Slice, max: Slice): this {
    this.#by = BY_MEMBER;
    const low = markOf(min), high = markOf(max);
    this.#lowIsMember = low !== PLUS && low !== MINUS;
    this.#highIsMember = high !== PLUS && high !== MINUS;
    this.#lowFlag = low === PLUS || low === OPENING_PARENTHESIS;
    this.#highFlag = high === PLUS || high === OPENING_PARENTHESIS;
    this.#lowMember.set(min.bytes, min.start + 1, min.end);
    this.#highMember.set(max.bytes, max.start + 1, max.end);
    return this;
  }

  /** Sets {@link first} and {@link end}; the same where the range is empty. */
  find(elements: ZsetElements): void {
    if (this.#by === BY_RANK) return this.#cutRanks(elements.size);
    if (this.#by === BY_SCORE) {
      this.first = elements.countBelowScore(this.#low, this.#lowFlag);
      this.end = elements.countBelowScore(this.#high, !this.#highFlag);
    } else {
      const { size } = elements;
      this.first = this.#lowIsMember
        ? elements.countBelowMember(this.#lowMember, this.#lowFlag)
        : this.#lowFlag
        ? size
        : 0;
      this.end = this.#highIsMember
        ? elements.countBelowMember(this.#highMember, !this.#highFlag)
        : this.#highFlag
        ? size
        : 0;
    }
    if (this.end < this.first) this.end = this.first;
  }

  #cutRanks(size: number): void {
    const low = this.#low, high = this.#high;
    const from = Math.max(low < 0 ? size + low : low, 0);
    const end = Math.max(Math.min(high < 0 ? size + high : high, size - 1) + 1, from);
    this.first = this.#fromTop ? size - end : from;
    this.end = this.#fromTop ? size - from : end;
  }

  /** Leaves of the range, counted from its begin or its end, `limit` elements from `offset` on. */
  limit(offset: number, limit: number, fromTop: boolean): void {
    const left = offset < 0 ? 0 : Math.max(this.end - this.first - offset, 0);
    const count = limit < 0 ? left : Math.min(limit, left);
    this.first = fromTop ? this.end - offset - count : this.first + offset;
    this.end = this.first + count;
  }
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

/** The first byte of a bound of members. What follows a NUL behind `-` and `+` is not seen. */
function markOf({ bytes, start, end }: Slice): number {
  const mark = start < end ? bytes[start] : 0;
  if (mark === OPENING_BRACKET || mark === OPENING_PARENTHESIS) return mark;
  const alone = start + 1 === end || bytes[start + 1] === 0;
  if ((mark !== PLUS && mark !== MINUS) || !alone) throw NOT_A_RANGE_ITEM;
  return mark;
}
