/** What a run prints: tables with padded columns. */

import type { CasesResult } from "./case_kinds.ts";
import type { LaneFigures } from "./kill_rounds.ts";
import type { ScenarioResult } from "./scenario.ts";

export const KILL_HEADER = [
  "kill -9 under load",
  "rounds",
  "in a save",
  "while loading",
  "SIGTERM",
  "saves",
  "acknowledged",
  "promised, lost",
  "lost",
  "oldest lost",
  "files left",
  "time",
];

/** One row for a lane; where a promise is broken the run ends, so that none of what is promised is lost. */
export function killRow(name: string, figures: LaneFigures): string[] {
  const { oldestLostMs, seconds } = figures;
  const counts = [
    figures.rounds,
    figures.duringSave,
    figures.whileLoading,
    figures.stops,
    figures.saves,
    figures.acknowledged,
    0,
    figures.lost,
  ].map(number);
  const oldest = figures.lost === 0 ? "-" : `${number(oldestLostMs)} ms`;
  return [name, ...counts, oldest, number(figures.strayFiles), `${number(seconds)} s`];
}

export const CASES_HEADER = ["damaged", "cases", "taken", "refused", "commands", "time"];

export function casesRow(kind: string, { figures, seconds }: CasesResult & { seconds: number }) {
  const counts = ["cases", "taken", "refused", "commands"].map((name) =>
    figures[name] === undefined ? "-" : number(figures[name])
  );
  return [kind, ...counts, `${number(seconds)} s`];
}

export const SCENARIO_HEADER = ["tried once", "outcome"];

export function scenarioRow({ name, outcome, detail }: ScenarioResult): string[] {
  return [name, outcome === "skipped" ? `skipped: ${detail}` : outcome];
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** A table: the first column to the left, the others to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])
    ).join("  ")
  ).join("\n");
}
