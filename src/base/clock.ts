/** Where time comes from: a test hands in a ManualClock, the server a SystemClock. */
export interface Clock {
  /** Unix time in whole milliseconds. */
  nowMs(): number;
  /** Unix time in whole microseconds. */
  nowUs(): number;
  /** Milliseconds, with a fraction, since some fixed moment; never set back. For durations. */
  monotonicMs(): number;
}

/** The clock of the machine. */
export class SystemClock implements Clock {
  // Unix time less monotonic time, in milliseconds.
  #offsetMs = Date.now() - performance.now();

  nowMs(): number {
    return Date.now();
  }

  nowUs(): number {
    // Date.now has no microseconds, so the monotonic clock runs on from where both agreed, until
    // they are more than a millisecond apart because somebody set the system's clock. The process
    // may be paused at any point here, hence a reading on either side.
    const earliestMs = Date.now();
    const steadyMs = performance.now() + this.#offsetMs;
    const latestMs = Date.now();
    if (steadyMs >= earliestMs - 1 && steadyMs < latestMs + 2) return Math.floor(steadyMs * 1000);
    this.#offsetMs = latestMs - performance.now();
    return latestMs * 1000;
  }

  monotonicMs(): number {
    return performance.now();
  }
}

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  #unixUs: number;
  #elapsedUs = 0;

  /** `startMs` is the Unix time it shows at first, in milliseconds. */
  constructor(startMs = 1_700_000_000_000) {
    this.#unixUs = Math.round(startMs * 1000);
  }

  nowMs(): number {
    return Math.floor(this.#unixUs / 1000);
  }

  nowUs(): number {
    return this.#unixUs;
  }

  monotonicMs(): number {
    return this.#elapsedUs / 1000;
  }

  /** Lets `ms` milliseconds pass; they may have a fraction, down to a microsecond. */
  advanceMs(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`time cannot go back by ${-ms} ms`);
    const us = Math.round(ms * 1000);
    this.#unixUs += us;
    this.#elapsedUs += us;
  }

  /** Sets the Unix time, back too, as an administrator may; the monotonic time does not notice. */
  setUnixMs(ms: number): void {
    this.#unixUs = Math.round(ms * 1000);
  }
}
