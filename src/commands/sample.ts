// Some elements of a collection, each choice equally likely.
import type { Random } from "../base/random.ts";
import { ENCODING_HASHTABLE, ENCODING_INTSET } from "../store/entry.ts";

/** What elements are drawn from: a window on a set or a hash. */
export interface Sampled {
  readonly encoding: number;
  readonly size: number;
  /** Where the current element stands: differs from element to element. */
  readonly position: number;
  pick(): void;
  begin(): void;
  next(): boolean;
  end(): void;
}

/** From this share of the collection on, one pass over it is less work than picking without repeating. */
const PASS_FROM_SHARE = 1 / 3;

/**
 * Calls `take` for `count` different elements, fewer than there are, while the window shows one of
 * them. `take` may not change the collection.
 */
export function sampleElements(
  from: Sampled,
  count: number,
  random: Random,
  take: () => void,
): void {
  // Reaching a place in a listpack means walking there anyway.
  const direct = from.encoding === ENCODING_HASHTABLE || from.encoding === ENCODING_INTSET;
  if (!direct || count > from.size * PASS_FROM_SHARE) return passOver(from, count, random, take);
  const taken = new Set<number>();
  while (taken.size < count) {
    from.pick();
    if (taken.has(from.position)) continue;
    taken.add(from.position);
    take();
  }
}

/** Each element is taken with the odds of those still wanted among those still to come. */
function passOver(from: Sampled, count: number, random: Random, take: () => void): void {
  let left = from.size;
  from.begin();
  while (count > 0 && from.next()) {
    if (random.below(left--) >= count) continue;
    count--;
    take();
  }
  from.end();
}
