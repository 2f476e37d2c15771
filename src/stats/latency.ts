// The latency monitor: the last spikes of each kind of event. Source: the Redis page "Latency monitoring".

const HISTORY = 160;

/** One spike. */
export interface LatencySample {
  /** Unix seconds. */
  readonly atSeconds: number;
  readonly milliseconds: number;
}

/** Spikes of one event, oldest first. */
export interface LatencySeries {
  readonly samples: LatencySample[];
  /** Worst ever, ms. */
  maximum: number;
}

/** Remembers events that took at least the threshold. */
export class Latency {
  /** `latency-monitor-threshold`, ms; 0: off. */
  thresholdMs = 0;
  /** `latency-tracking`: histograms per command. */
  tracking = true;
  readonly events = new Map<string, LatencySeries>();

  /** Notes that `event` took `milliseconds`; one sample per second and event, the worst. */
  record(event: string, milliseconds: number, atSeconds: number): void {
    if (this.thresholdMs === 0 || milliseconds < this.thresholdMs) return;
    let series = this.events.get(event);
    if (series === undefined) this.events.set(event, series = { samples: [], maximum: 0 });
    series.maximum = Math.max(series.maximum, milliseconds);
    const last = series.samples[series.samples.length - 1];
    if (last !== undefined && last.atSeconds === atSeconds) {
      if (milliseconds > last.milliseconds) {
        series.samples[series.samples.length - 1] = { atSeconds, milliseconds };
      }
      return;
    }
    series.samples.push({ atSeconds, milliseconds });
    if (series.samples.length > HISTORY) series.samples.shift();
  }

  /** Forgets the named events, all without names; answers how many there were. */
  reset(names?: readonly string[]): number {
    const before = this.events.size;
    if (names === undefined) this.events.clear();
    else for (const name of names) this.events.delete(name);
    return before - this.events.size;
  }
}
