// How often a command ran and how long it took: INFO commandstats, LATENCY HISTOGRAM.

const BUCKETS = 40;

/** Counters of one command. Times are microseconds. */
export class CommandStats {
  calls = 0;
  microseconds = 0;
  /** Refused before it ran: wrong arity, NOAUTH, OOM ... */
  rejectedCalls = 0;
  /** Ran and answered an error. */
  failedCalls = 0;
  /** Calls that took less than 2^i microseconds and not less than half of that, by i; lazily made. */
  histogram: Float64Array | undefined;

  /** Counts `calls` calls that took `microseconds` each. */
  record(calls: number, microseconds: number, withHistogram: boolean): void {
    this.calls += calls;
    this.microseconds += calls * microseconds;
    if (!withHistogram) return;
    const histogram = this.histogram ??= new Float64Array(BUCKETS);
    const bucket = microseconds < 1 ? 0 : Math.min(BUCKETS - 1, 32 - Math.clz32(microseconds));
    histogram[bucket] += calls;
  }

  reset(): void {
    this.calls =
      this.microseconds =
      this.rejectedCalls =
      this.failedCalls =
        0;
    this.histogram = undefined;
  }
}
