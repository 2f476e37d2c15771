// The best keys to evict among those that were sampled so far, kept from one eviction to the next.

/** Keys remembered; as in Redis. */
const POOL_SIZE = 16;

/** A key that may be evicted; it may be gone by the time its turn comes. */
export interface Candidate {
  readonly databaseIndex: number;
  readonly key: Uint8Array;
  /** The higher, the sooner it goes. */
  readonly score: number;
}

/** A short list in ascending order of scores. */
export class EvictionPool {
  readonly #candidates: Candidate[] = [];

  get length(): number {
    return this.#candidates.length;
  }

  /** Whether a candidate of this score would be remembered. */
  wants(score: number): boolean {
    return this.#candidates.length < POOL_SIZE || score > this.#candidates[0].score;
  }

  /** Remembers a candidate; the one with the lowest score goes when there are too many. */
  add(candidate: Candidate): void {
    const candidates = this.#candidates;
    let at = candidates.length;
    while (at > 0 && candidates[at - 1].score > candidate.score) at--;
    candidates.splice(at, 0, candidate);
    if (candidates.length > POOL_SIZE) candidates.shift();
  }

  /** Takes the candidate with the highest score. */
  take(): Candidate | undefined {
    return this.#candidates.pop();
  }

  clear(): void {
    this.#candidates.length = 0;
  }
}
