// How long calls took: counts in buckets whose width is within 1 % of their value, from a nanosecond
// to a second. The buckets are those of HdrHistogram with two significant digits, which is what
// makes the figures of INFO latencystats and LATENCY HISTOGRAM comparable with Redis's.

const SUB_BUCKET_BITS = 8;
const HALF_BITS = SUB_BUCKET_BITS - 1;
const HALF = 1 << HALF_BITS;
const SUB_BUCKET_MASK = (1 << SUB_BUCKET_BITS) - 1;
/** One second. */
const MAX_NANOSECONDS = 1_000_000_000;
const BUCKETS = indexOf(MAX_NANOSECONDS) + 1;
/** LATENCY HISTOGRAM begins at this many nanoseconds and doubles. */
const FIRST_STEP_NANOSECONDS = 1024;

/** Counts of durations. */
export class Histogram {
  /** Number of durations recorded. */
  total = 0;
  #counts = new Float64Array(BUCKETS);
  #highest = 0;

  /** Counts `times` durations of `microseconds` each; a second or more counts as a second. */
  record(microseconds: number, times: number): void {
    const nanoseconds = Math.min(MAX_NANOSECONDS, Math.max(1, Math.round(microseconds * 1000)));
    const index = indexOf(nanoseconds);
    this.#counts[index] += times;
    this.total += times;
    if (index > this.#highest) this.#highest = index;
  }

  /** Microseconds that `percent` of the durations did not exceed. */
  percentile(percent: number): number {
    const wanted = Math.max(1, Math.floor(Math.min(percent, 100) / 100 * this.total + 0.5));
    let seen = 0;
    for (let index = 0; index <= this.#highest; index++) {
      seen += this.#counts[index];
      if (seen >= wanted) return highestIn(index) / 1000;
    }
    return 0;
  }

  /**
   * Cumulative counts at 1, 2, 4, 8, 16, 33 ... microseconds, only where the count grows: pairs of
   * microseconds and of the number of durations not longer.
   */
  cumulative(): [microseconds: number, count: number][] {
    const steps: [number, number][] = [];
    let index = 0, seen = 0;
    for (let step = FIRST_STEP_NANOSECONDS; index <= this.#highest; step *= 2) {
      const before = seen, last = indexOf(step);
      for (; index <= Math.min(last, this.#highest); index++) seen += this.#counts[index];
      if (seen > before) steps.push([Math.floor(highestIn(last) / 1000), seen]);
    }
    return steps;
  }
}

/** Bucket of a duration: `HALF` buckets for each doubling. */
function indexOf(nanoseconds: number): number {
  const shift = 32 - Math.clz32(nanoseconds | SUB_BUCKET_MASK) - SUB_BUCKET_BITS;
  return (shift + 1 << HALF_BITS) + (nanoseconds >>> shift) - HALF;
}

/** The longest duration, in nanoseconds, that falls into a bucket. */
function highestIn(index: number): number {
  const shift = Math.max(0, (index >> HALF_BITS) - 1);
  const inBucket = index < HALF ? index : (index & HALF - 1) + HALF;
  return (inBucket + 1) * 2 ** shift - 1;
}
