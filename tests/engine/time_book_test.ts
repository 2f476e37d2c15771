import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../src/base/clock.ts";
import type { Command } from "../../src/engine/registry.ts";
import { TimeBook } from "../../src/engine/time_book.ts";
import { CommandStats } from "../../src/stats/command_stats.ts";
import { ServerStats } from "../../src/stats/server_stats.ts";
import { EngineHarness } from "../support/engine_harness.ts";

/** A clock that tells how often it was read. */
class CountingClock extends ManualClock {
  readings = 0;

  override monotonicMs(): number {
    this.readings++;
    return super.monotonicMs();
  }
}

function book() {
  const clock = new CountingClock(), stats = new ServerStats();
  const command = { unbooked: 0, stats: new CommandStats() } as unknown as Command;
  const times = new TimeBook(clock, stats);
  /** Runs a batch of calls that takes so long. */
  const batch = (ms: number, calls = 1): void => {
    times.begin();
    clock.advanceMs(ms);
    for (let i = 0; i < calls; i++) times.count(command);
    times.end();
  };
  return { clock, stats, command, times, batch };
}

Deno.test("every batch has the Unix time at which it begins, in a turn that is shared too", () => {
  const harness = new EngineHarness();
  harness.engine.times.shareTurn();
  for (let i = 0; i < 20; i++) {
    harness.clock.advanceMs(0.3);
    harness.run(["SET", "k", "v", "PXAT", harness.clock.nowMs() + 10_000]);
    assertEquals(harness.run("PTTL k"), 10_000);
  }
});

Deno.test("batches of one turn share readings of the clock", async () => {
  const { clock, command, stats, times, batch } = book();
  times.shareTurn();
  batch(0.25, 5);
  const { readings } = clock;
  for (let i = 0; i < 4; i++) {
    clock.advanceMs(0.1); // replies are sent
    batch(0.01, 5);
  }
  assertEquals(clock.readings, readings);
  await Promise.resolve();
  assertEquals(clock.readings, readings + 1);
  assertEquals(command.stats.calls, 25);
  assertEquals(Math.round(stats.commandMicroseconds), 5 * 250);
  assertEquals(stats.cycles, 1);
  assertEquals(Math.round(stats.cycleMicroseconds), 250 + 4 * 110);
});

Deno.test("a turn that lasts is measured again and again", () => {
  const { clock, times, batch } = book();
  times.shareTurn();
  for (let i = 0; i < 1000; i++) {
    batch(0.01);
    clock.advanceMs(0.01);
  }
  assert(clock.readings >= 30 && clock.readings <= 80, `${clock.readings} in 20 ms`);
});

Deno.test("a command measured by itself books what ran before it at the mean, and ends the sharing", () => {
  const { clock, command, stats, times, batch } = book();
  times.shareTurn();
  batch(0.1);
  clock.advanceMs(0.2);
  times.begin();
  times.count(command);
  times.settle();
  clock.advanceMs(5);
  times.count(command);
  assertEquals(Math.round(times.settle()), 5000);
  times.end();
  assertEquals(Math.round(stats.commandMicroseconds), 100 + 100 + 5000);
});

Deno.test("a pause between turns is nobody's time", async () => {
  const { clock, stats, times, batch } = book();
  for (let turn = 0; turn < 3; turn++) {
    times.shareTurn();
    batch(0.25);
    batch(0.25);
    await Promise.resolve();
    clock.advanceMs(100);
  }
  assertEquals(stats.cycles, 3);
  assertEquals(Math.round(stats.commandMicroseconds), 3 * 500);
  assertEquals(Math.round(stats.longestCycleMicroseconds), 500);
});
