// All connected clients, by id.
import type { Session } from "./session.ts";

/** How long the largest buffers are remembered (INFO client_recent_max_*). */
const PEAK_SECONDS = 8;

/** Sessions in the order in which they came. */
export class Sessions {
  readonly #byId = new Map<number, Session>();
  #nextId = 1;
  /** Largest input and output buffer of a client, by second modulo the window. */
  readonly #inputPeaks = new Float64Array(PEAK_SECONDS);
  readonly #outputPeaks = new Float64Array(PEAK_SECONDS);
  #peakSecond = 0;

  /** The id for the next client; never used twice. */
  takeId(): number {
    return this.#nextId++;
  }

  get count(): number {
    return this.#byId.size;
  }

  add(session: Session): void {
    this.#byId.set(session.id, session);
  }

  remove(session: Session): void {
    this.#byId.delete(session.id);
  }

  get(id: number): Session | undefined {
    return this.#byId.get(id);
  }

  /** A snapshot: closing clients while walking is safe. */
  all(): Session[] {
    return [...this.#byId.values()];
  }

  /** Looks at the size of all buffers; `second` is Unix time. Called about ten times a second. */
  samplePeaks(second: number): void {
    const slot = second % PEAK_SECONDS;
    if (second !== this.#peakSecond) {
      this.#peakSecond = second;
      this.#inputPeaks[slot] = this.#outputPeaks[slot] = 0;
    }
    for (const { transport } of this.#byId.values()) {
      if (transport.inputCapacity > this.#inputPeaks[slot]) {
        this.#inputPeaks[slot] = transport.inputCapacity;
      }
      if (transport.outputBytes > this.#outputPeaks[slot]) {
        this.#outputPeaks[slot] = transport.outputBytes;
      }
    }
  }

  /** Bytes of the largest input buffer of the last seconds. */
  get recentMaxInput(): number {
    return Math.max(...this.#inputPeaks);
  }

  /** Bytes of the largest output buffer of the last seconds. */
  get recentMaxOutput(): number {
    return Math.max(...this.#outputPeaks);
  }
}
