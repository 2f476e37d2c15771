// How long the slices of work in the background are, by what clients do in between.
import { assertEquals } from "@std/assert";
import type { Engine } from "../../src/engine/engine.ts";
import { BackgroundPace } from "../../src/persistence/background_pace.ts";

/** Work whose time is told, not taken. */
class Paced {
  readonly work = { keysWritten: 0, waitingBytes: 0, isShared: false, ended: false };
  /** `rdb-key-save-delay` */
  readonly delay = { value: 0 };
  #nowMs = 1000;
  #stats = { totalCommands: 0 };
  readonly #pace: BackgroundPace;

  constructor() {
    const engine = {
      keyspace: { clock: { monotonicMs: () => this.#nowMs } },
      stats: this.#stats,
      config: { cell: () => this.delay },
    };
    this.#pace = new BackgroundPace(engine as unknown as Engine);
  }

  /** A slice that is as long as it may be, in which so many keys are written; answers its length. */
  slice(keys = 0): number {
    const beganMs = this.#nowMs;
    this.#pace.begin(this.work);
    while (!this.#pace.isOver()) this.#nowMs += 0.01;
    this.work.keysWritten += keys;
    return Math.round((this.#nowMs - beganMs) * 10) / 10;
  }

  /** A pause of so long in which clients send commands, and make so many keys be written. */
  async pause(ms: number, commands: number, keys = 0): Promise<void> {
    const over = this.#pace.pause(this.work);
    this.#nowMs += ms;
    this.#stats.totalCommands += commands;
    this.work.keysWritten += keys;
    await over;
  }
}

Deno.test("clients that send commands get more than four times as long as the work", async () => {
  const paced = new Paced();
  paced.slice();
  await paced.pause(9, 1000);
  assertEquals(paced.slice(), 2);
  await paced.pause(4.5, 1000);
  assertEquals(paced.slice(), 1);
  await paced.pause(50, 1000);
  assertEquals(paced.slice(), 3, "nobody waits longer for a slice");
});

Deno.test("what clients make a save write counts as its time, but it goes on", async () => {
  const paced = new Paced();
  await paced.pause(9, 1000);
  assertEquals(paced.slice(100), 1); // a hundredth of a millisecond a key
  await paced.pause(10, 1000, 100);
  assertEquals(paced.slice(), 1); // a millisecond less for clients, and one is used up
  await paced.pause(5, 1000, 400);
  assertEquals(paced.slice(), 0.2);
});

Deno.test("where a worker does the larger part, clients get fourteen times as long", async () => {
  const paced = new Paced();
  paced.work.isShared = true;
  paced.slice();
  await paced.pause(28, 1000);
  assertEquals(paced.slice(), 2);
  await paced.pause(14, 1000);
  assertEquals(paced.slice(), 1);
});

Deno.test("without commands slices follow each other", async () => {
  const paced = new Paced();
  paced.slice();
  await paced.pause(5, 1000);
  paced.slice();
  await paced.pause(5, 1);
  for (let i = 0; i < 5; i++) {
    assertEquals(paced.slice() <= 2.2, true);
    await paced.pause(0, 0);
  }
  assertEquals(paced.slice(), 1);
  await paced.pause(0, 0);
  assertEquals(paced.slice(), 1, "the pause took no time");
});

Deno.test("work that keeps much in memory comes to its end sooner", async () => {
  const paced = new Paced();
  paced.slice();
  paced.work.waitingBytes = 64 << 20;
  await paced.pause(1, 1000);
  assertEquals(paced.slice(), 2);
});
