/** When two replies count as the same. Exactly equal is the rule; the other ways are asked for by name. */

import { type Reply, show } from "../support/reply.ts";

/**
 * - `exact`: same types, same bytes, same order
 * - `unordered`: as `exact`, but elements and entries may stand in another order, at every depth
 * - `type`: same RESP type at the top, an error with the same first word
 * - `answer`: as `exact`, but of two errors only the first word counts
 * - `near`: as `exact`, but integers may differ by `by`
 * - `instants`: as `exact`, but integers that are Unix times in milliseconds may differ by some seconds
 * - `ignore`: any two replies
 */
export type Comparison =
  | { how: "exact" | "unordered" | "type" | "answer" | "instants" | "ignore" }
  | { how: "near"; by: number };

export const EXACT: Comparison = { how: "exact" };

/** True when the replies are the same under this comparison. */
export function sameReply(left: Reply, right: Reply, comparison: Comparison): boolean {
  switch (comparison.how) {
    case "ignore":
      return true;
    case "type":
      return left.type === right.type && firstErrorWord(left) === firstErrorWord(right);
    case "answer":
      return left.type === "error" && right.type === "error"
        ? firstErrorWord(left) === firstErrorWord(right)
        : show(left) === show(right);
    case "near":
      return isNear(left, right, { by: BigInt(comparison.by), from: 0n });
    case "instants":
      return isNear(left, right, { by: 5000n, from: 1_000_000_000_000n });
    case "unordered":
      return show(sorted(left)) === show(sorted(right));
    default:
      return show(left) === show(right);
  }
}

/** The reply with its elements in an order that depends on nothing but the elements. */
export function sorted(reply: Reply): Reply {
  if ("items" in reply) {
    return { type: reply.type, items: reply.items.map(sorted).sort(byShown) };
  }
  if ("entries" in reply) {
    const entries = reply.entries.map(([key, value]): [Reply, Reply] => [key, sorted(value)]);
    return { type: reply.type, entries: entries.sort((a, b) => byShown(a[0], b[0])) };
  }
  return reply;
}

/** How far integers from a value on may differ; lower ones not at all. */
interface Nearness {
  by: bigint;
  from: bigint;
}

function isNear(left: Reply, right: Reply, near: Nearness): boolean {
  if (left.type === "integer" && right.type === "integer") {
    const distance = left.value - right.value;
    // Negative answers (no key, no expiry) are facts, not measurements.
    if (left.value < near.from || right.value < near.from) return distance === 0n;
    return distance <= near.by && distance >= -near.by;
  }
  if ("items" in left && "items" in right && left.type === right.type) {
    return left.items.length === right.items.length &&
      left.items.every((item, index) => isNear(item, right.items[index], near));
  }
  if ("entries" in left && "entries" in right && left.type === right.type) {
    return left.entries.length === right.entries.length &&
      left.entries.every(([key, value], index) => {
        const [otherKey, otherValue] = right.entries[index];
        return show(key) === show(otherKey) && isNear(value, otherValue, near);
      });
  }
  return show(left) === show(right);
}

function firstErrorWord(reply: Reply): string {
  return reply.type === "error" ? reply.text.split(" ")[0] : "";
}

function byShown(left: Reply, right: Reply): number {
  const a = show(left);
  const b = show(right);
  return a < b ? -1 : a > b ? 1 : 0;
}
