// Some members of a set, each choice equally likely.
import type { Random } from "../../base/random.ts";
import type { SetValue } from "../../values/set_value.ts";
import { ENCODING_LISTPACK } from "../../store/entry.ts";

/** From this share of the set on, one pass over it is less work than picking without repeating. */
const PASS_FROM_SHARE = 1 / 3;

/**
 * Calls `take` for `count` different members, fewer than there are, while {@link SetValue.member} is
 * one of them. `take` may not change the set.
 */
export function sampleMembers(
  set: SetValue,
  count: number,
  random: Random,
  take: () => void,
): void {
  // Reaching a place in a listpack means walking there anyway.
  if (set.encoding === ENCODING_LISTPACK || count > set.size * PASS_FROM_SHARE) {
    return passOver(set, count, random, take);
  }
  const taken = new Set<number>();
  while (taken.size < count) {
    set.pick();
    if (taken.has(set.position)) continue;
    taken.add(set.position);
    take();
  }
}

/** Each member is taken with the odds of those still wanted among those still to come. */
function passOver(set: SetValue, count: number, random: Random, take: () => void): void {
  let left = set.size;
  set.begin();
  while (count > 0 && set.next()) {
    if (random.below(left--) >= count) continue;
    count--;
    take();
  }
  set.end();
}
