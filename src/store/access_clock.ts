// The 24 bits that tell how recently or how often a key was used. Source: Redis's LRU and LFU
// eviction documentation: LRU is seconds, LFU is 16 bits of minutes and an 8-bit logarithmic counter.
import type { Random } from "../base/random.ts";

const ACCESS_MASK = 0xffffff;
const LFU_FIRST = 5; // a new key is not evicted before it had a chance
const LFU_MAX = 255;

/** Knows the policy and the time, and computes access fields. */
export class AccessClock {
  /** Whether the policy in force is one of the LFU ones. */
  lfu = false;
  /** `lfu-log-factor`. */
  logFactor = 10;
  /** `lfu-decay-time`, minutes. */
  decayMinutes = 1;
  /** The field a key gets when it is used under an LRU policy. */
  lruNow = 0;
  #minutesNow = 0;
  #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Moves the clock; `nowMs` is Unix time. */
  advance(nowMs: number): void {
    const seconds = Math.floor(nowMs / 1000);
    this.lruNow = seconds & ACCESS_MASK;
    this.#minutesNow = Math.floor(seconds / 60) & 0xffff;
  }

  /** The field of a key that is new. */
  fresh(): number {
    return this.lfu ? this.#minutesNow << 8 | LFU_FIRST : this.lruNow;
  }

  /** The field of a key with field `access` after one more use. */
  touched(access: number): number {
    if (!this.lfu) return this.lruNow;
    return this.#minutesNow << 8 | this.#increment(this.frequency(access));
  }

  /** LFU counter as of now: it halves no faster than one step per `lfu-decay-time`. */
  frequency(access: number): number {
    const counter = access & 255;
    if (this.decayMinutes === 0) return counter;
    const then = access >>> 8;
    const elapsed = this.#minutesNow >= then
      ? this.#minutesNow - then
      : 65535 - then + this.#minutesNow;
    return Math.max(0, counter - Math.floor(elapsed / this.decayMinutes));
  }

  /** Seconds since the key was used, under an LRU policy. */
  idleSeconds(access: number): number {
    return (this.lruNow - access) & ACCESS_MASK;
  }

  /** The field that makes a key look idle for `seconds` (RDB, RESTORE). */
  fromIdle(seconds: number): number {
    return (this.lruNow - seconds) & ACCESS_MASK;
  }

  /** The field that gives a key the LFU counter `frequency` (RDB, RESTORE). */
  fromFrequency(frequency: number): number {
    return this.#minutesNow << 8 | (frequency & 255);
  }

  #increment(counter: number): number {
    if (counter === LFU_MAX) return LFU_MAX;
    const base = Math.max(0, counter - LFU_FIRST);
    const chance = 1 / (base * this.logFactor + 1);
    return this.#random.nextDouble() < chance ? counter + 1 : counter;
  }
}
