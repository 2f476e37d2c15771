// Who took how long. Reading the clock around every command would cost a tenth of a GET, so short
// commands share the time of the segment they ran in, and long ones are measured one by one.
import type { Clock } from "../base/clock.ts";
import type { ServerStats } from "../stats/server_stats.ts";
import type { Command } from "./registry.ts";

/** Short commands between two readings, about a third of a millisecond; a batch counts for some. */
const SHARED_CALLS = 256;
const CALLS_PER_BATCH = 8;

/** Books the running time of commands. A segment lies between two readings of the clock. */
export class TimeBook {
  /** Every command is a segment of its own; on when the slow log's threshold is short. */
  exact = false;
  /** Whether histograms are kept (`latency-tracking`). */
  histograms = true;
  #clock: Clock;
  #stats: ServerStats;
  /** The last reading of the monotonic clock, and what may have run since, in calls. */
  #startMs = 0;
  #callsSince = 0;
  /** When the batch began, or the first one of the turn. */
  #openedMs = 0;
  /** Batches are run in a turn of the event loop that they share, how many, and whether this one is measured. */
  #inTurn = false;
  #batchesInTurn = 0;
  #measured = true;
  /** The segment has more in it than calls: the next reads were begun between batches. */
  #hasGaps = false;
  /** What a call took in the last batch that was measured, microseconds. */
  #meanMicroseconds = 0;
  #commands: Command[] = [];
  #calls = 0;

  constructor(clock: Clock, stats: ServerStats) {
    this.#clock = clock;
    this.#stats = stats;
  }

  /**
   * From here to the end of this turn of the event loop one batch follows the other, and between them
   * only the next reads begin: they may share readings of the clock. To read it around each takes
   * 0.2 µs, of about 11 for a SET that comes alone.
   */
  shareTurn(): void {
    if (this.#inTurn) return;
    this.#inTurn = true;
    queueMicrotask(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    this.#inTurn = false;
    if (this.#batchesInTurn > 1) this.settle();
    this.#batchesInTurn = 0;
    this.#stats.countCycle((this.#startMs - this.#openedMs) * 1000);
  };

  /**
   * Opens a segment, the first of a batch. In a turn that is shared the first batch is measured, and
   * then one after every few hundred calls: a short call is taken to last in the others what it lasted
   * there.
   */
  begin(): void {
    const follows = this.#inTurn && this.#batchesInTurn++ > 0;
    this.#callsSince += CALLS_PER_BATCH;
    this.#measured = !follows || this.#callsSince >= SHARED_CALLS || this.exact;
    this.#hasGaps = follows;
    if (!this.#measured) return;
    if (follows) this.settle();
    else this.#openedMs = this.#read();
  }

  /** Ends the last segment of a batch. */
  end(): void {
    if (!this.#measured) return;
    const calls = this.#calls;
    const elapsed = this.settle();
    if (calls > 0) this.#meanMicroseconds = elapsed / calls;
    if (!this.#inTurn) this.#stats.countCycle((this.#startMs - this.#openedMs) * 1000);
  }

  /** Counts a call into the open segment. */
  count(command: Command): void {
    if (command.unbooked++ === 0) this.#commands.push(command);
    this.#calls++;
    this.#callsSince++;
  }

  /** Ends the segment, books it and opens the next; answers its length in microseconds. */
  settle(): number {
    const before = this.#startMs, hasGaps = this.#hasGaps;
    const elapsed = (this.#read() - before) * 1000;
    if (this.#calls > 0) this.#book(hasGaps ? this.#meanMicroseconds : elapsed / this.#calls);
    return elapsed;
  }

  #read(): number {
    this.#hasGaps = false;
    this.#callsSince = 0;
    return this.#startMs = this.#clock.monotonicMs();
  }

  #book(each: number): void {
    this.#stats.commandMicroseconds += each * this.#calls;
    const commands = this.#commands;
    for (let i = 0; i < commands.length; i++) {
      commands[i].stats.record(commands[i].unbooked, each, this.histograms);
      commands[i].unbooked = 0;
    }
    commands.length = 0;
    this.#calls = 0;
  }
}
