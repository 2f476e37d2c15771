import { assert, assertEquals } from "@std/assert";
import { Cron } from "../../src/engine/cron.ts";
import { EngineHarness } from "../support/engine_harness.ts";

Deno.test("a period of background work expires, frees and rehashes", () => {
  const harness = new EngineHarness();
  const { keyspace, engine, clock } = harness;
  const cron = new Cron(engine);
  for (let n = 0; n < 300; n++) harness.run(`SET k${n} v PX 5`);
  harness.run("SELECT 1");
  for (let n = 0; n < 3000; n++) harness.run(`SET k${n} v`);
  harness.run("FLUSHDB ASYNC");
  for (let n = 0; n < 600; n++) harness.run(`SET k${n} v`);
  assert(keyspace.graveyard.pending > 0);
  clock.advanceMs(100);
  while (cron.run(100)) clock.advanceMs(1);
  assertEquals(keyspace.databases[0].size, 0);
  assertEquals(keyspace.graveyard.pending, 0);
  for (let n = 0; n < 20; n++) {
    clock.advanceMs(100);
    cron.run(100);
  }
  assert(keyspace.databases.every(({ table }) => !table.rehashing));
});

Deno.test("work left over is taken up at once, but what is due once a period is not repeated", () => {
  const harness = new EngineHarness();
  const { engine, clock } = harness;
  const cron = new Cron(engine);
  const due: number[] = [];
  cron.add((nowMs) => due.push(nowMs));
  for (let n = 0; n < 5; n++) {
    cron.run(100);
    clock.advanceMs(1);
  }
  assertEquals(due.length, 1);
  clock.advanceMs(100);
  cron.run(100);
  assertEquals(due.length, 2);
});

Deno.test("DEBUG SET-ACTIVE-EXPIRE 0 leaves keys that are over where they are", () => {
  const harness = new EngineHarness();
  const cron = new Cron(harness.engine);
  harness.run("SET k v PX 5");
  harness.keyspace.activeExpire = false;
  harness.clock.advanceMs(100);
  cron.run(100);
  assertEquals(harness.keys(), ["k"]);
  harness.keyspace.activeExpire = true;
  harness.clock.advanceMs(100);
  cron.run(100);
  assertEquals(harness.keys(), []);
  assertEquals(harness.takeEffects().at(-1), "DEL k");
});

Deno.test("clients that are idle for longer than `timeout` are closed, waiting ones are not", () => {
  const harness = new EngineHarness({ config: { timeout: "10" } });
  const cron = new Cron(harness.engine);
  const busy = harness.connect();
  harness.run("PING");
  harness.clock.advanceMs(9000);
  busy.run("PING");
  harness.clock.advanceMs(2000);
  cron.run(100);
  assertEquals([harness.client.closed, busy.closed], [true, false]);
});

Deno.test("the timer comes early for a deadline and survives work that fails", async () => {
  const harness = new EngineHarness({ config: { hz: "1" } });
  const { engine } = harness;
  const errors: string[] = [];
  engine.reportInternalError = (error, where) => errors.push(`${where}: ${error}`);
  // Real time drives the timer; this clock follows it.
  harness.clock.nowMs = () => Date.now();
  harness.clock.monotonicMs = () => performance.now();
  const cron = new Cron(engine);
  let rounds = 0;
  cron.add(() => {
    rounds++;
    throw new Error("on purpose");
  });
  cron.start();
  try {
    await until(() => errors.length > 0);
    assertEquals(errors[0], "cron: Error: on purpose");
    const startMs = performance.now();
    harness.run("CLIENT PAUSE 20 ALL");
    const other = harness.connect();
    other.send("PING");
    await until(() => other.session.parked?.over === true);
    const took = performance.now() - startMs;
    // Without a hurry it would be the second that lies between two periods.
    assert(took >= 19 && took < 800, `a pause of 20 ms took ${took} ms`);
    assert(rounds >= 1);
  } finally {
    cron.stop();
  }
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
