// What all databases of a server share: memory, clock, counters, the listener.
import type { Clock } from "../base/clock.ts";
import { invariant } from "../base/invariant.ts";
import type { Random } from "../base/random.ts";
import type { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import type { HashKey } from "../memory/half_siphash.ts";
import { defaultValueLimits, type ValueLimits } from "../values/limits.ts";
import type { ValueType } from "../values/value_type.ts";
import { AccessClock } from "./access_clock.ts";
import type { ChangeListener } from "./changes.ts";
import { TYPE_STRING } from "./entry.ts";
import type { WriteBarrier } from "./write_barrier.ts";

/** Counters that belong to the keys; INFO stats shows them. */
export interface KeyspaceStats {
  keyspaceHits: number;
  keyspaceMisses: number;
  expiredKeys: number;
  /** Fields of hashes. */
  expiredFields: number;
  evictedKeys: number;
  evictedClients: number;
  /** Milliseconds during which memory was over its limit. */
  evictionExceededMs: number;
  expiredTimeCapReached: number;
  /** Share of stale keys among those that active expiry looked at lately, 0 to 1. */
  expiredStaleShare: number;
  /** Milliseconds that active expiry took. */
  expireCycleMs: number;
}

/** All counters at zero. */
export function noStats(): KeyspaceStats {
  return {
    keyspaceHits: 0,
    keyspaceMisses: 0,
    expiredKeys: 0,
    expiredFields: 0,
    evictedKeys: 0,
    evictedClients: 0,
    evictionExceededMs: 0,
    expiredTimeCapReached: 0,
    expiredStaleShare: 0,
    expireCycleMs: 0,
  };
}

/** What the shared state is built from. */
export interface SharedOptions {
  arena: Arena;
  clock: Clock;
  random: Random;
  /** Seed of the tables' hash; without one it is drawn from `random`, whose numbers clients see. */
  hashKey?: HashKey;
}

const SILENT: ChangeListener<unknown> = {
  listening: false,
  changed: () => {},
  expired: () => {},
  fieldsExpired: () => {},
  evicted: () => {},
  flushing: () => {},
  flushed: () => {},
};

/** Known to every database; the keyspace adds the databases themselves. */
export class SharedState<Database> {
  readonly arena: Arena;
  readonly random: Random;
  readonly clock: Clock;
  readonly hashKey: HashKey;
  readonly access: AccessClock;
  /** The engine, once it is there. */
  listener: ChangeListener<Database> = SILENT;
  /** Told before keys change, while a snapshot is taken. */
  barrier: WriteBarrier | undefined = undefined;
  /** Changes since the last save. */
  dirty = 0;
  /** A key whose hash is known already because somebody looked ahead. */
  hintedKey: Slice | undefined;
  hintedHash = 0;
  /** Unix ms, frozen while a unit of work runs. */
  nowMs = 0;
  /** Whether keys whose time is over are removed here; a replica waits to be told. */
  expiresKeys = true;
  /** Keys and fields stay though their time is over: a log of commands is replayed, which says when
   * each of them went. */
  keepsExpired = false;
  /** DEBUG SET-ACTIVE-EXPIRE: whether the cycle removes keys that nobody asks for. */
  activeExpire = true;
  /** `lazyfree-lazy-expire`: big values of keys that expire are freed in slices. */
  expiresLazily = false;
  /** `lazyfree-lazy-server-del`: so are those that a string takes the place of. */
  overwritesLazily = false;
  /** CLIENT NO-TOUCH is on for whoever runs now. */
  noTouch = false;
  readonly stats: KeyspaceStats = noStats();
  /** Monotonic ms since when memory is over its limit, -1 when it is not. */
  overLimitSinceMs = -1;
  /** Up to where collections stay small; one object for ever, filled by the settings. */
  readonly limits: ValueLimits = defaultValueLimits();
  /** By type number; strings need none. */
  readonly valueTypes: (ValueType | undefined)[] = [];

  constructor(options: SharedOptions) {
    this.arena = options.arena;
    this.random = options.random;
    this.clock = options.clock;
    this.hashKey = options.hashKey ??
      { k0: options.random.next32() | 0, k1: options.random.next32() | 0 };
    this.access = new AccessClock(options.random);
    this.freezeClock();
  }

  /** Milliseconds that memory has been over its limit, 0 when it is not. */
  get overLimitMs(): number {
    return this.overLimitSinceMs < 0 ? 0 : this.clock.monotonicMs() - this.overLimitSinceMs;
  }

  /** Takes the time for the unit of work that begins now. */
  freezeClock(): void {
    const now = this.clock.nowMs();
    if (now === this.nowMs) return;
    this.nowMs = now;
    this.access.advance(now);
  }

  /** Frees a value that is no inline string, unless a snapshot still needs it. */
  releaseValue(type: number, encoding: number, value: number): void {
    if (this.barrier?.takesValue(type, encoding, value)) return;
    if (type === TYPE_STRING) return this.arena.free(value);
    const valueType = this.valueTypes[type];
    invariant(valueType !== undefined, "every type that is stored knows how it is freed");
    valueType.free(encoding, value);
  }

  /** As {@link releaseValue}, but in slices where the value is big and somebody frees it so. */
  buryValue(type: number, encoding: number, value: number): void {
    this.releaseValue(type, encoding, value);
  }
}
