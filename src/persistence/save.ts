// Writes the dump: all databases in one go, or in slices between which clients are served.
import { join } from "node:path";
import type { Logger } from "../base/logger.ts";
import type { Engine } from "../engine/engine.ts";
import { GATE_MISCONF } from "../engine/admission.ts";
import { RdbVersionError } from "../rdb/value_form.ts";
import type { RdbWriter } from "../rdb/writer.ts";
import { BackgroundPace } from "./background_pace.ts";
import { beginDump } from "./begin_dump.ts";
import { DUMP_FILES, type DumpFiles, ReplaceError, Replacement } from "./dump_files.ts";
import { openReplacement } from "./open_replacement.ts";
import { Snapshot } from "./snapshot.ts";
import { endRehash } from "./snapshot_walk.ts";

/** What a saver works with. */
export interface DumpSaverOptions {
  readonly engine: Engine;
  readonly logger: Logger;
  /** Source texts of the function libraries that belong to the data. */
  readonly functionLibraries: () => readonly Uint8Array[];
  /** The folder's doors; the real ones without. */
  readonly files?: DumpFiles;
}

/** What is told of a save in the background. */
export interface BackgroundSave {
  /** Unix ms. */
  readonly startedAtMs: number;
  readonly keysWritten: number;
  readonly keysTotal: number;
  /** Memory that it takes, bytes, and the most it took so far. */
  readonly memoryBytes: number;
  readonly peakBytes: number;
}

/** A save under way in the background. */
interface Background {
  readonly startedAtMs: number;
  /** Memory that the snapshot takes, bytes, and the most so far. */
  memoryBytes: number;
  peakBytes: number;
  /** Known once the instant of the snapshot has come. */
  snapshot: Snapshot | undefined;
  keysTotal: number;
  cancelled: boolean;
}

/** Saves the keyspace of an engine, and remembers how that went. */
export class DumpSaver {
  /** When the data was last on the disk, Unix ms; the start of the server at first. */
  lastSavedAtMs: number;
  /** When a save in the background was last begun, Unix ms. */
  lastTriedAtMs = 0;
  /** Seconds that the last one took, -1 for none. */
  lastSeconds = -1;
  /** The most memory that it took, bytes. */
  lastPeakBytes = 0;
  /** Saves that clients or save points asked for. */
  saves = 0;
  /** The save in the background, settled when it is over. */
  finished: Promise<void> = Promise.resolve();
  #failed = false;
  /** Saves in the background so far: one that was cancelled may still have its file. */
  #attempts = 0;
  #background: Background | undefined;
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #functionLibraries: () => readonly Uint8Array[];
  readonly #files: DumpFiles;
  readonly #pace: BackgroundPace;

  constructor({ engine, logger, functionLibraries, files }: DumpSaverOptions) {
    this.#engine = engine;
    this.#logger = logger;
    this.#functionLibraries = functionLibraries;
    this.#files = files ?? DUMP_FILES;
    this.#pace = new BackgroundPace(engine);
    this.lastSavedAtMs = engine.keyspace.clock.nowMs();
    engine.config.onChange(["save", "stop-writes-on-bgsave-error"], () => this.#setGate());
  }

  /** Where the dump is. */
  get path(): string {
    const { config } = this.#engine;
    return join(config.text("dir"), config.text("dbfilename"));
  }

  /** Whether the last save in the background failed. */
  get failed(): boolean {
    return this.#failed;
  }

  /** The save in the background. */
  get background(): BackgroundSave | undefined {
    if (this.#background === undefined) return undefined;
    const { startedAtMs, memoryBytes, peakBytes, snapshot, keysTotal } = this.#background;
    const keysWritten = snapshot?.keysWritten ?? 0;
    return { startedAtMs, memoryBytes, peakBytes, keysTotal, keysWritten };
  }

  /** Saves before it returns. False when that failed: the log says why, the old file is untouched. */
  save(): boolean {
    const { keyspace } = this.#engine;
    this.cancel();
    let file: Replacement | undefined;
    try {
      while (!endRehash(keyspace)) { /* until no table is being moved */ }
      file = new Replacement(this.path, `temp-${Deno.pid}.rdb`, this.#files);
      const { snapshot, writer } = this.#begin(file);
      try {
        snapshot.run(this.#pace.allAtOnce(snapshot));
      } finally {
        snapshot.end();
      }
      writer.end();
      file.sync();
      file.commit();
    } catch (error) {
      file?.abandon();
      if (!isExpected(error)) throw error;
      this.#report(error);
      return false;
    }
    this.#succeeded(keyspace.dirty);
    return true;
  }

  /** Begins to save in the background, at the next turn of the event loop. */
  saveLater(): void {
    const background: Background = {
      startedAtMs: this.#engine.keyspace.clock.nowMs(),
      memoryBytes: 0,
      peakBytes: 0,
      snapshot: undefined,
      keysTotal: this.#engine.keyspace.size,
      cancelled: false,
    };
    this.#background = background;
    this.lastTriedAtMs = background.startedAtMs;
    this.#logger.notice("Background saving started");
    this.finished = this.#saveInSlices(background);
  }

  /** Stops a save in the background; its file goes. */
  cancel(): void {
    const background = this.#background;
    if (background === undefined) return;
    background.cancelled = true;
    background.snapshot?.end();
    this.#background = undefined;
  }

  async #saveInSlices(background: Background): Promise<void> {
    const { keyspace, config } = this.#engine;
    let file: Replacement | undefined;
    try {
      const temporaryName = `temp-bgsave-${Deno.pid}-${++this.#attempts}.rdb`;
      await this.#pace.pause();
      if (background.cancelled) return;
      file = await openReplacement(this.#engine, this.path, temporaryName, this.#files);
      while (!background.cancelled && !this.#prepared()) await this.#pace.pause();
      if (background.cancelled) return await this.#giveUp(file);
      const dirtyAtStart = keyspace.dirty;
      const { snapshot, writer } = this.#begin(file);
      background.snapshot = snapshot;
      background.keysTotal = keyspace.size;
      try {
        while (!background.cancelled && !this.#slice(background, snapshot, file)) {
          await this.#pace.pause(snapshot);
          await file.keepUp(config.bool("rdb-save-incremental-fsync"));
        }
      } finally {
        if (!background.cancelled) snapshot.end();
      }
      if (!background.cancelled) writer.end();
      if (!background.cancelled) await file.syncLater();
      if (!background.cancelled) await file.settle();
      // Nothing may come in between: FLUSHALL and SAVE have put a newer dump there when they cancel.
      if (background.cancelled) return await this.#giveUp(file);
      file.commit();
      this.#succeeded(dirtyAtStart);
    } catch (error) {
      await this.#giveUp(file);
      if (background.cancelled) return;
      this.#failed = true;
      if (isExpected(error)) this.#report(error);
      else this.#engine.reportInternalError(error, "bgsave");
    } finally {
      if (!background.cancelled) this.#ended(background);
    }
  }

  async #giveUp(file: Replacement | undefined): Promise<void> {
    await file?.settle();
    file?.abandon();
  }

  #ended({ startedAtMs, peakBytes }: Background): void {
    this.lastPeakBytes = peakBytes;
    this.lastSeconds = Math.round((this.#engine.keyspace.clock.nowMs() - startedAtMs) / 1000);
    this.#background = undefined;
    this.#setGate();
  }

  /** Whether no table is being moved; moves some more. */
  #prepared(): boolean {
    this.#pace.begin();
    while (!endRehash(this.#engine.keyspace)) if (this.#pace.isOver()) return false;
    return true;
  }

  /** Writes some more; true when all is written. */
  #slice(background: Background, snapshot: Snapshot, file: Replacement): boolean {
    this.#pace.begin(snapshot);
    const isComplete = snapshot.run(() => this.#pace.isOver() || file.isFull);
    background.memoryBytes = snapshot.memoryBytes + file.memoryBytes;
    background.peakBytes = Math.max(background.peakBytes, background.memoryBytes);
    return isComplete;
  }

  /** Writes what comes before the keys, and takes the snapshot. */
  #begin(file: Replacement): { snapshot: Snapshot; writer: RdbWriter } {
    const { keyspace } = this.#engine;
    const functionLibraries = this.#functionLibraries();
    const writer = beginDump(this.#engine, file.sink, { aofBase: false, functionLibraries });
    const snapshot = new Snapshot(keyspace, writer);
    snapshot.begin();
    return { snapshot, writer };
  }

  #succeeded(changesSaved: number): void {
    const { keyspace } = this.#engine;
    this.#logger.notice("DB saved on disk");
    keyspace.dirty = Math.max(0, keyspace.dirty - changesSaved);
    this.lastSavedAtMs = keyspace.clock.nowMs();
    this.#failed = false;
    this.#setGate();
  }

  #report(error: Error): void {
    this.#logger.warning(`The dump ${this.path} was not saved: ${error.message}`);
  }

  /** Whether clients may write though saving, which is configured, fails. */
  #setGate(): void {
    const { config } = this.#engine;
    const closed = this.#failed && config.bool("stop-writes-on-bgsave-error") &&
      config.value("save").length > 0;
    if (closed) this.#engine.gates |= GATE_MISCONF;
    else this.#engine.gates &= ~GATE_MISCONF;
  }
}

/** Whether it is the files or the version that failed; anything else is a mistake of ours. */
function isExpected(error: unknown): error is Error {
  return error instanceof ReplaceError || error instanceof RdbVersionError;
}
