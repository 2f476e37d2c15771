// How many different elements registers stand for.
import type { Integer64 } from "../../base/int64.ts";
import { REGISTERS } from "./registers.ts";

/** Largest value of a register that can come about, plus one: bits of the hash behind the index. */
const LARGEST_VALUE = 51;
/** 1 / (2 ln 2). */
const ALPHA = 0.721347520444481703680;
const TWO_63 = 2 ** 63;
/** What a number too large for 64 bits becomes on the processors that Redis runs on. */
const TOO_LARGE = -(1n << 63n);

/** Room for the counts of all values that six bits can have. */
export function newHistogram(): Int32Array {
  return new Int32Array(64);
}

/**
 * The estimate for registers of which `histogram[v]` have the value v, rounded. Method: Otmar Ertl,
 * "New cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284, section 3.
 */
export function estimateCardinality(histogram: Int32Array): Integer64 {
  let sum = REGISTERS * tau((REGISTERS - histogram[LARGEST_VALUE]) / REGISTERS);
  for (let value = LARGEST_VALUE - 1; value >= 1; value--) sum = (sum + histogram[value]) * 0.5;
  sum += REGISTERS * sigma(histogram[0] / REGISTERS);
  const estimate = Math.round(ALPHA * REGISTERS * REGISTERS / sum);
  if (Number.isSafeInteger(estimate)) return estimate;
  return estimate < TWO_63 ? BigInt(estimate) : TOO_LARGE;
}

/** x plus the sum of x^(2^k) 2^(k-1) over k from 1 on. */
function sigma(x: number): number {
  if (x === 1) return Infinity;
  let power = x, weight = 1, sum = x, before: number;
  do {
    power *= power;
    before = sum;
    sum += power * weight;
    weight += weight;
  } while (before !== sum);
  return sum;
}

/** A third of 1 - x minus the sum of (1 - x^(2^-k))^2 2^-k over k from 1 on. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let root = x, weight = 1, sum = 1 - x, before: number;
  do {
    root = Math.sqrt(root);
    before = sum;
    weight *= 0.5;
    sum -= (1 - root) * (1 - root) * weight;
  } while (before !== sum);
  return sum / 3;
}
