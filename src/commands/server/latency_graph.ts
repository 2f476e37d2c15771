// The drawing of LATENCY GRAPH: a column per spike, its height among the others, its age below.
import type { LatencySeries } from "../../stats/latency.ts";

const COLUMNS = 80;
const ROWS = 4;
/** A column's top, by how much of the last row it fills. */
const TOPS = ["_", "o", "#"];

/** Text of four rows of columns, as many as fit 80 characters, the newest on the right. */
export function latencyGraphOf(event: string, series: LatencySeries, nowSeconds: number): string {
  const samples = series.samples.slice(-COLUMNS);
  const values = samples.map(({ milliseconds }) => milliseconds);
  const high = Math.max(...values), low = Math.min(...values);
  const heights = values.map((value) => heightOf(value, low, high));
  const title = `${event} - high ${high} ms, low ${low} ms (all time high ${series.maximum} ms)\n` +
    `${"-".repeat(COLUMNS)}\n`;
  let text = title;
  for (let row = ROWS - 1; row >= 0; row--) {
    text += heights.map((height) => cellOf(height, row)).join("").trimEnd() + "\n";
  }
  const ages = samples.map(({ atSeconds }) => ageOf(nowSeconds - atSeconds));
  const depth = Math.max(...ages.map((age) => age.length));
  text += "\n";
  for (let i = 0; i < depth; i++) {
    text += ages.map((age) => age[i] ?? " ").join("").trimEnd() + "\n";
  }
  return text;
}

/** Thirds of rows, at least one; the highest spike fills all rows. */
function heightOf(value: number, low: number, high: number): number {
  const steps = ROWS * TOPS.length;
  if (high === low) return steps;
  return 1 + Math.round((value - low) / (high - low) * (steps - 1));
}

function cellOf(height: number, row: number): string {
  const inRow = height - row * TOPS.length;
  if (inRow <= 0) return " ";
  return inRow > TOPS.length ? "#" : TOPS[inRow - 1];
}

function ageOf(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86400)}d`;
}
