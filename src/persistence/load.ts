// Loads dumps into the keyspace: the one that is there at the start, or the base of an append-only file.
import type { Logger } from "../base/logger.ts";
import type { Engine } from "../engine/engine.ts";
import { ByteSource } from "../rdb/byte_source.ts";
import { ArenaFullError } from "../memory/arena.ts";
import { RdbError } from "../rdb/rdb_error.ts";
import { RdbReader } from "../rdb/reader.ts";
import { KeyspaceSink } from "./keyspace_sink.ts";
import { LoadError, type LoadProgress, type LoadSlices, LoadState } from "./load_state.ts";

const SLICE_BYTES = 256 << 10;
/** Small enough that what was read is in the cache yet when it is summed up. */
const WINDOW_BYTES = 256 << 10;
/** Memory grows in large steps from there on. */
const MOST_EXPECTED_BYTES = 1 << 30;

/** What a load brought. */
export interface LoadedDump {
  keysLoaded: number;
  keysExpired: number;
  /** Keys without a value, which Redis once wrote by mistake. */
  emptyKeysSkipped: number;
  functionLibraries: readonly Uint8Array[];
  /** Where the dump ends in its file: commands follow there in an append-only file. */
  endOffset: number;
}

/** A dump in a file that stands at its start. */
export interface OpenDump {
  readonly file: Deno.FsFile;
  /** Size of the file, bytes. */
  readonly totalBytes: number;
  /** How the file is called in errors. */
  readonly title: string;
  /** Bytes of other files that were loaded before. */
  readonly loadedBefore: number;
  /** Keys that are over are loaded too: commands that follow say when they went. */
  readonly keepExpired: boolean;
  /** Keys of the dump take the place of those that are there. */
  readonly replaces?: boolean;
}

/** Loads dumps into the keyspace of an engine. */
export class DumpLoader {
  /** Shared with the loader of append-only files. */
  readonly state: LoadState;
  /** Keys of the last load, for INFO persistence. */
  lastKeysLoaded = 0;
  lastKeysExpired = 0;
  /** Those of the last load that brought a dump; they belong to the data until the next one. */
  functionLibraries: readonly Uint8Array[] = [];
  readonly #engine: Engine;
  readonly #logger: Logger;

  /** `stretchMs`: how long it loads before clients get their turn. */
  constructor(engine: Engine, logger: Logger, stretchMs?: number) {
    this.#engine = engine;
    this.#logger = logger;
    this.state = new LoadState(engine, logger, stretchMs);
  }

  /** While a load runs. */
  get progress(): LoadProgress | undefined {
    return this.state.progress;
  }

  /** Whether {@link cancel} was called. */
  get cancelled(): boolean {
    return this.state.cancelled;
  }

  /** Ends a load at the next slice: the server is to stop. */
  cancel(): void {
    this.state.cancelled = true;
  }

  /**
   * Loads the file at `path`; undefined when there is none. Between slices the event loop runs.
   * Throws LoadError; the keyspace then holds what came before the fault and must not be served.
   */
  async load(path: string): Promise<LoadedDump | undefined> {
    return await this.state.run(this.#slices(path));
  }

  /**
   * As {@link load}, before it returns: clients wait. With `replaces`, keys of the dump take the place
   * of those that are there.
   */
  loadNow(path: string, replaces = false): LoadedDump | undefined {
    return this.state.runNow(this.#slices(path, replaces));
  }

  *#slices(path: string, replaces = false): LoadSlices<LoadedDump | undefined> {
    const file = openDump(path);
    if (file === undefined) return undefined;
    const { keyspace } = this.#engine;
    const startedMs = keyspace.clock.monotonicMs();
    try {
      const totalBytes = file.statSync().size;
      this.state.begin(totalBytes);
      const title = `dump file ${path}`;
      const dump = { file, totalBytes, title, loadedBefore: 0, keepExpired: false, replaces };
      const loaded = yield* this.read(dump);
      const seconds = (keyspace.clock.monotonicMs() - startedMs) / 1000;
      this.#logger.notice(`DB loaded from disk: ${seconds.toFixed(3)} seconds`);
      return loaded;
    } finally {
      this.state.end();
      file.close();
    }
  }

  /** Loads a dump, within a load that was begun. Throws LoadError. */
  *read(dump: OpenDump): LoadSlices<LoadedDump> {
    const { keyspace, config } = this.#engine;
    keyspace.arena.expect(Math.min(2 * dump.totalBytes, MOST_EXPECTED_BYTES));
    const sink = new KeyspaceSink(keyspace, dump.replaces);
    const source = ByteSource.overFile(dump.file, dump.totalBytes, WINDOW_BYTES);
    const reader = new RdbReader(source, sink, {
      nowMs: keyspace.clock.nowMs(),
      checksum: config.bool("rdbchecksum"),
      keepExpired: dump.keepExpired,
      sanitize: config.value("sanitize-dump-payload") === "yes",
    });
    let described = false, keys = 0;
    try {
      while (!reader.run(this.state.delays ? 1 : SLICE_BYTES)) {
        if (!described && (described = true)) this.#describe(sink);
        if (this.state.delays) yield* this.state.delay(reader.counts.keysLoaded - keys);
        keys = reader.counts.keysLoaded;
        if (!this.state.advance(dump.loadedBefore + reader.progress.loadedBytes)) continue;
        yield;
        this.state.resume();
      }
      if (!described) this.#describe(sink);
    } catch (error) {
      sink.abandon();
      if (error instanceof RdbError) {
        throw new LoadError(`Can't load the ${dump.title}: ${error.message}`);
      }
      if (!(error instanceof ArenaFullError)) throw error;
      const { loadedBytes } = reader.progress;
      throw new LoadError(
        `Can't load the ${dump.title}: it does not fit in memory (at byte offset ${loadedBytes})`,
      );
    }
    return this.#done(reader, sink);
  }

  #done(reader: RdbReader, sink: KeyspaceSink): LoadedDump {
    const { counts, progress } = reader, { functionLibraries } = sink;
    this.#engine.keyspace.dirty = 0;
    this.lastKeysLoaded = counts.keysLoaded;
    this.lastKeysExpired = counts.keysExpired;
    this.functionLibraries = functionLibraries;
    const loaded = { ...counts, functionLibraries, endOffset: progress.loadedBytes };
    this.#logger.notice(summaryOf(loaded));
    return loaded;
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
      this.state.progress!.rdbUsedMemory = memory;
      this.#logger.notice(`RDB memory usage when created ${(memory / 2 ** 20).toFixed(2)} Mb`);
    }
    if (sink.fields.get("aof-base") === "1") this.#logger.notice("RDB is base AOF");
  }
}

function summaryOf({ keysLoaded, keysExpired, emptyKeysSkipped }: LoadedDump): string {
  const skipped = emptyKeysSkipped === 0 ? "" : `, empty keys skipped: ${emptyKeysSkipped}`;
  return `Done loading RDB, keys loaded: ${keysLoaded}, keys expired: ${keysExpired}${skipped}.`;
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
