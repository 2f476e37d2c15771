// How far a load is, and when it steps aside so that clients get their -LOADING.
import type { Logger } from "../base/logger.ts";
import { GATE_LOADING } from "../engine/admission.ts";
import type { Engine } from "../engine/engine.ts";
import { KeyDelay } from "./key_delay.ts";

/** Loading in one go; a client that connects meanwhile waits so long for its -LOADING. */
const STRETCH_MS = 20;
const REPORT_MS = 1000;

/** How far a load is (INFO persistence). */
export interface LoadProgress {
  startedAtMs: number;
  totalBytes: number;
  loadedBytes: number;
  /** Memory of the server that wrote the dump, bytes; 0 where it is not known. */
  rdbUsedMemory: number;
}

/** Work that steps out whenever clients should get their turn. */
export type LoadSlices<Result> = Generator<undefined, Result>;

/** A file that cannot be served; the message names file, offset and reason. */
export class LoadError extends Error {
  override name = "LoadError";
}

/** The load that runs, if one does: of a dump, or of an append-only file of several parts. */
export class LoadState {
  /** While a load runs. */
  progress: LoadProgress | undefined;
  /** The server is to stop: the load ends before its time. */
  cancelled = false;
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #stretchMs: number;
  readonly #delay: KeyDelay;
  #yieldAtMs = 0;
  /** Whether clients were kept out before this load began. */
  #wasClosed = false;
  #reportAtMs = 0;

  /** `stretchMs`: how long it loads before clients get their turn. */
  constructor(engine: Engine, logger: Logger, stretchMs = STRETCH_MS) {
    this.#engine = engine;
    this.#delay = new KeyDelay(engine.config.cell("key-load-delay"));
    this.#logger = logger;
    this.#stretchMs = stretchMs;
  }

  /** A load begins: clients are told so until {@link end}. */
  begin(totalBytes: number): void {
    const { clock } = this.#engine.keyspace;
    this.progress = { startedAtMs: clock.nowMs(), totalBytes, loadedBytes: 0, rdbUsedMemory: 0 };
    this.#wasClosed = (this.#engine.gates & GATE_LOADING) !== 0;
    this.#engine.gates |= GATE_LOADING;
    this.#reportAtMs = clock.monotonicMs() + REPORT_MS;
    this.resume();
  }

  end(): void {
    if (!this.#wasClosed) this.#engine.gates &= ~GATE_LOADING;
    this.progress = undefined;
  }

  /** Clients had their turn. */
  resume(): void {
    this.#yieldAtMs = this.#engine.keyspace.clock.monotonicMs() + this.#stretchMs;
  }

  /** The load is so far; true when it is time to step out. */
  advance(loadedBytes: number): boolean {
    const nowMs = this.#engine.keyspace.clock.monotonicMs();
    const { totalBytes } = this.progress!;
    this.progress!.loadedBytes = loadedBytes;
    if (nowMs >= this.#reportAtMs) {
      this.#reportAtMs = nowMs + REPORT_MS;
      const percent = (loadedBytes / totalBytes * 100).toFixed(1);
      this.#logger.notice(`Loading: ${percent}% of ${totalBytes} bytes`);
    }
    return nowMs >= this.#yieldAtMs;
  }

  /** Waits, for as long as so many keys are to take longer (`key-load-delay`). */
  *delay(keys: number): LoadSlices<void> {
    const { clock } = this.#engine.keyspace;
    this.#delay.count(keys);
    for (let ms; (ms = this.#delay.take()) > 0;) {
      for (const endMs = clock.monotonicMs() + ms; clock.monotonicMs() < endMs;) yield;
    }
    this.resume();
  }

  /** Whether {@link delay} is to be called between keys. */
  get delays(): boolean {
    return this.#delay.isOn;
  }

  /** Runs a load while the event loop runs too; undefined when it was cancelled. */
  async run<Result>(slices: LoadSlices<Result>): Promise<Result | undefined> {
    for (;;) {
      const { done, value } = slices.next();
      if (done) return value;
      await nextTurn();
      if (this.cancelled) {
        slices.return(undefined as Result);
        return undefined;
      }
    }
  }

  /** Runs a load before it returns: clients wait. */
  runNow<Result>(slices: LoadSlices<Result>): Result {
    for (;;) {
      const { done, value } = slices.next();
      if (done) return value;
    }
  }
}

/**
 * Lets the event loop run: clients are answered -LOADING. A timer, because setImmediate comes back
 * before the sockets were looked at.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
