import { assert, assertEquals } from "@std/assert";
import { Histogram } from "../../src/stats/histogram.ts";

Deno.test("a histogram answers percentiles within one percent", () => {
  const histogram = new Histogram();
  for (let microseconds = 1; microseconds <= 1000; microseconds++) {
    histogram.record(microseconds, 1);
  }
  for (const percent of [1, 50, 99, 99.9]) {
    const exact = percent * 10, found = histogram.percentile(percent);
    assert(found >= exact && found <= exact * 1.01, `p${percent}: ${found}`);
  }
  assertEquals(histogram.total, 1000);
});

Deno.test("cumulative counts stand at the steps Redis shows and only where they grow", () => {
  const histogram = new Histogram();
  histogram.record(0.2, 3);
  histogram.record(20, 2);
  histogram.record(700, 1);
  histogram.record(5e6, 1); // counts as a second
  assertEquals(histogram.cumulative(), [[1, 3], [33, 5], [1056, 6], [1082130, 7]]);
});

Deno.test("the steps are those of the documentation of LATENCY HISTOGRAM", () => {
  const histogram = new Histogram();
  for (let exponent = 0; exponent < 15; exponent++) histogram.record(2 ** exponent, 1);
  const steps = histogram.cumulative().map(([microseconds]) => microseconds);
  assertEquals(
    steps,
    [1, 2, 4, 8, 16, 33, 66, 132, 264, 528, 1056, 2113, 4227, 8454, 16908],
  );
});

Deno.test("recording a segment of many calls counts each of them", () => {
  const histogram = new Histogram();
  histogram.record(0.7, 1e6);
  histogram.record(90, 1);
  assertEquals(histogram.percentile(50), 0.703);
  assertEquals(histogram.cumulative(), [[1, 1e6], [132, 1e6 + 1]]);
});
