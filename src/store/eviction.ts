// Makes room when memory is over `maxmemory`: which keys go, by the policies of Redis's page
// "Key eviction". LRU, LFU and TTL are approximated by samples, as there.
import { Slice } from "../base/slice.ts";
import type { Database } from "./database.ts";
import { accessOf } from "./entry.ts";
import { EvictionPool } from "./eviction_pool.ts";
import { removeEntry } from "./key_operations.ts";
import type { Keyspace } from "./keyspace.ts";

/** How the next key is chosen. */
export type EvictionOrder = "none" | "lru" | "lfu" | "random" | "ttl";

/** A `maxmemory-policy`. */
export interface EvictionPolicy {
  readonly order: EvictionOrder;
  /** Only keys with an expiry may go. */
  readonly volatileOnly: boolean;
}

/**
 * How an attempt to make room ended: memory is under its limit, or will be after more attempts
 * (time was up), or nothing is left that may go.
 */
export type RoomState = "enough" | "pending" | "full";

/** The policy that a directive names: `allkeys-lru`, `volatile-ttl`, `noeviction` ... */
export function evictionPolicy(name: string): EvictionPolicy {
  if (name === "noeviction") return { order: "none", volatileOnly: false };
  const [scope, order] = name.split("-");
  return { order: order as EvictionOrder, volatileOnly: scope === "volatile" };
}

const LFU_MAX = 255;
/** Buried values freed between two looks at the memory in use. */
const DIG_ENTRIES = 16;
/** Evictions between two looks at the clock. */
const KEYS_PER_TIME_CHECK = 16;
/** Rounds of samples that bring nothing before the keys that may go are taken to be used up. */
const EMPTY_ROUNDS = 8;

/** Evicts keys. Memory in use is what the arena handed out. */
export class Evictor {
  /** `maxmemory`, bytes; 0: no limit. */
  limitBytes = 0;
  policy: EvictionPolicy = evictionPolicy("noeviction");
  /** `maxmemory-samples`. */
  samples = 5;
  /** `maxmemory-eviction-tenacity`, 0 to 100. */
  tenacity = 10;
  /** `lazyfree-lazy-eviction`. */
  lazily = false;
  readonly #keyspace: Keyspace;
  readonly #pool = new EvictionPool();
  readonly #key = new Slice();
  #nextDatabase = 0;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  /** Whether more memory is in use than allowed. */
  get over(): boolean {
    return this.limitBytes !== 0 && this.#keyspace.arena.usedBytes > this.limitBytes;
  }

  /** Candidates were chosen by another policy: they are forgotten. */
  policyChanged(): void {
    this.#pool.clear();
  }

  /** Evicts until memory is under its limit, or the time that `tenacity` allows is up. */
  makeRoom(): RoomState {
    if (!this.over) return this.#noteState("enough");
    const { clock } = this.#keyspace;
    let deadlineMs = 0;
    for (let evicted = 1; this.over; evicted++) {
      if (this.#dig()) continue;
      if (!this.#evictOne()) return this.#noteState("full");
      // Mostly one key is enough: the clock is not read before several had to go.
      if (evicted % KEYS_PER_TIME_CHECK !== 0) continue;
      const nowMs = clock.monotonicMs();
      if (deadlineMs === 0) deadlineMs = nowMs + timeLimitMs(this.tenacity);
      else if (nowMs >= deadlineMs) return this.#noteState(this.over ? "pending" : "enough");
    }
    return this.#noteState("enough");
  }

  /** Values that were evicted lazily, or removed before, are freed while that helps. */
  #dig(): boolean {
    const { graveyard, arena } = this.#keyspace;
    const before = arena.usedBytes;
    return graveyard.pending > 0 && (graveyard.dig(DIG_ENTRIES) || arena.usedBytes < before);
  }

  /** Keeps the time during which memory was over its limit (INFO stats). */
  #noteState(state: RoomState): RoomState {
    const keyspace = this.#keyspace;
    if (state === "enough") {
      keyspace.stats.evictionExceededMs += keyspace.overLimitMs;
      keyspace.overLimitSinceMs = -1;
    } else if (keyspace.overLimitSinceMs < 0) {
      keyspace.overLimitSinceMs = keyspace.clock.monotonicMs();
    }
    return state;
  }

  #evictOne(): boolean {
    switch (this.policy.order) {
      case "none":
        return false;
      case "random":
        return this.#evictRandom();
      default:
        return this.#evictBest();
    }
  }

  /** Databases take turns. */
  #evictRandom(): boolean {
    const { databases } = this.#keyspace;
    for (let n = databases.length; n > 0; n--) {
      const database = databases[this.#nextDatabase];
      this.#nextDatabase = (this.#nextDatabase + 1) % databases.length;
      const ref = this.#sample(database);
      if (ref === 0) continue;
      this.#evict(database, ref, database.keyOf(ref).copy());
      return true;
    }
    return false;
  }

  #evictBest(): boolean {
    for (let round = 0; round < EMPTY_ROUNDS; round++) {
      const sampled = this.#fillPool();
      for (let best = this.#pool.take(); best !== undefined; best = this.#pool.take()) {
        const database = this.#keyspace.databases[best.databaseIndex];
        this.#key.set(best.key, 0, best.key.length);
        const ref = database.peek(this.#key);
        // It may have gone, or lost its expiry, since it was sampled.
        if (ref === 0 || this.policy.volatileOnly && database.expireAtOf(ref) < 0) continue;
        this.#evict(database, ref, best.key);
        return true;
      }
      if (sampled === 0) return false;
    }
    return false;
  }

  /** Looks at some keys of every database; answers how many. */
  #fillPool(): number {
    let sampled = 0;
    for (const database of this.#keyspace.databases) {
      const most = this.policy.volatileOnly ? database.expires.length : database.size;
      for (let n = Math.min(this.samples, most); n > 0; n--) {
        const ref = this.#sample(database);
        if (ref === 0) break;
        sampled++;
        const score = this.#score(database, ref);
        if (!this.#pool.wants(score)) continue;
        this.#pool.add({ databaseIndex: database.index, key: database.keyOf(ref).copy(), score });
      }
    }
    return sampled;
  }

  /** A random key that the policy may evict, 0 when there is none. */
  #sample({ table, expires }: Database): number {
    const { random } = this.#keyspace;
    if (!this.policy.volatileOnly) return table.randomEntry(random);
    return expires.length === 0 ? 0 : expires.get(random.below(expires.length));
  }

  /** The higher, the sooner the key goes. */
  #score(database: Database, ref: number): number {
    const { access } = this.#keyspace;
    switch (this.policy.order) {
      case "lfu":
        return LFU_MAX - access.frequency(accessOf(database.arena, ref));
      case "ttl":
        return -database.expireAtOf(ref);
      default:
        return access.idleSeconds(accessOf(database.arena, ref));
    }
  }

  #evict(database: Database, ref: number, key: Uint8Array): void {
    const { graveyard, stats, listener } = this.#keyspace;
    this.#key.set(key, 0, key.length);
    removeEntry(database, ref, this.lazily ? graveyard : undefined);
    stats.evictedKeys++;
    listener.evicted(database, this.#key);
  }
}

/** How long one attempt may take: half a millisecond at 10, without end at 100. */
function timeLimitMs(tenacity: number): number {
  if (tenacity <= 10) return 0.05 * tenacity;
  return tenacity < 100 ? 0.5 * 1.15 ** (tenacity - 10) : Infinity;
}
