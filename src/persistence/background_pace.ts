// How work in the background shares the thread with clients.
import { setImmediate } from "node:timers";
import type { Engine } from "../engine/engine.ts";
import { KeyDelay } from "./key_delay.ts";

/** Work in one slice where there is nobody to wait for it. */
const SLICE_MS = 1;
/** So much is done whatever clients make necessary: a save must come to its end. */
const SHORTEST_SLICE_MS = 0.2;
/** The longest that clients have to wait for the end of a slice, where they had long to themselves. */
const LONGEST_SLICE_MS = 3;
const MOST_DEBT_MS = 5;
/** The longest wait for clients to get their share. */
const LONGEST_PAUSE_MS = 4;
/**
 * While commands come in, clients get so many times what the work takes by itself; what it costs them
 * besides, in caches and on the other processors, is about as much again. With a worker, which steps back
 * for everybody, that can be spread: a million keys cost the thread some 150 ms and a worker 350 ms, where
 * clients and others keep two processors busy. So this decides on the length: two to three times that of
 * SAVE where clients change what is yet to be saved, which does some of the work, four to five where they
 * only read; without a worker, six to eight times.
 */
const CLIENTS_SHARE = { shared: 10, alone: 4.5 };
/** So much, where what waits in memory grows beyond a bound. */
const CLIENTS_SHARE_IN_HASTE = 0.5;
const HASTE_BYTES = 32 << 20;
/** Fewer commands than so many a millisecond, counted over so many, leave the thread idle. */
const IDLE_RATE = 0.5;
const RATE_MS = 4;
/**
 * As often an idle thread waits for a timer all the same: a loop that always has something to do looks
 * for what came through sockets only every sixty turns or so (measured: clients that begin then, or were
 * held up for a moment, waited 110 to 160 ms; so they wait up to 50).
 */
const TURNS_BETWEEN_TIMERS = 8;

/** Work that is divided. */
export interface PacedWork {
  /** Grows also between the slices, by what clients make necessary. */
  readonly keysWritten: number;
  /** What the work keeps in memory until it goes on. */
  readonly waitingBytes: number;
  /** Whether a worker does the larger part of what was done so far. */
  readonly isShared: boolean;
  /** Whether it was given up, or is complete. */
  readonly ended: boolean;
}

const NO_WORK: PacedWork = { keysWritten: 0, waitingBytes: 0, isShared: false, ended: false };

/** Divides work into slices; between them clients are served. */
export class BackgroundPace {
  readonly #engine: Engine;
  #sliceMs = SLICE_MS;
  #work: PacedWork | undefined;
  #startMs = 0;
  #startKeys = 0;
  #endMs = 0;
  /** How long slices were so far, and how much was written in them. */
  #workMs = 0;
  #workKeys = 0;
  /** Time that the work took beyond its share, ms; negative when it has some left. */
  #debtMs = 0;
  #idle = false;
  #turns = 0;
  /** When commands were last counted, monotonic ms, and how many there were. */
  #countedMs = 0;
  #commands = 0;
  readonly #delay: KeyDelay;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#delay = new KeyDelay(engine.config.cell("rdb-key-save-delay"));
  }

  /** Begins a slice. */
  begin(work: PacedWork = NO_WORK): void {
    if (work !== this.#work) this.#forget(work);
    this.#startMs = this.#engine.keyspace.clock.monotonicMs();
    this.#startKeys = work.keysWritten;
    this.#endMs = this.#startMs + this.#sliceMs;
  }

  /** Another work begins: what the last one took says nothing of it. */
  #forget(work: PacedWork): void {
    this.#work = work;
    this.#idle = false;
    this.#countedMs = this.#engine.keyspace.clock.monotonicMs();
    this.#commands = this.#engine.stats.totalCommands;
    this.#workMs = this.#workKeys = this.#debtMs = 0;
    this.#delay.forget();
    this.#sliceMs = SLICE_MS;
  }

  /** Whether the slice is over. */
  readonly isOver = (): boolean =>
    this.#delay.isOn || this.#engine.keyspace.clock.monotonicMs() >= this.#endMs;

  /** For work in one go, while nobody is served: asks for no end, but keys may be delayed. */
  allAtOnce(work: PacedWork): () => boolean {
    this.begin(work);
    return () => {
      this.#countKeys(work);
      for (let ms; (ms = this.#delay.take()) > 0;) this.#engine.ports.process.sleep(ms);
      return false;
    };
  }

  /** Counts what was written since it was last counted, for the delay. */
  #countKeys(work: PacedWork): void {
    this.#delay.count(work.keysWritten - this.#startKeys);
    this.#startKeys = work.keysWritten;
  }

  async #waitForDelay(work: PacedWork): Promise<void> {
    this.#countKeys(work);
    for (let ms; !work.ended && (ms = this.#delay.take()) > 0;) {
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }

  /**
   * Waits between two slices: for one turn of the event loop where no commands come, else for a
   * timer. As timers are late by milliseconds, how late it was decides on the length of the next
   * slice; what was written meanwhile counts as the work's time.
   */
  async pause(work: PacedWork = NO_WORK): Promise<void> {
    await this.#share(work);
    if (this.#delay.isOn && work === this.#work) await this.#waitForDelay(work);
  }

  async #share(work: PacedWork): Promise<void> {
    const { clock } = this.#engine.keyspace;
    const beganMs = clock.monotonicMs(), keys = work.keysWritten;
    if (work === this.#work) {
      this.#workMs += beganMs - this.#startMs;
      this.#workKeys += keys - this.#startKeys;
      // What it really took: a slice is over early where the file takes no more.
      this.#debtMs += beganMs - this.#startMs;
    }
    this.#countCommands(beganMs);
    if (this.#idle) {
      this.#sliceMs = SLICE_MS;
      this.#debtMs = 0;
      if (++this.#turns % TURNS_BETWEEN_TIMERS !== 0) {
        return await new Promise((resolve) => void setImmediate(resolve));
      }
      return await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const share = shareOf(work);
    const waitMs = Math.min(Math.max(this.#debtMs * share, 1), LONGEST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const pauseMs = clock.monotonicMs() - beganMs;
    const perKeyMs = this.#workKeys === 0 ? 0 : this.#workMs / this.#workKeys;
    const earlyMs = Math.min(pauseMs, (work.keysWritten - keys) * perKeyMs);
    const debtMs = this.#debtMs + earlyMs - (pauseMs - earlyMs) / share;
    this.#sliceMs = Math.min(Math.max(-debtMs, SHORTEST_SLICE_MS), LONGEST_SLICE_MS);
    this.#debtMs = Math.min(Math.max(debtMs, -LONGEST_SLICE_MS), MOST_DEBT_MS);
  }

  #countCommands(nowMs: number): void {
    const elapsedMs = nowMs - this.#countedMs;
    if (elapsedMs < RATE_MS) return;
    const { totalCommands } = this.#engine.stats;
    this.#idle = totalCommands - this.#commands < elapsedMs * IDLE_RATE;
    this.#countedMs = nowMs;
    this.#commands = totalCommands;
  }
}

/** How many times the work's own time clients get. */
function shareOf({ waitingBytes, isShared }: PacedWork): number {
  if (waitingBytes > HASTE_BYTES) return CLIENTS_SHARE_IN_HASTE;
  return isShared ? CLIENTS_SHARE.shared : CLIENTS_SHARE.alone;
}
