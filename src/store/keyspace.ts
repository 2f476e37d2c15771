// All databases together, and what they share: memory, clock, counters, the listener, lazy freeing.
import type { Clock } from "../base/clock.ts";
import { invariant } from "../base/invariant.ts";
import type { Random } from "../base/random.ts";
import type { Arena } from "../memory/arena.ts";
import type { HashKey } from "../memory/half_siphash.ts";
import type { ValueType } from "../values/value_type.ts";
import { AccessClock } from "./access_clock.ts";
import type { ChangeListener } from "./changes.ts";
import { Database } from "./database.ts";
import { Graveyard } from "./graveyard.ts";

/** Counters that belong to the keys; INFO stats shows them. */
export interface KeyspaceStats {
  keyspaceHits: number;
  keyspaceMisses: number;
  expiredKeys: number;
  evictedKeys: number;
  expiredTimeCapReached: number;
}

/** What a keyspace is built from. */
export interface KeyspaceOptions {
  arena: Arena;
  clock: Clock;
  random: Random;
  databases: number;
}

const SILENT: ChangeListener = {
  listening: false,
  changed: () => {},
  expired: () => {},
  flushing: () => {},
  flushed: () => {},
};

/** The databases of one server. */
export class Keyspace {
  readonly arena: Arena;
  readonly random: Random;
  readonly clock: Clock;
  readonly hashKey: HashKey;
  readonly access: AccessClock;
  readonly databases: Database[];
  readonly graveyard: Graveyard;
  /** The engine, once it is there. */
  listener: ChangeListener = SILENT;
  /** Changes since the last save. */
  dirty = 0;
  /** Unix ms, frozen while a unit of work runs. */
  nowMs = 0;
  /** Whether keys whose time is over are removed here; a replica waits to be told. */
  expiresKeys = true;
  /** DEBUG SET-ACTIVE-EXPIRE: whether the cycle removes keys that nobody asks for. */
  activeExpire = true;
  /** CLIENT NO-TOUCH is on for whoever runs now. */
  noTouch = false;
  readonly stats: KeyspaceStats = {
    keyspaceHits: 0,
    keyspaceMisses: 0,
    expiredKeys: 0,
    evictedKeys: 0,
    expiredTimeCapReached: 0,
  };
  /** By type number; strings need none. */
  readonly valueTypes: (ValueType | undefined)[] = [];

  constructor(options: KeyspaceOptions) {
    this.arena = options.arena;
    this.random = options.random;
    this.clock = options.clock;
    this.hashKey = { k0: options.random.next32() | 0, k1: options.random.next32() | 0 };
    this.access = new AccessClock(options.random);
    this.graveyard = new Graveyard(this);
    this.databases = Array.from({ length: options.databases }, (_, i) => new Database(this, i));
    this.freezeClock();
  }

  /** Takes the time for the unit of work that begins now. */
  freezeClock(): void {
    const now = this.clock.nowMs();
    if (now === this.nowMs) return;
    this.nowMs = now;
    this.access.advance(now);
  }

  /** Keys in all databases. */
  get size(): number {
    let total = 0;
    for (const database of this.databases) total += database.size;
    return total;
  }

  /** Frees a value that is not a string. */
  releaseValue(type: number, encoding: number, value: number): void {
    const valueType = this.valueTypes[type];
    invariant(valueType !== undefined, "every type that is stored knows how it is freed");
    valueType.free(encoding, value);
  }

  /** Empties a database; `lazily` leaves the freeing to slices of the cron. Answers the key count. */
  flush(database: Database, lazily: boolean): number {
    const count = database.size;
    this.listener.flushing(database, undefined);
    this.graveyard.bury(database, lazily);
    this.listener.flushed(database);
    return count;
  }

  /** Exchanges the contents of two databases. */
  swap(first: number, second: number): void {
    const a = this.databases[first], b = this.databases[second];
    this.listener.flushing(a, b);
    this.listener.flushing(b, a);
    [a.table, b.table] = [b.table, a.table];
    [a.expires, b.expires] = [b.expires, a.expires];
    this.listener.flushed(a);
    this.listener.flushed(b);
  }
}
