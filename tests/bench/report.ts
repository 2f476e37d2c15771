/** The report: a line a row for the terminal, or the table of the README. */

import { keepsBar, type Row } from "./figures.ts";

const HEADER = ["what", "miniredis", "redis-server", "ratio", "bar"];

/** One line of text. */
export function line(row: Row): string {
  const [name, ours, other, ratio, bar] = cells(row);
  const verdict = row.bar === undefined ? "" : keepsBar(row) ? "kept" : "MISSED";
  return `${name.padEnd(54)} ${ours.padStart(12)} ${other.padStart(22)} ${ratio.padStart(6)}  ` +
    `${bar.padEnd(10)} ${verdict}`;
}

/** A Markdown table with padded cells, as `deno fmt` leaves it. */
export function markdown(rows: readonly Row[]): string {
  const table = [HEADER, ...rows.map(cells)];
  const widths = HEADER.map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const text = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [text(table[0]), rule, ...table.slice(1).map(text)].join("\n");
}

function cells(row: Row): string[] {
  const isRatio = row.unit === "ratio";
  const other = row.against === undefined ? "" : ` (${row.against})`;
  return [
    isRatio ? row.name : `${row.name}, ${row.unit}`,
    isRatio ? "" : figure(row.ours),
    isRatio ? "" : figure(row.other) + other,
    row.ratio.toFixed(2),
    barText(row.bar),
  ];
}

function barText(bar: Row["bar"]): string {
  if (bar === undefined) return "";
  return bar.least === undefined ? `<= ${bar.most}` : `>= ${bar.least}`;
}

function figure(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
