// Writes effects to the file that is open, and syncs it as `appendfsync` says. Errors, their words and
// what follows from them are those of Redis 7.2.
import type { Logger } from "../base/logger.ts";
import { systemErrorWords } from "../base/system_error.ts";
import { GATE_APPEND_ONLY } from "../engine/admission.ts";
import type { Engine } from "../engine/engine.ts";
import { appendOnlyFails } from "../engine/errors.ts";
import { AofBuffer } from "./aof_buffer.ts";
import type { AofFile } from "./aof_files.ts";

const SYNC_EVERY_MS = 1000;
/**
 * While a sync is under way a write, which would wait for it, is put off for so long: with the tick
 * that ends it, everysec must not lose more than a second.
 */
const POSTPONE_MS = 850;
/** Failed writes are told once in so long. */
const REPORT_MS = 30_000;

/** `appendfsync`. */
export type SyncPolicy = "always" | "everysec" | "no";

/** What a writer works with. */
export interface AofWriterOptions {
  readonly engine: Engine;
  readonly logger: Logger;
  /** Whether nothing is to be synced now (`no-appendfsync-on-rewrite`). */
  readonly pausesSync: () => boolean;
  /** The promise of `always` cannot be kept: the process has to end at once. */
  readonly onFatal: () => void;
  /** Called when {@link AofWriter.syncedEffects} grew, and when the file is closed. */
  readonly onSynced: () => void;
}

/** The writer. A file may be exchanged for another one; what is left of the old one is its business. */
export class AofWriter {
  readonly buffer: AofBuffer;
  /** The server sleeps for so long before each write (DEBUG AOF-FLUSH-SLEEP). */
  delayMs = 0;
  /** Bytes of the open file. */
  fileBytes = 0;
  /** Effects known to be on the disk, of those that {@link Propagation.count} counts. */
  syncedEffects = 0;
  /** Writes that were put off as long as they may be, and then waited for the sync. */
  delayedSyncs = 0;
  #policy: SyncPolicy = "everysec";
  #file: AofFile | undefined;
  #writtenEffects = 0;
  /** Effects before the open file: those that its base holds, if it is the first one. */
  #effectsBefore = 0;
  #syncedBytes = 0;
  #syncing = false;
  #lastSyncMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Since when the buffer waits for a sync to end, -1 while it does not. */
  #postponedSinceMs = -1;
  #writeError: string | undefined;
  #syncError: string | undefined;
  #lastReportMs = -Infinity;
  /** The sync under way; it never rejects. */
  #inFlight: Promise<void> = Promise.resolve();
  /** Files that were exchanged are closed when no sync needs them any more. */
  #retiring: Promise<void> = Promise.resolve();
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #options: AofWriterOptions;

  constructor(options: AofWriterOptions) {
    this.#options = options;
    const engine = this.#engine = options.engine;
    this.#logger = options.logger;
    this.buffer = new AofBuffer({
      onFirst: this.#begin,
      nowSeconds: () => Math.floor(engine.keyspace.nowMs / 1000),
    });
  }

  get policy(): SyncPolicy {
    return this.#policy;
  }

  /** What was put off under another policy is not put off for longer, and what follows waits for it. */
  set policy(policy: SyncPolicy) {
    this.#policy = policy;
    if (this.#file !== undefined && this.buffer.length > 0) this.#begin();
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  get failed(): boolean {
    return this.#writeError !== undefined || this.#syncError !== undefined;
  }

  /** Syncs under way in the background. */
  get pendingSyncs(): number {
    return this.#syncing ? 1 : 0;
  }

  /** Goes on with a file that holds `bytes` bytes, all of them on the disk. The buffer is empty. */
  open(file: AofFile, bytes: number): void {
    this.#file = file;
    this.fileBytes = this.#syncedBytes = bytes;
    this.#writtenEffects = this.#effectsBefore = this.#engine.propagation.count;
  }

  /** The base before the open file, which is the first one, is on the disk. */
  noteBase(): void {
    this.syncedEffects = Math.max(this.syncedEffects, this.#effectsBefore);
    this.#options.onSynced();
  }

  /** Lets go of the file, which is synced, to go on with another one. */
  release(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#retiring = Promise.all([this.#retiring, this.#inFlight]).then(() => file?.close());
  }

  /** Syncs what is written, in the background; it may fail. */
  async syncLater(): Promise<void> {
    await this.#inFlight;
    if (this.#file === undefined || this.#syncedBytes === this.fileBytes) return;
    this.#startSync();
    await this.#inFlight;
  }

  /** Everything appended so far is written and synced; answers false when that failed. */
  syncNow(): boolean {
    if (this.#file === undefined) return true;
    this.flush(true);
    if (this.buffer.length > 0) return false;
    if (this.#syncedBytes === this.fileBytes) return true;
    try {
      this.#file.syncSync();
    } catch (error) {
      this.#logger.warning(`Fail to fsync the AOF file: ${systemErrorWords(error)}`);
      return false;
    }
    this.#noteSynced(this.fileBytes, this.#writtenEffects);
    return true;
  }

  /** Closes the file; what is not written is forgotten. Settled when nothing is open any more. */
  close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.buffer.clear();
    this.#postponedSinceMs = -1;
    const file = this.#file;
    this.#file = undefined;
    this.#writeError = this.#syncError = undefined;
    this.#showError();
    this.#engine.replyGate.open();
    this.#options.onSynced();
    return Promise.all([this.#inFlight, this.#retiring]).then(() => file?.close());
  }

  /** The buffer got its first bytes: when all clients of this turn were served, it is written. */
  readonly #begin = (): void => {
    this.#engine.replyGate.closed = true;
    // Those whose requests came in one turn of the event loop run in microtasks queued before.
    queueMicrotask(this.#turnEnds);
  };

  readonly #turnEnds = (): void => {
    this.flush();
  };

  /** Called by the cron: what was put off or failed is tried again. */
  tick(): void {
    if (this.#file === undefined) return;
    if (this.buffer.length > 0) this.flush();
    else this.#afterWrite(this.#file);
  }

  /** Writes the buffer; `force` does so though a sync is under way. */
  flush(force = false): void {
    if (this.#file === undefined) return;
    if (this.buffer.length > 0) {
      if (!force && this.#postpones()) return this.#engine.replyGate.open();
      if (!this.#write(this.#file)) return;
    }
    this.#afterWrite(this.#file);
  }

  #postpones(): boolean {
    if (this.policy !== "everysec" || !this.#syncing) return false;
    const now = this.#engine.keyspace.clock.monotonicMs();
    if (this.#postponedSinceMs < 0) this.#postponedSinceMs = now;
    if (now - this.#postponedSinceMs < POSTPONE_MS) return true;
    this.delayedSyncs++;
    this.#logger.notice(
      "Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without" +
        " waiting for fsync to complete, this may slow down Redis.",
    );
    return false;
  }

  /** False when not everything could be written. */
  #write(file: AofFile): boolean {
    if (this.delayMs > 0) this.#engine.ports.process.sleep(this.delayMs);
    const bytes = this.buffer.view();
    this.#postponedSinceMs = -1;
    let written = 0;
    try {
      this.#measured("aof-write", () => {
        while (written < bytes.length) {
          written += file.writeSync(written === 0 ? bytes : bytes.subarray(written));
        }
      });
    } catch (error) {
      this.#writeFailed(file, error, written);
      return false;
    }
    this.fileBytes += written;
    this.buffer.drop(written);
    this.#writtenEffects = this.#engine.propagation.count;
    if (this.#writeError !== undefined) {
      this.#logger.notice("AOF write error looks solved, Redis can write again.");
      this.#writeError = undefined;
      this.#showError();
    }
    return true;
  }

  #writeFailed(file: AofFile, error: unknown, written: number): void {
    const words = systemErrorWords(error);
    const now = this.#engine.keyspace.clock.monotonicMs();
    const report = now - this.#lastReportMs > REPORT_MS;
    if (report) this.#lastReportMs = now;
    if (report && written === 0) this.#logger.warning(`Error writing to the AOF file: ${words}`);
    if (written > 0) this.#cutOff(file, written, report);
    if (this.policy === "always") {
      this.#logger.warning(
        "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...",
      );
      return this.#options.onFatal();
    }
    this.#writeError = words;
    this.#showError();
    this.#engine.replyGate.open();
  }

  /** Takes back what was written of a write that failed half-way. */
  #cutOff(file: AofFile, written: number, report: boolean): void {
    if (report) {
      this.#logger.warning(
        "Short write while writing to the AOF file: " +
          `(nwritten=${written}, expected=${this.buffer.length})`,
      );
    }
    try {
      file.truncateSync(this.fileBytes);
    } catch (error) {
      if (report) {
        this.#logger.warning(
          "Could not remove short write from the append-only file.  Redis may refuse to load the" +
            ` AOF the next time it starts.  ftruncate: ${systemErrorWords(error)}`,
        );
      }
      this.fileBytes += written;
      this.buffer.drop(written);
    }
  }

  /** All that was appended is written: replies go, with `always` when it is on the disk. */
  #afterWrite(file: AofFile): void {
    const always = this.policy === "always";
    if (always && !this.#options.pausesSync() && !this.#syncForReplies(file)) return;
    this.#engine.replyGate.open();
    if (this.policy === "everysec") this.#syncInTime();
  }

  /**
   * Measured: a sync in another thread takes a seventh more processor time per command, and gathers
   * no more of them, as what comes in meanwhile waits in the sockets.
   */
  #syncForReplies(file: AofFile): boolean {
    if (this.#syncedBytes === this.fileBytes) return true;
    try {
      this.#measured("aof-fsync-always", () => file.syncSync());
    } catch (error) {
      this.#syncFailed(error);
      return false;
    }
    this.#noteSynced(this.fileBytes, this.#writtenEffects);
    return true;
  }

  /** Tells the latency monitor how long something took. */
  #measured(event: string, work: () => void): void {
    const engine = this.#engine;
    if (engine.latency.thresholdMs === 0) return work();
    const startMs = engine.keyspace.clock.monotonicMs();
    work();
    engine.noteLatency(event, engine.keyspace.clock.monotonicMs() - startMs);
  }

  /** Syncs now if the last time is a second ago, else when it is. */
  #syncInTime(): void {
    if (this.#file === undefined || this.#syncing || this.#syncedBytes === this.fileBytes) return;
    if (this.#options.pausesSync()) return;
    const now = this.#engine.keyspace.clock.monotonicMs();
    const waitMs = this.#lastSyncMs + SYNC_EVERY_MS - now;
    if (waitMs <= 0) return this.#startSync();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.policy === "everysec") this.#syncInTime();
    }, Math.ceil(waitMs));
  }

  #startSync(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const file = this.#file!, bytes = this.fileBytes, effects = this.#writtenEffects;
    this.#syncing = true;
    this.#lastSyncMs = this.#engine.keyspace.clock.monotonicMs();
    this.#inFlight = file.sync().then(() => {
      this.#syncing = false;
      this.#noteSynced(file === this.#file ? bytes : 0, effects);
      this.#afterSync();
    }, (error) => {
      this.#syncing = false;
      if (file === this.#file) this.#syncFailed(error);
      this.#afterSync();
    });
  }

  /** Goes on with what waited for the sync. */
  #afterSync(): void {
    if (this.#postponedSinceMs >= 0) this.flush();
    else if (this.policy === "everysec") this.#syncInTime();
  }

  #noteSynced(bytes: number, effects: number): void {
    this.#syncedBytes = Math.max(this.#syncedBytes, bytes);
    if (this.#syncError !== undefined) {
      this.#syncError = undefined;
      this.#showError();
    }
    if (effects > this.syncedEffects) {
      this.syncedEffects = effects;
      this.#options.onSynced();
    }
  }

  #syncFailed(error: unknown): void {
    const words = systemErrorWords(error);
    if (this.policy === "always") {
      this.#logger.warning(
        "Can't persist AOF for fsync error when the AOF fsync policy is 'always': " +
          `${words}. Exiting...`,
      );
      return this.#options.onFatal();
    }
    if (this.#syncError === undefined) {
      this.#logger.warning(`Fail to fsync the AOF file: ${words}`);
    }
    this.#syncError = words;
    this.#showError();
  }

  /** Clients may not write while the file cannot be written. */
  #showError(): void {
    const engine = this.#engine;
    const words = this.#writeError ?? this.#syncError;
    if (words === undefined) engine.gates &= ~GATE_APPEND_ONLY;
    else engine.gates |= GATE_APPEND_ONLY;
    engine.appendOnlyError = words === undefined ? undefined : appendOnlyFails(words);
  }
}
