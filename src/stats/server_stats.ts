// Counters of the whole server: INFO stats, clients and errorstats.

const MAX_ERROR_KINDS = 128;

/** Reset by CONFIG RESETSTAT where Redis resets them. */
export class ServerStats {
  totalConnections = 0;
  rejectedConnections = 0;
  totalCommands = 0;
  unexpectedErrors = 0;
  totalErrorReplies = 0;
  netInputBytes = 0;
  netOutputBytes = 0;
  totalReads = 0;
  totalWrites = 0;
  queryBufferLimitDisconnections = 0;
  outputBufferLimitDisconnections = 0;
  aclDeniedAuth = 0;
  aclDeniedCommand = 0;
  aclDeniedKey = 0;
  aclDeniedChannel = 0;
  /** Batches of requests run, and the microseconds they took. */
  cycles = 0;
  cycleMicroseconds = 0;
  longestCycleMicroseconds = 0;
  mostCommandsPerCycle = 0;
  /** Microseconds in which commands ran, and in which the cron did. */
  commandMicroseconds = 0;
  cronMicroseconds = 0;
  /** {@link totalCommands} when the last cycle ended. */
  #commandsBefore = 0;
  /** Error replies by code, the word before the first space (INFO errorstats). */
  readonly errors = new Map<string, number>();
  /** Operations, input and output bytes per second over the last 16 samples. */
  readonly operationsPerSecond = new Rate();
  readonly inputPerSecond = new Rate();
  readonly outputPerSecond = new Rate();
  readonly cyclesPerSecond = new Rate();
  readonly #cycleTimePerSecond = new Rate();

  /** Counts a batch of requests that took so long. */
  countCycle(microseconds: number): void {
    this.cycles++;
    this.cycleMicroseconds += microseconds;
    if (microseconds > this.longestCycleMicroseconds) this.longestCycleMicroseconds = microseconds;
    const commands = this.totalCommands - this.#commandsBefore;
    this.#commandsBefore = this.totalCommands;
    if (commands > this.mostCommandsPerCycle) this.mostCommandsPerCycle = commands;
  }

  /** Counts a round of the cron that took so long; it is a cycle too. */
  countCron(microseconds: number): void {
    this.cronMicroseconds += microseconds;
    this.countCycle(microseconds);
  }

  /** Mean microseconds of a cycle lately. */
  get recentCycleMicroseconds(): number {
    const cycles = this.cyclesPerSecond.value();
    return cycles === 0 ? 0 : this.#cycleTimePerSecond.value() / cycles;
  }

  /** Counts an error reply; `message` begins with its code. */
  countError(message: string): void {
    this.totalErrorReplies++;
    const space = message.indexOf(" ");
    const code = space < 0 ? message : message.slice(0, space);
    // A script can make up codes: the table stops growing before they fill the memory.
    if (!this.errors.has(code) && this.errors.size >= MAX_ERROR_KINDS) return;
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  /** Takes a sample of the rates; called about ten times a second. */
  sample(monotonicMs: number): void {
    this.operationsPerSecond.sample(monotonicMs, this.totalCommands);
    this.inputPerSecond.sample(monotonicMs, this.netInputBytes);
    this.outputPerSecond.sample(monotonicMs, this.netOutputBytes);
    this.cyclesPerSecond.sample(monotonicMs, this.cycles);
    this.#cycleTimePerSecond.sample(monotonicMs, this.cycleMicroseconds);
  }

  reset(): void {
    this.totalConnections = this.rejectedConnections = this.totalCommands = 0;
    this.unexpectedErrors = this.totalErrorReplies = this.netInputBytes = 0;
    this.netOutputBytes = this.totalReads = this.totalWrites = 0;
    this.queryBufferLimitDisconnections = this.outputBufferLimitDisconnections = 0;
    this.aclDeniedAuth =
      this.aclDeniedCommand =
      this.aclDeniedKey =
      this.aclDeniedChannel =
        0;
    this.cycles = this.cycleMicroseconds = this.longestCycleMicroseconds = 0;
    this.mostCommandsPerCycle = this.commandMicroseconds = this.cronMicroseconds = 0;
    this.#commandsBefore = 0;
    this.errors.clear();
    this.operationsPerSecond.reset();
    this.inputPerSecond.reset();
    this.outputPerSecond.reset();
    this.cyclesPerSecond.reset();
    this.#cycleTimePerSecond.reset();
  }
}

/** Mean rate per second of a growing counter over its last samples. */
export class Rate {
  #samples = new Float64Array(16);
  #next = 0;
  #lastMs = -1;
  #lastValue = 0;

  sample(monotonicMs: number, value: number): void {
    const elapsed = monotonicMs - this.#lastMs;
    if (this.#lastMs >= 0 && elapsed > 0) {
      this.#samples[this.#next] = Math.max(0, value - this.#lastValue) * 1000 / elapsed;
      this.#next = (this.#next + 1) % this.#samples.length;
    }
    this.#lastMs = monotonicMs;
    this.#lastValue = value;
  }

  /** Per second. */
  value(): number {
    let sum = 0;
    for (const sample of this.#samples) sum += sample;
    return sum / this.#samples.length;
  }

  reset(): void {
    this.#samples.fill(0);
    this.#lastValue = 0;
    this.#lastMs = -1;
  }
}
