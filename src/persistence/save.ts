// Writes the dump: all databases in one go, beside the old file, which it then replaces.
import { join } from "node:path";
import type { Logger } from "../base/logger.ts";
import { REDIS_VERSION } from "../base/version.ts";
import type { Engine } from "../engine/engine.ts";
import { RdbVersionError } from "../rdb/value_form.ts";
import { RdbWriter, type RdbWriterOptions, versionForKeyspace } from "../rdb/writer.ts";
import type { Database } from "../store/database.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { DUMP_FILES, type DumpFiles, ReplaceError, replaceFile } from "./dump_files.ts";

/** What a saver works with. */
export interface DumpSaverOptions {
  readonly engine: Engine;
  readonly logger: Logger;
  /** Source texts of the function libraries that belong to the data. */
  readonly functionLibraries: () => readonly Uint8Array[];
  /** The folder's doors; the real ones without. */
  readonly files?: DumpFiles;
}

/** Saves the keyspace of an engine, and remembers how that went. */
export class DumpSaver {
  /** When the data was last on the disk, Unix ms; the start of the server at first. */
  lastSavedAtMs: number;
  /** Whether the last attempt in the background failed. */
  failed = false;
  /** Saves that clients asked for. */
  saves = 0;
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #functionLibraries: () => readonly Uint8Array[];
  readonly #files: DumpFiles;

  constructor({ engine, logger, functionLibraries, files }: DumpSaverOptions) {
    this.#engine = engine;
    this.#logger = logger;
    this.#functionLibraries = functionLibraries;
    this.#files = files ?? DUMP_FILES;
    this.lastSavedAtMs = engine.keyspace.clock.nowMs();
  }

  /** Where the dump is. */
  get path(): string {
    const { config } = this.#engine;
    return join(config.text("dir"), config.text("dbfilename"));
  }

  /** Saves before it returns. False when that failed: the log says why, the old file is untouched. */
  save(): boolean {
    const { keyspace } = this.#engine;
    const { path } = this;
    try {
      replaceFile(path, (put) => this.#write({ write: put }), this.#files);
    } catch (error) {
      if (!(error instanceof ReplaceError || error instanceof RdbVersionError)) throw error;
      this.#logger.warning(`The dump ${path} was not saved: ${error.message}`);
      return false;
    }
    this.#logger.notice("DB saved on disk");
    keyspace.dirty = 0;
    this.lastSavedAtMs = keyspace.clock.nowMs();
    this.failed = false;
    return true;
  }

  #write(sink: { write(bytes: Uint8Array): void }): void {
    const { keyspace, config } = this.#engine;
    const writer = new RdbWriter(keyspace, sink, {
      version: dumpVersion(config.value("rdb-version"), keyspace),
      compress: config.bool("rdbcompression"),
      checksum: config.bool("rdbchecksum"),
      access: accessFor(config.rendered("maxmemory-policy")),
    });
    writer.begin({
      "redis-ver": REDIS_VERSION,
      "redis-bits": 64,
      "ctime": Math.floor(keyspace.clock.nowMs() / 1000),
      "used-mem": keyspace.arena.usedBytes,
      "aof-base": 0,
    });
    for (const code of this.#functionLibraries()) writer.functionLibrary(code);
    for (const database of keyspace.databases) {
      if (database.size > 0) writeDatabase(writer, database);
    }
    writer.end();
  }
}

function writeDatabase(writer: RdbWriter, database: Database): void {
  const { table } = database;
  const visit = (ref: number) => writer.entry(database, ref);
  writer.database(database.index);
  writer.resize(database.size, database.expires.length);
  table.pauseRehash(); // nothing moves behind the cursor's back: each key comes once
  try {
    let cursor = 0;
    do cursor = table.scan(cursor, visit); while (cursor !== 0);
  } finally {
    table.resumeRehash();
  }
}

/** The format version that `rdb-version` asks for; `auto` is the lowest that holds the data. */
function dumpVersion(directive: string, keyspace: Keyspace): number {
  return directive === "auto" ? versionForKeyspace(keyspace) : Number(directive);
}

/** Redis writes how keys were used only where the eviction policy looks at it. */
function accessFor(policy: string): RdbWriterOptions["access"] {
  if (policy.endsWith("-lru")) return "lru";
  return policy.endsWith("-lfu") ? "lfu" : "none";
}
