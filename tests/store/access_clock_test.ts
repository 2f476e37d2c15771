import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../src/base/random.ts";
import { AccessClock } from "../../src/store/access_clock.ts";

const MINUTE_MS = 60_000;

function clockAt(nowMs: number, lfu = false): AccessClock {
  const clock = new AccessClock(new SeededRandom(4));
  clock.lfu = lfu;
  clock.advance(nowMs);
  return clock;
}

Deno.test("under LRU the field is the second of the last use, in 24 bits", () => {
  const clock = clockAt(1_700_000_000_999);
  assertEquals(clock.fresh(), 1_700_000_000 & 0xffffff);
  const access = clock.touched(0);
  clock.advance(1_700_000_123_000);
  assertEquals(clock.idleSeconds(access), 123);
  assertEquals(clock.idleSeconds(clock.touched(access)), 0);
});

Deno.test("idle time is right when the 24-bit clock starts again", () => {
  const wrapSeconds = 2 ** 24 * 100;
  const clock = clockAt((wrapSeconds - 10) * 1000);
  const access = clock.fresh();
  assertEquals(access, 0xfffff6);
  clock.advance((wrapSeconds + 5) * 1000);
  assertEquals(clock.lruNow, 5);
  assertEquals(clock.idleSeconds(access), 15);
});

Deno.test("a loaded key looks idle for as long as the dump says", () => {
  const clock = clockAt(1_700_000_000_000);
  for (const seconds of [0, 1, 100_000, 16_000_000]) {
    assertEquals(clock.idleSeconds(clock.fromIdle(seconds)), seconds);
  }
});

Deno.test("under LFU a new key counts 5 and its counter falls by one each decay time", () => {
  const clock = clockAt(1_700_000_000_000, true);
  const access = clock.fresh();
  assertEquals(clock.frequency(access), 5);
  clock.advance(1_700_000_000_000 + 3 * MINUTE_MS);
  assertEquals(clock.frequency(access), 2);
  clock.decayMinutes = 3;
  assertEquals(clock.frequency(access), 4);
  clock.decayMinutes = 0;
  assertEquals(clock.frequency(access), 5);
  clock.decayMinutes = 1;
  clock.advance(1_700_000_000_000 + 500 * MINUTE_MS);
  assertEquals(clock.frequency(access), 0);
});

Deno.test("the LFU minutes go on counting when their 16 bits start again", () => {
  const wrapMs = 2 ** 16 * 400 * MINUTE_MS;
  const clock = clockAt(wrapMs - 2 * MINUTE_MS, true);
  const access = clock.fromFrequency(100);
  clock.advance(wrapMs + 2 * MINUTE_MS);
  // As Redis counts: the step from 65535 to 0 is not a minute.
  assertEquals(clock.frequency(access), 97);
});

Deno.test("the LFU counter grows with the logarithm of the uses and stops at 255", () => {
  const clock = clockAt(1_700_000_000_000, true);
  const after = (uses: number) => {
    let access = clock.fresh();
    for (let n = 0; n < uses; n++) access = clock.touched(access);
    return clock.frequency(access);
  };
  // Redis's own table for a factor of 10: 10 after 100 uses, 18 after 1000, 49 after 10 000.
  assert(Math.abs(after(100) - 10) <= 4, `${after(100)} after 100`);
  assert(Math.abs(after(1000) - 18) <= 6, `${after(1000)} after 1000`);
  assert(Math.abs(after(10_000) - 49) <= 12, `${after(10_000)} after 10 000`);
  clock.logFactor = 0;
  assertEquals(after(1000), 255);
});

Deno.test("a field never has more than 24 bits", () => {
  for (const lfu of [false, true]) {
    const clock = clockAt(4_102_444_800_000, lfu);
    for (const access of [clock.fresh(), clock.touched(0xffffff), clock.fromIdle(20_000_000)]) {
      assert(access >= 0 && access <= 0xffffff);
    }
    assert(clock.fromFrequency(300) <= 0xffffff);
  }
});
