import { assert, assertEquals, assertThrows } from "@std/assert";
import { ManualClock, SystemClock } from "../../src/base/clock.ts";

Deno.test("a ManualClock moves only when told to", () => {
  const clock = new ManualClock(1000);
  assertEquals([clock.nowMs(), clock.nowUs(), clock.monotonicMs()], [1000, 1_000_000, 0]);
  clock.advanceMs(1.5);
  assertEquals([clock.nowMs(), clock.nowUs(), clock.monotonicMs()], [1001, 1_001_500, 1.5]);
  assertThrows(() => clock.advanceMs(-1), RangeError);
  assertThrows(() => clock.advanceMs(NaN), RangeError);
});

Deno.test("setting the Unix time of a ManualClock leaves the monotonic time alone", () => {
  const clock = new ManualClock(5000);
  clock.advanceMs(10);
  clock.setUnixMs(2000);
  assertEquals([clock.nowMs(), clock.monotonicMs()], [2000, 10]);
});

Deno.test("the microseconds of a SystemClock keep to its milliseconds and never go back", () => {
  const clock = new SystemClock();
  let lastUs = clock.nowUs();
  let lastMonotonic = clock.monotonicMs();
  for (let i = 0; i < 20_000; i++) {
    const before = clock.nowMs();
    const us = clock.nowUs();
    const after = clock.nowMs();
    assert(us >= lastUs, "went back");
    assert(us >= (before - 1) * 1000 && us < (after + 2) * 1000, `${us} at ${before} ms`);
    assert(Number.isInteger(us));
    assert(clock.monotonicMs() >= lastMonotonic);
    lastUs = us;
    lastMonotonic = clock.monotonicMs();
  }
});
