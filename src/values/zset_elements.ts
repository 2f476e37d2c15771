// What small and large sorted sets have in common.
import type { Slice } from "../base/slice.ts";

/** Takes elements one after the other; texts it may keep no longer than the call. */
export interface ElementSink {
  /** Begins an element that comes with its score. */
  pair(): void;
  bulkRange(bytes: Uint8Array, start: number, end: number): void;
  double(score: number): void;
}

/**
 * The elements of a sorted set, ordered by score and then by the bytes of the member, with a cursor
 * on one of them. Ranks count from 0, the lowest. A change makes the cursor invalid.
 */
export interface ZsetElements {
  readonly size: number;
  /** Member under the cursor after a seek or a step; valid until the next call or write. */
  readonly member: Slice;
  /** Score under the cursor. */
  readonly score: number;
  /** Puts the cursor on a member; false when there is none such. Does not point {@link member}. */
  find(member: Slice): boolean;
  /** Rank of the member that {@link find} found. */
  rank(): number;
  /** Adds the member that {@link find} just did not find. */
  insert(member: Slice, score: number): void;
  /** Gives the member that {@link find} just found another score. */
  rescore(member: Slice, score: number): void;
  /** Removes the member that {@link find} just found. */
  remove(): void;
  /** Removes `count` elements from rank `first` on; they exist. */
  removeRanks(first: number, count: number): void;
  /** Puts the cursor on the element of a rank; false when there is none. */
  seekRank(rank: number): boolean;
  /** Puts the cursor on the first element whose score is not below `score`; false without one. */
  seekScore(score: number): boolean;
  /** Steps to the next element after a seek; false at the end. */
  next(): boolean;
  /** Steps to the element before; false at the start. */
  previous(): boolean;
  /**
   * Tells `count` elements, which exist, from rank `first` on, upwards or `downwards`. The cursor is
   * invalid afterwards.
   */
  tell(
    first: number,
    count: number,
    downwards: boolean,
    withScores: boolean,
    sink: ElementSink,
  ): void;
  /** Number of elements with a lower score, those with this score included if `orEqual`. */
  countBelowScore(score: number, orEqual: boolean): number;
  /**
   * Number of elements with a lower member, `member` itself included if `orEqual`. Makes sense where
   * all scores are the same.
   */
  countBelowMember(member: Slice, orEqual: boolean): number;
}
