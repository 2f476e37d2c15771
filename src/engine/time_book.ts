// Who took how long. Reading the clock around every command would cost a tenth of a GET, so short
// commands share the time of the segment they ran in, and long ones are measured one by one.
import type { Clock } from "../base/clock.ts";
import type { ServerStats } from "../stats/server_stats.ts";
import type { Command } from "./registry.ts";

/** Books the running time of commands. A segment lies between two readings of the clock. */
export class TimeBook {
  /** Every command is a segment of its own; on when the slow log's threshold is short. */
  exact = false;
  /** Whether histograms are kept (`latency-tracking`). */
  histograms = true;
  #clock: Clock;
  #stats: ServerStats;
  #startMs = 0;
  #openedMs = 0;
  #commands: Command[] = [];
  #calls = 0;
  constructor(clock: Clock, stats: ServerStats) {
    this.#clock = clock;
    this.#stats = stats;
  }

  /** Opens a segment, the first of a batch. */
  open(): void {
    this.#startMs = this.#openedMs = this.#clock.monotonicMs();
  }

  /** Microseconds between the opening and the end of the last settled segment. */
  get batchMicroseconds(): number {
    return (this.#startMs - this.#openedMs) * 1000;
  }

  /** Counts a call into the open segment. */
  count(command: Command): void {
    if (command.unbooked++ === 0) this.#commands.push(command);
    this.#calls++;
  }

  /** Ends the segment, books it and opens the next; answers its length in microseconds. */
  settle(): number {
    const now = this.#clock.monotonicMs();
    const elapsed = (now - this.#startMs) * 1000;
    this.#startMs = now;
    if (this.#calls === 0) return elapsed;
    this.#stats.commandMicroseconds += elapsed;
    const each = elapsed / this.#calls;
    const commands = this.#commands;
    for (let i = 0; i < commands.length; i++) {
      commands[i].stats.record(commands[i].unbooked, each, this.histograms);
      commands[i].unbooked = 0;
    }
    commands.length = 0;
    this.#calls = 0;
    return elapsed;
  }
}
