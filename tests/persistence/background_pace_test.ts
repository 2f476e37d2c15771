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

  /** A slice that is over before its time; what the pause after it asks for, ms. */
  async waitAfter(sliceMs: number): Promise<number> {
    const real = globalThis.setTimeout, waits: number[] = [];
    this.#pace.begin(this.work);
    this.#nowMs += sliceMs;
    globalThis.setTimeout = ((handler: () => void, ms: number) => {
      waits.push(ms);
      return real(handler, 0);
    }) as typeof setTimeout;
    try {
      await this.pause(0, 1000);
    } finally {
      globalThis.setTimeout = real;
    }
    return Math.round(waits[0]);
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
  assertEquals(paced.slice(), 1);
  await paced.pause(13.5, 1000);
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
  await paced.pause(14.5, 1000, 100);
  assertEquals(paced.slice(), 1); // a millisecond less for clients, and two are used up
  await paced.pause(5, 1000, 400);
  assertEquals(paced.slice(), 0.2);
});

Deno.test("where a worker does the larger part, clients get ten times as long", async () => {
  const paced = new Paced();
  paced.work.isShared = true;
  paced.slice();
  await paced.pause(30, 1000);
  assertEquals(paced.slice(), 2);
  await paced.pause(10, 1000);
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
  await paced.pause(1.5, 1000);
  assertEquals(paced.slice(), 2);
});

Deno.test("a pause is as long as what the slice took asks for, within bounds", async () => {
  const paced = new Paced();
  paced.work.isShared = true;
  paced.slice(); // the first of a work, before anything is known
  await paced.pause(10, 1000);
  assertEquals(await paced.waitAfter(0.2), 2);
  assertEquals(await paced.waitAfter(0.1), 3); // beside what is owed from before
  assertEquals(await paced.waitAfter(2), 4, "the thread is never left to clients for longer");
  const free = new Paced();
  free.slice();
  await free.pause(4.5, 1000);
  assertEquals(await free.waitAfter(0.1), 1, "a file that took no more ended the slice at once");
});
