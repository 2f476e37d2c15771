// Opens the dump at start: slices between which clients are answered, progress in log and INFO.
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/config.ts";
import type { Engine } from "../engine/engine.ts";
import { GATE_LOADING } from "../engine/admission.ts";
import { ByteSource } from "../rdb/byte_source.ts";
import { ArenaFullError } from "../memory/arena.ts";
import { RdbError } from "../rdb/rdb_error.ts";
import { RdbReader } from "../rdb/reader.ts";
import { KeyspaceSink } from "./keyspace_sink.ts";

const SLICE_BYTES = 256 << 10;
/** Loading in one go; a client that connects meanwhile waits so long for its -LOADING. */
const STRETCH_MS = 20;
const WINDOW_BYTES = 1 << 20;
const PROGRESS_MS = 1000;

/** How far a load is (INFO persistence). */
export interface LoadProgress {
  startedAtMs: number;
  totalBytes: number;
  loadedBytes: number;
}

/** What a load brought. */
export interface LoadedDump {
  keysLoaded: number;
  keysExpired: number;
  /** Keys without a value, which Redis once wrote by mistake. */
  emptyKeysSkipped: number;
  functionLibraries: readonly Uint8Array[];
}

/** A dump that cannot be served; the message names file, offset and reason. */
export class LoadError extends Error {
  override name = "LoadError";
}

/** Loads dumps into the keyspace of an engine. */
export class DumpLoader {
  /** While a load runs. */
  progress: LoadProgress | undefined;
  /** Keys of the last load, for INFO persistence. */
  lastKeysLoaded = 0;
  lastKeysExpired = 0;
  /** Those of the last load that brought a dump; they belong to the data until the next one. */
  functionLibraries: readonly Uint8Array[] = [];
  /** The server is to stop: the load ended before its time. */
  cancelled = false;
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #stretchMs: number;

  /** `stretchMs`: how long it loads before clients get their turn. */
  constructor(engine: Engine, logger: Logger, stretchMs = STRETCH_MS) {
    this.#engine = engine;
    this.#logger = logger;
    this.#stretchMs = stretchMs;
  }

  /** Ends a load at the next slice. */
  cancel(): void {
    this.cancelled = true;
  }

  /**
   * Loads the file at `path`; undefined when there is none. Between slices the event loop runs.
   * Throws LoadError; the keyspace then holds what came before the fault and must not be served.
   */
  async load(path: string): Promise<LoadedDump | undefined> {
    const slices = this.#slices(path);
    for (;;) {
      const { done, value } = slices.next();
      if (done) return value;
      await nextTurn();
      if (this.cancelled) return slices.return(undefined).value as undefined;
    }
  }

  /** As {@link load}, before it returns: clients wait. */
  loadNow(path: string): LoadedDump | undefined {
    for (const slices = this.#slices(path);;) {
      const { done, value } = slices.next();
      if (done) return value;
    }
  }

  /** Loads; steps out whenever clients should get their turn. */
  *#slices(path: string): Generator<undefined, LoadedDump | undefined> {
    const file = openDump(path);
    if (file === undefined) return undefined;
    const { keyspace } = this.#engine;
    const startedMs = keyspace.clock.monotonicMs();
    try {
      const totalBytes = file.statSync().size;
      this.progress = { startedAtMs: keyspace.clock.nowMs(), totalBytes, loadedBytes: 0 };
      this.#engine.gates |= GATE_LOADING;
      const loaded = yield* this.#run(file, this.#engine.config, path);
      const seconds = (keyspace.clock.monotonicMs() - startedMs) / 1000;
      this.#logger.notice(summaryOf(loaded));
      this.#logger.notice(`DB loaded from disk: ${seconds.toFixed(3)} seconds`);
      this.functionLibraries = loaded.functionLibraries;
      return loaded;
    } finally {
      this.#engine.gates &= ~GATE_LOADING;
      this.progress = undefined;
      file.close();
    }
  }

  *#run(file: Deno.FsFile, config: Config, path: string): Generator<undefined, LoadedDump> {
    const { keyspace } = this.#engine;
    const sink = new KeyspaceSink(keyspace);
    const source = ByteSource.overFile(file, this.progress!.totalBytes, WINDOW_BYTES);
    const reader = new RdbReader(source, sink, {
      nowMs: keyspace.clock.nowMs(),
      checksum: config.bool("rdbchecksum"),
      sanitize: config.value("sanitize-dump-payload") === "yes",
    });
    let describedFile = false;
    const { clock } = keyspace;
    let yieldAtMs = clock.monotonicMs() + this.#stretchMs;
    let nextReportMs = clock.monotonicMs() + PROGRESS_MS;
    try {
      while (!reader.run(SLICE_BYTES)) {
        if (!describedFile && (describedFile = true)) this.#describe(sink);
        const { loadedBytes, totalBytes } = reader.progress;
        this.progress!.loadedBytes = loadedBytes;
        if (clock.monotonicMs() >= nextReportMs) {
          nextReportMs = clock.monotonicMs() + PROGRESS_MS;
          const percent = (loadedBytes / totalBytes * 100).toFixed(1);
          this.#logger.notice(`Loading: ${percent}% of ${totalBytes} bytes`);
        }
        if (clock.monotonicMs() < yieldAtMs) continue;
        yield;
        yieldAtMs = clock.monotonicMs() + this.#stretchMs;
      }
      if (!describedFile) this.#describe(sink);
    } catch (error) {
      sink.abandon();
      if (error instanceof RdbError) {
        throw new LoadError(`Can't load the dump file ${path}: ${error.message}`);
      }
      if (!(error instanceof ArenaFullError)) throw error;
      const { loadedBytes } = reader.progress;
      throw new LoadError(
        `Can't load the dump file ${path}: it does not fit in memory (at byte offset ${loadedBytes})`,
      );
    }
    keyspace.dirty = 0;
    const { counts } = reader;
    this.lastKeysLoaded = counts.keysLoaded;
    this.lastKeysExpired = counts.keysExpired;
    return { ...counts, functionLibraries: sink.functionLibraries };
  }

  #describe(sink: KeyspaceSink): void {
    const version = sink.fields.get("redis-ver") ?? sink.fields.get("valkey-ver");
    if (version !== undefined) this.#logger.notice(`Loading RDB produced by version ${version}`);
    const createdAt = Number(sink.fields.get("ctime"));
    if (createdAt > 0) {
      const age = Math.max(0, Math.floor(this.#engine.keyspace.clock.nowMs() / 1000) - createdAt);
      this.#logger.notice(`RDB age ${age} seconds`);
    }
    const memory = Number(sink.fields.get("used-mem"));
    if (memory > 0) {
      this.#logger.notice(`RDB memory usage when created ${(memory / 2 ** 20).toFixed(2)} Mb`);
    }
  }
}

function summaryOf({ keysLoaded, keysExpired, emptyKeysSkipped }: LoadedDump): string {
  const skipped = emptyKeysSkipped === 0 ? "" : `, empty keys skipped: ${emptyKeysSkipped}`;
  return `Done loading RDB, keys loaded: ${keysLoaded}, keys expired: ${keysExpired}${skipped}.`;
}

/**
 * Lets the event loop run: clients are answered -LOADING. A timer, because setImmediate comes back
 * before the sockets were looked at.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function openDump(path: string): Deno.FsFile | undefined {
  try {
    // Looked at first: opening a named pipe would wait for its other end.
    if (Deno.statSync(path).isFile) return Deno.openSync(path);
    throw new LoadError(`Can't load the dump file ${path}: it is not a regular file`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof LoadError) throw error;
    throw new LoadError(`Can't open the dump file ${path}: ${(error as Error).message}`);
  }
}
