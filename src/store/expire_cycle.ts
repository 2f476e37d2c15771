// Active expiry: removes keys whose time is over though nobody asks for them, within a time budget.
import type { Database } from "./database.ts";
import { expireDueFields } from "./field_expiry.ts";
import type { Keyspace } from "./keyspace.ts";

const KEYS_PER_LOOP = 20;
/** A database with more than this share of stale keys among those looked at is looked at again. */
const ACCEPTABLE_STALE = 0.1;

/**
 * Walks the expiry index of each database from its end to its start and begins again. A removed
 * key's place is taken by the last one, which was looked at already, so a walk misses none.
 */
export class ExpireCycle {
  #keyspace: Keyspace;
  #cursors: Int32Array;
  #nextDatabase = 0;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
    this.#cursors = new Int32Array(keyspace.databases.length);
  }

  /**
   * Runs for at most about `budgetMs`; `effort` is `active-expire-effort`, 1 to 10. Answers the
   * number of keys removed.
   */
  run(budgetMs: number, effort: number): number {
    const { clock, stats } = this.#keyspace;
    const startMs = clock.monotonicMs();
    const removed = this.#run(startMs + budgetMs, effort);
    for (const database of this.#keyspace.databases) expireDueFields(database, startMs + budgetMs);
    stats.expireCycleMs += clock.monotonicMs() - startMs;
    return removed;
  }

  #run(deadline: number, effort: number): number {
    const { databases, clock, stats } = this.#keyspace;
    const perLoop = KEYS_PER_LOOP + Math.floor(KEYS_PER_LOOP / 4 * (effort - 1));
    const acceptable = ACCEPTABLE_STALE - 0.01 * (effort - 1);
    let removed = 0;
    for (let n = databases.length; n > 0; n--) {
      const database = databases[this.#nextDatabase];
      this.#nextDatabase = (this.#nextDatabase + 1) % databases.length;
      for (;;) {
        const looked = Math.min(perLoop, database.expires.length);
        if (looked === 0) {
          database.averageTtlMs = 0;
          break;
        }
        const stale = this.#loop(database, looked);
        removed += stale;
        stats.expiredStaleShare = stats.expiredStaleShare * 0.95 + stale / looked * 0.05;
        if (clock.monotonicMs() >= deadline) {
          stats.expiredTimeCapReached++;
          return removed;
        }
        if (stale <= looked * acceptable) break;
      }
    }
    return removed;
  }

  #loop(database: Database, count: number): number {
    const { nowMs } = this.#keyspace;
    let stale = 0, ttlSumMs = 0;
    let cursor = this.#cursors[database.index];
    for (let i = 0; i < count && database.expires.length > 0; i++) {
      if (cursor <= 0 || cursor > database.expires.length) cursor = database.expires.length;
      const ref = database.expires.get(--cursor);
      if (!database.isOver(ref)) {
        ttlSumMs += database.expireAtOf(ref) - nowMs;
        continue;
      }
      database.expire(ref, database.keyOf(ref));
      stale++;
    }
    this.#cursors[database.index] = cursor;
    if (ttlSumMs > 0) noteTtl(database, ttlSumMs / (count - stale));
    return stale;
  }
}

/** The estimate follows what is seen by a fiftieth at a time, as Redis's. */
function noteTtl(database: Database, seenMs: number): void {
  const before = database.averageTtlMs;
  database.averageTtlMs = before === 0 ? seenMs : before * 0.98 + seenMs * 0.02;
}
