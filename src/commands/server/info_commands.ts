// INFO commandstats, latencystats and errorstats.
import type { KnownCommand, Services } from "../../engine/call.ts";
import type { InfoLine } from "./info_line.ts";

function allCommands({ registry }: Services): KnownCommand[] {
  return registry.commands.flatMap((command) => [command, ...command.subcommands]);
}

/** Commands that were called, or refused. */
export function commandStatsLines(services: Services): InfoLine[] {
  return allCommands(services).flatMap(({ fullName, stats }): InfoLine[] => {
    const { calls, rejectedCalls, failedCalls } = stats;
    if (calls === 0 && rejectedCalls === 0 && failedCalls === 0) return [];
    const microseconds = Math.floor(stats.microseconds);
    const perCall = calls === 0 ? 0 : stats.microseconds / calls;
    return [[
      `cmdstat_${fullName}`,
      `calls=${calls},usec=${microseconds},usec_per_call=${perCall.toFixed(2)}` +
      `,rejected_calls=${rejectedCalls},failed_calls=${failedCalls}`,
    ]];
  });
}

/** Percentiles of the commands that were called while `latency-tracking` was on. */
export function latencyLines(services: Services): InfoLine[] {
  const { config } = services;
  if (!config.bool("latency-tracking")) return [];
  const percentiles = config.value("latency-tracking-info-percentiles");
  return allCommands(services).flatMap(({ fullName, stats }): InfoLine[] => {
    const { histogram } = stats;
    if (histogram === undefined) return [];
    const values = percentiles.map((percent) =>
      `p${percentText(percent)}=${histogram.percentile(percent).toFixed(3)}`
    );
    return [[`latency_percentiles_usec_${fullName}`, values.join(",")]];
  });
}

/** At most six decimals, without zeros at the end. */
function percentText(percent: number): string {
  return String(Number(percent.toFixed(6)));
}

/** Error replies by code, in the order of the codes. */
export function errorLines({ stats }: Services): InfoLine[] {
  return [...stats.errors].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([code, count]): InfoLine => [`errorstat_${safeName(code)}`, `count=${count}`]);
}

/** A code may come from a script: nothing in it may break the line. */
function safeName(code: string): string {
  return code.replace(/[#:\n\r]/g, "_");
}
