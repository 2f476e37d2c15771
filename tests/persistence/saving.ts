/** An engine with a folder of its own, into which it saves and from which it loads. */

import { join } from "node:path";
import type { AofFiles } from "../../src/persistence/aof_files.ts";
import { AppendOnlyDoor } from "../../src/persistence/append_only_door.ts";
import { AppendOnlyFile } from "../../src/persistence/append_only_file.ts";
import type { DumpFiles } from "../../src/persistence/dump_files.ts";
import { Dumps } from "../../src/persistence/dumps.ts";
import { DumpLoader } from "../../src/persistence/load.ts";
import { DumpSaver } from "../../src/persistence/save.ts";
import { PersistenceStatus } from "../../src/persistence/status.ts";
import { digestOfKeyspace } from "../../src/store/digest.ts";
import { EngineInFolder, type FolderOptions } from "./engine_in_folder.ts";

export interface SavingOptions extends FolderOptions {
  /** The doors to it; the real ones without. */
  files?: DumpFiles;
  /** The doors to that of the append-only file. */
  aofFiles?: AofFiles;
}

export class Saving extends EngineInFolder {
  readonly loader: DumpLoader;
  readonly saver: DumpSaver;
  readonly appendOnly: AppendOnlyFile;
  readonly dumps: Dumps;
  readonly status: PersistenceStatus;

  constructor({ files, aofFiles, ...options }: SavingOptions = {}) {
    super(options);
    const { logger, harness: { engine } } = this;
    const loader = this.loader = new DumpLoader(engine, logger);
    this.saver = new DumpSaver({
      engine,
      logger,
      functionLibraries: () => loader.functionLibraries,
      files,
    });
    this.appendOnly = new AppendOnlyFile({
      engine,
      logger,
      saving: () => this.saver.background !== undefined,
      functionLibraries: () => loader.functionLibraries,
      onFatal: () => this.log.push("(exit)"),
      files: aofFiles,
    });
    this.dumps = engine.ports.dumps = new Dumps({
      engine: () => engine,
      loader: () => loader,
      saver: () => this.saver,
      appendOnly: () => this.appendOnly,
      logger,
      onFatal: () => this.log.push("(exit)"),
    });
    engine.ports.appendOnly = new AppendOnlyDoor({
      engine: () => engine,
      file: () => this.appendOnly,
    });
    this.status = engine.ports.persistence = new PersistenceStatus({
      engine: () => engine,
      loader: () => loader,
      saver: () => this.saver,
      appendOnly: () => this.appendOnly,
    });
  }

  get path(): string {
    return join(this.folder, "dump.rdb");
  }

  /** The dump, or undefined. */
  file(): Uint8Array<ArrayBuffer> | undefined {
    try {
      return Deno.readFileSync(this.path);
    } catch {
      return undefined;
    }
  }

  /** Names in the folder, sorted. */
  names(): string[] {
    return [...Deno.readDirSync(this.folder)].map(({ name }) => name).sort();
  }

  digest(): string {
    return digestOfKeyspace(this.harness.keyspace).toString();
  }

  /** Another engine, that has loaded the dump of this one. */
  again(options: SavingOptions = {}): Saving {
    const startMs = this.harness.clock.nowMs();
    const other = new Saving({ startMs, ...options, folder: this.folder });
    other.loader.loadNow(this.path);
    return other;
  }

  /** Expiry of every key, by database and name, and the field expiries of hashes. */
  expiries(): Map<string, unknown> {
    const found = new Map<string, unknown>();
    const { keyspace, client } = this.harness;
    for (const { index, size } of keyspace.databases) {
      if (size === 0) continue;
      client.run(`SELECT ${index}`);
      for (const key of client.run("KEYS *") as string[]) {
        const atMs = client.run(["PEXPIRETIME", key]);
        found.set(`${index} ${key}`, atMs);
      }
    }
    client.run("SELECT 0");
    return found;
  }
}
