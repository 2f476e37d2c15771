// Saving and loading more slowly than need be, for tests: `rdb-key-save-delay`, `key-load-delay`.

/** Waits are no longer than this, so that what is given up ends soon, ms. */
const LONGEST_WAIT_MS = 10;

/** What keys take longer than they need. Sums of microseconds become waits of milliseconds. */
export class KeyDelay {
  readonly #delay: { readonly value: number };
  #owedMs = 0;

  /** Microseconds for each key; below zero, one microsecond for so many keys. */
  constructor(delay: { readonly value: number }) {
    this.#delay = delay;
  }

  get isOn(): boolean {
    return this.#delay.value !== 0;
  }

  /** So many keys were written or loaded. */
  count(keys: number): void {
    const us = this.#delay.value;
    if (us === 0) this.#owedMs = 0;
    else this.#owedMs += (us > 0 ? us * keys : keys / -us) / 1000;
  }

  /** The next part of the wait that is due, whole milliseconds; 0 for none. It counts as waited. */
  take(): number {
    if (!this.isOn) this.#owedMs = 0;
    const ms = Math.min(Math.floor(this.#owedMs), LONGEST_WAIT_MS);
    this.#owedMs -= ms;
    return ms;
  }

  /** What is owed is forgotten: another work begins. */
  forget(): void {
    this.#owedMs = 0;
  }
}
