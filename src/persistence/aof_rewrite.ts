// One rewrite: all keys as they are at one instant become the base file, while clients are served.
import type { Engine } from "../engine/engine.ts";
import { CommandWriter } from "../rdb/commands/command_writer.ts";
import { RdbVersionError } from "../rdb/value_form.ts";
import type { RdbWriter } from "../rdb/writer.ts";
import { BackgroundPace } from "./background_pace.ts";
import { beginDump } from "./begin_dump.ts";
import { type DumpFiles, ReplaceError, Replacement } from "./dump_files.ts";
import { openReplacement } from "./open_replacement.ts";
import { Snapshot } from "./snapshot.ts";
import { endRehash } from "./snapshot_walk.ts";

/** Rewrites of this process so far: one that was cancelled may still have its file. */
let attempts = 0;

function temporaryName(): string {
  return `temp-rewriteaof-bg-${Deno.pid}-${++attempts}.aof`;
}

/** What is written, and where. */
export interface AofRewriteOptions {
  readonly engine: Engine;
  readonly files: DumpFiles;
  /** The base file, and its name alone. */
  readonly path: string;
  readonly name: string;
  /** Whether it is a dump (`aof-use-rdb-preamble`) or commands. */
  readonly preamble: boolean;
  readonly functionLibraries: () => readonly Uint8Array[];
}

/** A rewrite, from its beginning until its file has its place. */
export class AofRewrite {
  readonly name: string;
  readonly preamble: boolean;
  readonly startedAtMs: number;
  cancelled = false;
  readonly #options: AofRewriteOptions;
  readonly #pace: BackgroundPace;
  #file: Replacement | undefined;
  #snapshot: Snapshot | undefined;

  constructor(options: AofRewriteOptions) {
    this.#options = options;
    this.#pace = new BackgroundPace(options.engine);
    this.name = options.name;
    this.preamble = options.preamble;
    this.startedAtMs = options.engine.keyspace.clock.nowMs();
  }

  get keysWritten(): number {
    return this.#snapshot?.keysWritten ?? 0;
  }

  /** Whether it is the files or the version that failed; anything else is a mistake of ours. */
  expects(error: unknown): error is Error {
    return error instanceof ReplaceError || error instanceof RdbVersionError;
  }

  /** Writes the file and gives it its place, before it returns. */
  runNow(): void {
    const { keyspace } = this.#options.engine;
    try {
      while (!endRehash(keyspace)) { /* until no table is being moved */ }
      const { path, files } = this.#options;
      const file = this.#file = new Replacement(path, temporaryName(), files);
      const { snapshot, end } = this.#begin(file);
      snapshot.run(() => false);
      snapshot.end();
      end();
      file.sync();
      this.commit();
    } finally {
      this.end();
    }
  }

  /**
   * Writes the file beside its place, in slices; `atInstant` is called when the instant has come that
   * it shows. Answers false when it was cancelled. Throws what failed.
   */
  async run(atInstant: () => void): Promise<boolean> {
    try {
      await this.#pace.pause();
      if (this.cancelled) return false;
      const file = this.#file = await this.#open();
      while (!this.cancelled && !this.#prepared()) await this.#pace.pause();
      if (this.cancelled) return false;
      const { snapshot, end } = this.#begin(file, atInstant);
      while (!this.cancelled && !this.#slice(snapshot, file)) await this.#pause(snapshot, file);
      if (this.cancelled) return false;
      snapshot.end();
      end();
      await file.syncLater();
      return !this.cancelled;
    } finally {
      await this.#file?.settle();
    }
  }

  /** Writes some more; true when all is written. */
  #slice(snapshot: Snapshot, file: Replacement): boolean {
    this.#pace.begin(snapshot);
    return snapshot.run(() => this.#pace.isOver() || file.isFull);
  }

  async #pause(snapshot: Snapshot, file: Replacement): Promise<void> {
    await this.#pace.pause(snapshot);
    await file.keepUp(this.#options.engine.config.bool("aof-rewrite-incremental-fsync"));
  }

  /** A worker fills dumps only. */
  #open(): Promise<Replacement> | Replacement {
    const { engine, path, files } = this.#options, name = temporaryName();
    if (!this.preamble) return new Replacement(path, name, files);
    return openReplacement(engine, path, name, files);
  }

  #begin(file: Replacement, atInstant = () => {}): { snapshot: Snapshot; end: () => void } {
    const { engine } = this.#options;
    const writer = this.preamble ? this.#dumpTo(file) : this.#commandsTo(file);
    atInstant();
    const snapshot = this.#snapshot = new Snapshot(engine.keyspace, writer);
    snapshot.begin();
    return { snapshot, end: () => writer.end() };
  }

  #dumpTo(file: Replacement): RdbWriter {
    const functionLibraries = this.#options.functionLibraries();
    return beginDump(this.#options.engine, file.sink, { aofBase: true, functionLibraries });
  }

  #commandsTo(file: Replacement): CommandWriter {
    const { engine: { keyspace, config }, functionLibraries } = this.#options;
    const writer = new CommandWriter(keyspace, file);
    if (config.bool("aof-timestamp-enabled")) {
      writer.timestamp(Math.floor(keyspace.clock.nowMs() / 1000));
    }
    for (const code of functionLibraries()) writer.functionLibrary(code);
    return writer;
  }

  /** Whether no table is being moved; moves some more. */
  #prepared(): boolean {
    this.#pace.begin();
    while (!endRehash(this.#options.engine.keyspace)) if (this.#pace.isOver()) return false;
    return true;
  }

  /** The file takes its place. */
  commit(): void {
    this.#file!.commit();
    this.#file = undefined;
  }

  cancel(): void {
    this.cancelled = true;
    this.#snapshot?.end();
  }

  /** Lets go of what it holds; a file that has not got its place goes. */
  end(): void {
    if (!this.cancelled) this.#snapshot?.end();
    this.#file?.abandon();
    this.#file = undefined;
  }
}
