/** Medians, means and the rows of the report. */

/** One measured line: both figures, their ratio, and the bar it is held to. */
export interface Row {
  name: string;
  unit: string;
  ours: number;
  /** What it is compared with: redis-server, or what `against` says. */
  other: number;
  against?: string;
  /** Median of the ratios of the pairs, ours to other. */
  ratio: number;
  /** The bar for the ratio, or for our figure where the bar is `absolute`. */
  bar?: { least?: number; most?: number; absolute?: boolean };
}

/** Figures of one pair. */
export interface Pair {
  ours: number;
  other: number;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("no values");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The value below which `fraction` of the samples lie. */
export function percentile(values: Float64Array, fraction: number): number {
  const sorted = values.toSorted();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))];
}

/** A row of pairs; the ratio is the median of the pairs' ratios. */
export function rowOf(
  head: Pick<Row, "name" | "unit" | "bar" | "against">,
  pairs: readonly Pair[],
): Row {
  return {
    ...head,
    ours: median(pairs.map((pair) => pair.ours)),
    other: median(pairs.map((pair) => pair.other)),
    ratio: median(pairs.map((pair) => pair.ours / pair.other)),
  };
}

/** The geometric mean of the ratios of rows, as a row of its own. */
export function meanOf(name: string, rows: readonly Row[], bar: Row["bar"]): Row {
  const ratio = geometricMean(rows.map((row) => row.ratio));
  return { name, unit: "ratio", ours: ratio, other: 1, ratio, bar };
}

/** True where the row has no bar or keeps it. */
export function keepsBar({ bar, ratio, ours }: Row): boolean {
  const value = bar?.absolute ? ours : ratio;
  return value >= (bar?.least ?? -Infinity) && value <= (bar?.most ?? Infinity);
}
