// How work in the background shares the thread with clients.
import { setImmediate } from "node:timers";
import type { Engine } from "../engine/engine.ts";

/** Work in one slice where there is nobody to wait for it. */
const SLICE_MS = 1;
/** The longest that clients have to wait for the end of a slice, where they had long to themselves. */
const LONGEST_SLICE_MS = 3;
/** While commands come in, clients get so many times the length of a slice before it. */
const CLIENTS_SHARE = 2.4;
/** So much, where what waits in memory grows beyond a bound. */
const CLIENTS_SHARE_IN_HASTE = 0.5;
const HASTE_BYTES = 32 << 20;
/** Fewer commands than so many a millisecond, counted over so many, leave the thread idle. */
const IDLE_RATE = 0.5;
const RATE_MS = 4;

/** Divides work into slices; between them clients are served. */
export class BackgroundPace {
  readonly #engine: Engine;
  #sliceMs = SLICE_MS;
  #endMs = 0;
  #idle = false;
  /** When commands were last counted, monotonic ms, and how many there were. */
  #countedMs = 0;
  #commands = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Begins a slice. */
  begin(): void {
    this.#endMs = this.#engine.keyspace.clock.monotonicMs() + this.#sliceMs;
  }

  /** Whether the slice is over. */
  readonly isOver = (): boolean => this.#engine.keyspace.clock.monotonicMs() >= this.#endMs;

  /**
   * Waits between two slices: for one turn of the event loop where no commands come, else for a
   * timer. As timers are late by milliseconds, how late it was decides on the length of the next
   * slice. `waitingBytes`: what the work keeps in memory until it goes on.
   */
  async pause(waitingBytes = 0): Promise<void> {
    const { clock } = this.#engine.keyspace;
    const beganMs = clock.monotonicMs();
    this.#countCommands(beganMs);
    if (this.#idle) {
      this.#sliceMs = SLICE_MS;
      return await new Promise((resolve) => void setImmediate(resolve));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
    const share = waitingBytes > HASTE_BYTES ? CLIENTS_SHARE_IN_HASTE : CLIENTS_SHARE;
    this.#sliceMs = Math.min((clock.monotonicMs() - beganMs) / share, LONGEST_SLICE_MS);
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
