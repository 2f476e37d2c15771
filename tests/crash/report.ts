/** What a run prints: tables with padded columns. */

import type { LaneFigures } from "./kill_rounds.ts";

export const KILL_HEADER = [
  "kill -9 under load",
  "rounds",
  "in a save",
  "while loading",
  "SIGTERM",
  "saves",
  "acknowledged",
  "lost",
  "oldest lost",
  "beyond promise",
  "files left",
  "kept",
  "time",
];

/** One row for a lane; a lane that broke its promise has none. */
export function killRow(name: string, figures: LaneFigures): string[] {
  const { oldestLostMs, seconds } = figures;
  const counts = [
    figures.rounds,
    figures.duringSave,
    figures.whileLoading,
    figures.stops,
    figures.saves,
    figures.acknowledged,
    figures.lost,
  ].map(number);
  const oldest = oldestLostMs === 0 ? "-" : `${number(oldestLostMs)} ms`;
  const files = [figures.strayFiles, figures.strayFilesKept].map(number);
  return [name, ...counts, oldest, "0", ...files, `${number(seconds)} s`];
}

export function number(value: number): string {
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
