import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../src/base/clock.ts";
import { ReplyGate } from "../../src/engine/reply_gate.ts";
import { TimeBook } from "../../src/engine/time_book.ts";
import { ServerStats } from "../../src/stats/server_stats.ts";

/** Runs a batch that takes so long; answers whether the Unix time was to be read for it. */
function batch(times: TimeBook, gate: ReplyGate, clock: ManualClock, ms: number): boolean {
  const reads = times.begin(gate);
  clock.advanceMs(ms);
  times.end(gate);
  return reads;
}

function book() {
  const clock = new ManualClock(), gate = new ReplyGate();
  return { clock, gate, times: new TimeBook(clock, new ServerStats()) };
}

Deno.test("batches within a millisecond of each other share the Unix time, later ones do not", () => {
  const { clock, gate, times } = book();
  assert(batch(times, gate, clock, 0.25));
  clock.advanceMs(0.5);
  assert(!batch(times, gate, clock, 0.1));
  clock.advanceMs(0.15);
  assert(batch(times, gate, clock, 0));
});

Deno.test("a pause between batches is not booked, though the gate was closed before and after it", () => {
  const { clock, gate, times } = book();
  gate.closed = true;
  batch(times, gate, clock, 0.25);
  batch(times, gate, clock, 0.25);
  assertEquals(times.batchMicroseconds, 250);
  gate.open();
  clock.advanceMs(100);
  gate.closed = true; // by a round of expiry, before the batch
  assert(batch(times, gate, clock, 0.25));
  assertEquals(times.batchMicroseconds, 250);
});

Deno.test("a long batch is followed by one that reads the time, with the gate closed too", () => {
  const { clock, gate, times } = book();
  gate.closed = true;
  batch(times, gate, clock, 5);
  assert(batch(times, gate, clock, 0));
});
