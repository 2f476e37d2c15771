// LATENCY DOCTOR: the spikes in words, and what to try against them.
import type { Services } from "../../engine/call.ts";
import type { LatencySeries } from "../../stats/latency.ts";

interface Summary {
  count: number;
  average: number;
  deviation: number;
  periodSeconds: number;
}

function summarize({ samples }: LatencySeries, nowSeconds: number): Summary {
  const count = samples.length;
  const average = Math.floor(
    samples.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / count,
  );
  const distances = samples.map(({ milliseconds }) => Math.abs(average - milliseconds));
  const deviation = Math.floor(distances.reduce((sum, distance) => sum + distance, 0) / count);
  return {
    count,
    average,
    deviation,
    periodSeconds: Math.max(1, nowSeconds - samples[0].atSeconds),
  };
}

/** A text for people. */
export function latencyReport({ latency, slowlog, config, keyspace }: Services): string {
  const { events, thresholdMs } = latency;
  if (events.size === 0 && thresholdMs === 0) {
    return "The latency monitor is off: nothing was measured. Switch it on with" +
      " 'CONFIG SET latency-monitor-threshold <milliseconds>'.\n";
  }
  if (events.size === 0) {
    return `Nothing took ${thresholdMs} ms or more since the monitor was switched on.\n`;
  }
  const nowSeconds = Math.floor(keyspace.nowMs / 1000);
  let text = "Latency spikes were seen:\n\n";
  let number = 0;
  for (const [event, series] of events) {
    const { count, average, deviation, periodSeconds } = summarize(series, nowSeconds);
    text += `${++number}. ${event}: ${count} latency spikes (average ${average}ms, mean deviation` +
      ` ${deviation}ms, period ${(periodSeconds / count).toFixed(2)} sec).` +
      ` Worst all time event ${series.maximum}ms.\n`;
  }
  const advices = [
    ...new Set([...events.keys()].flatMap((event) => {
      return adviceFor(event, {
        slowlogMicroseconds: slowlog.thresholdMicroseconds,
        thresholdMs,
        hz: config.int("hz"),
      });
    })),
  ];
  if (advices.length === 0) return text;
  return `${text}\nWhat may help:\n\n${advices.map((advice) => `- ${advice}\n`).join("")}`;
}

interface Situation {
  slowlogMicroseconds: number;
  thresholdMs: number;
  hz: number;
}

const LARGE_VALUES =
  "Removing a very large value takes long whether it is deleted, expires or is evicted: spread it over" +
  " several keys, or remove it with UNLINK.";

function adviceFor(event: string, situation: Situation): string[] {
  switch (event) {
    case "command":
      return [
        ...slowlogAdvice(situation),
        "SLOWLOG GET shows which commands took long.",
        LARGE_VALUES,
      ];
    case "fast-command":
      return [
        "Even commands that do little took long: the machine gave the server too little processor" +
        " time. Look for other busy programs, for a noisy neighbour of a virtual machine, and for" +
        " memory that is swapped out.",
      ];
    case "expire-cycle":
      return [
        ...(situation.hz < 100
          ? [
            "Many keys expire at once: with 'CONFIG SET hz 100' the work is done in smaller portions.",
          ]
          : []),
        LARGE_VALUES,
      ];
    case "eviction-cycle":
      return [
        "Much was evicted at once: a lower maxmemory or a large new value brings that about.",
      ];
    case "eviction-del":
      return [LARGE_VALUES];
    default:
      return [];
  }
}

function slowlogAdvice({ slowlogMicroseconds, thresholdMs }: Situation): string[] {
  if (slowlogMicroseconds >= 0 && slowlogMicroseconds / 1000 <= thresholdMs) return [];
  const wanted = thresholdMs * 1000;
  return [
    `The slow log does not see all of these commands: 'CONFIG SET slowlog-log-slower-than ${wanted}'.`,
  ];
}
