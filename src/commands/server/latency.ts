// LATENCY: what the latency monitor and the histograms of commands saw.
import { latin1 } from "../../base/bytes.ts";
import type { Call, KnownCommand } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import { helpOf } from "../help.ts";
import { latencyGraphOf } from "./latency_graph.ts";
import { latencyReport } from "./latency_report.ts";

function eventName(call: Call): string {
  const { bytes, start, end } = call.at(2);
  return latin1(bytes, start, end);
}

/** LATENCY LATEST */
export function latencyLatest(call: Call): void {
  const { events } = call.services.latency;
  call.reply.array(events.size);
  for (const [event, { samples, maximum }] of events) {
    const last = samples[samples.length - 1];
    call.reply.array(4);
    call.reply.bulkText(event);
    call.reply.integer(last.atSeconds);
    call.reply.integer(last.milliseconds);
    call.reply.integer(maximum);
  }
}

/** LATENCY HISTORY event */
export function latencyHistory(call: Call): void {
  const samples = call.services.latency.events.get(eventName(call))?.samples ?? [];
  call.reply.array(samples.length);
  for (const { atSeconds, milliseconds } of samples) {
    call.reply.array(2);
    call.reply.integer(atSeconds);
    call.reply.integer(milliseconds);
  }
}

/** LATENCY RESET [event [event ...]] */
export function latencyReset(call: Call): void {
  const names: string[] = [];
  for (let i = 2; i < call.count; i++) {
    const { bytes, start, end } = call.at(i);
    names.push(latin1(bytes, start, end));
  }
  call.reply.integer(call.services.latency.reset(names.length === 0 ? undefined : names));
}

/** LATENCY GRAPH event */
export function latencyGraph(call: Call): void {
  const event = eventName(call);
  const series = call.services.latency.events.get(event);
  if (series === undefined) throw new CommandError(`ERR No samples available for event '${event}'`);
  const nowSeconds = Math.floor(call.nowMs / 1000);
  call.reply.verbatim("txt", latencyGraphOf(event, series, nowSeconds));
}

/** LATENCY DOCTOR */
export function latencyDoctor(call: Call): void {
  call.reply.verbatim("txt", latencyReport(call.services));
}

/** LATENCY HISTOGRAM [command [command ...]] */
export function latencyHistogram(call: Call): void {
  const { registry } = call.services;
  call.services.settleClock();
  let asked: readonly KnownCommand[] = registry.commands;
  if (call.count > 2) {
    asked = call.args.slices.slice(2, call.count).flatMap(({ bytes, start, end }) =>
      registry.byName(latin1(bytes, start, end)) ?? []
    );
  }
  const measured = asked.flatMap((command) => [command, ...command.subcommands])
    .filter(({ stats }) => stats.histogram !== undefined);
  call.reply.map(measured.length);
  for (const { fullName, stats } of measured) {
    call.reply.bulkText(fullName);
    call.reply.map(2);
    call.reply.bulkText("calls");
    call.reply.integer(stats.histogram!.total);
    call.reply.bulkText("histogram_usec");
    const steps = stats.histogram!.cumulative();
    call.reply.map(steps.length);
    for (const [microseconds, count] of steps) {
      call.reply.integer(microseconds);
      call.reply.integer(count);
    }
  }
}

export const latencyHelp = helpOf("latency", [
  "DOCTOR",
  "    An explanation of the spikes in words.",
  "GRAPH <event>",
  "    The spikes of an event as a drawing.",
  "HISTOGRAM [<command> ...]",
  "    How many calls took at most so many microseconds, for the commands named or for all.",
  "HISTORY <event>",
  "    The spikes of an event with their times.",
  "LATEST",
  "    The last spike of every event.",
  "RESET [<event> ...]",
  "    Forget the spikes of the events named, or all of them.",
]);
