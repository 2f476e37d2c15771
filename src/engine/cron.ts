// Background work between commands: expiry, rehashing, lazy freeing, timeouts, statistics.
import { ExpireCycle } from "../store/expire_cycle.ts";
import type { Engine } from "./engine.ts";

/** Share of a period that active expiry may use at effort 1, and what each step of effort adds. */
const EXPIRE_SHARE = 0.25;
const EXPIRE_SHARE_PER_EFFORT = 0.02;
/** Buckets moved between two looks at the clock. */
const REHASH_BUCKETS = 100;
const REHASH_MS = 1;
const FREE_ENTRIES = 1000;
const FREE_MS = 2;

/** The timer of the server; runs `hz` times a second, more often while there is work left over. */
export class Cron {
  readonly expireCycle: ExpireCycle;
  readonly #engine: Engine;
  readonly #extra: ((nowMs: number) => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #nextRegularMs = 0;
  /** When the timer goes off, Unix ms. */
  #dueAtMs = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.expireCycle = new ExpireCycle(engine.keyspace);
  }

  /** Adds work of other rooms; it gets Unix ms. */
  add(work: (nowMs: number) => void): void {
    this.#extra.push(work);
  }

  start(): void {
    this.#stopped = false;
    this.#engine.parking.onDeadline = (atMs) => {
      if (atMs < this.#dueAtMs) this.hurry(atMs - this.#engine.keyspace.clock.nowMs());
    };
    this.#schedule(0);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Looks again soon: a deadline nearer than the next tick came in. */
  hurry(delayMs: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#schedule(Math.max(0, delayMs));
  }

  #schedule(delayMs: number): void {
    this.#dueAtMs = this.#engine.keyspace.clock.nowMs() + delayMs;
    this.#timer = setTimeout(() => this.#tick(), delayMs);
  }

  #tick(): void {
    const { config, keyspace, parking } = this.#engine;
    const periodMs = 1000 / config.int("hz");
    const startMs = keyspace.clock.monotonicMs();
    let more = false;
    try {
      keyspace.freezeClock();
      parking.expire(keyspace.nowMs);
      more = this.run(periodMs);
    } catch (error) {
      // What failed once is tried again: keys keep expiring, clients keep being served.
      this.#engine.reportInternalError(error, "cron");
    }
    this.#engine.stats.countCron((keyspace.clock.monotonicMs() - startMs) * 1000);
    if (!this.#stopped) this.#schedule(more ? 1 : this.#nextDelay(periodMs));
  }

  /** One round of background work; true when there is more that cannot wait for the next period. */
  run(periodMs: number): boolean {
    let more = false;
    this.#engine.unit(() => {
      const { clock, nowMs } = this.#engine.keyspace;
      if (clock.monotonicMs() >= this.#nextRegularMs) this.#regular(nowMs, periodMs);
      more = this.#free();
    });
    const { memoryLimit } = this.#engine;
    return memoryLimit.on && memoryLimit.enforce() || more;
  }

  /** What is due once a period, however often leftover work makes the timer go off. */
  #regular(nowMs: number, periodMs: number): void {
    const { keyspace, config, stats, sessions } = this.#engine;
    const monotonic = keyspace.clock.monotonicMs();
    this.#nextRegularMs = monotonic + periodMs - 1;
    stats.sample(monotonic);
    keyspace.arena.samplePeak();
    sessions.samplePeaks(Math.floor(nowMs / 1000));
    if (keyspace.expiresKeys && keyspace.activeExpire) this.#expire(periodMs);
    if (config.bool("activerehashing")) this.#rehash();
    this.#closeIdleClients(nowMs);
    for (const work of this.#extra) work(nowMs);
  }

  #expire(periodMs: number): void {
    const { keyspace, config } = this.#engine;
    const effort = config.int("active-expire-effort");
    const share = EXPIRE_SHARE + EXPIRE_SHARE_PER_EFFORT * (effort - 1);
    const before = keyspace.stats.expireCycleMs;
    this.expireCycle.run(periodMs * share, effort);
    this.#engine.noteLatency("expire-cycle", keyspace.stats.expireCycleMs - before);
  }

  #rehash(): void {
    const { databases, clock } = this.#engine.keyspace;
    const deadline = clock.monotonicMs() + REHASH_MS;
    for (const { table } of databases) {
      while (table.rehash(REHASH_BUCKETS)) if (clock.monotonicMs() >= deadline) return;
    }
  }

  #free(): boolean {
    const { graveyard, clock } = this.#engine.keyspace;
    const deadline = clock.monotonicMs() + FREE_MS;
    while (graveyard.dig(FREE_ENTRIES)) if (clock.monotonicMs() >= deadline) return true;
    return false;
  }

  #nextDelay(periodMs: number): number {
    const { parking, keyspace } = this.#engine;
    const deadline = parking.nextDeadline();
    if (deadline === 0) return periodMs;
    return Math.max(0, Math.min(periodMs, deadline - keyspace.clock.nowMs()));
  }

  #closeIdleClients(nowMs: number): void {
    const timeoutMs = this.#engine.config.int("timeout") * 1000;
    if (timeoutMs === 0) return;
    for (const session of this.#engine.sessions.all()) {
      const exempt = session.parked !== undefined || session.subscribed;
      if (!exempt && nowMs - session.lastActiveAtMs > timeoutMs) session.transport.close(false);
    }
  }
}
