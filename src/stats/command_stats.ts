// How often a command ran and how long it took: INFO commandstats and latencystats, LATENCY HISTOGRAM.
import { Histogram } from "./histogram.ts";

/** Counters of one command. Times are microseconds. */
export class CommandStats {
  calls = 0;
  microseconds = 0;
  /** Refused before it ran: wrong arity, NOAUTH, OOM ... */
  rejectedCalls = 0;
  /** Ran and answered an error. */
  failedCalls = 0;
  /** Made by the first call while `latency-tracking` is on. */
  histogram: Histogram | undefined;

  /** Counts `calls` calls that took `microseconds` each. */
  record(calls: number, microseconds: number, withHistogram: boolean): void {
    this.calls += calls;
    this.microseconds += calls * microseconds;
    if (withHistogram) (this.histogram ??= new Histogram()).record(microseconds, calls);
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
