// The doors to the folder of the dump, and how a file in it is replaced so that none is ever lost.
import { basename, dirname, join } from "node:path";
import { renameFile } from "../base/rename_file.ts";
import type { ByteSink, FrameSink } from "../rdb/rdb_output.ts";

/** As Redis does it: so many bytes at most wait for the disk when the whole file is synced. */
const SYNC_EVERY_BYTES = 4 << 20;
const FULL_PAUSE_MS = 1;

/** A file that is written. */
export interface DumpFile {
  /** Takes at least one byte and answers how many. */
  writeSync(bytes: Uint8Array): number;
  /** Waits until what was written is on the disk. */
  syncSync(): void;
  /** As `syncSync`, while others work; more may be written meanwhile. */
  sync(): Promise<void>;
  close(): void;
  /** Takes frames too, and completes what is open in them. */
  readonly frame?: FrameSink["frame"];
  /** Whether it has more to do than it should: who can wait does. */
  readonly isFull?: boolean;
  /** Memory that it takes, bytes. */
  readonly memoryBytes?: number;
  /** Stops what it does for the file elsewhere; `close` comes after that. */
  settle?(): Promise<void>;
}

/** What saving asks of the file system; everything throws where it fails. */
export interface DumpFiles {
  /** Opens a file for writing, empty. */
  create(path: string): DumpFile;
  /** From how much data on, bytes, a worker fills files; without, as measured. */
  readonly workerFromBytes?: number;
  /** How long a worker stays for the next file, ms; without, as measured. */
  readonly keepWorkerMs?: number;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Waits until what was renamed in a folder is on the disk. */
  syncFolder(path: string): void;
}

/** What file systems say that know no syncing of folders: EBADF or EINVAL, as Redis has it too. */
const CANNOT_SYNC_FOLDERS = /\(os error (9|22)\)/;

/** The real ones. */
export const DUMP_FILES: DumpFiles = {
  create: (path) => new SystemFile(path),
  rename: (from, to) => renameFile(from, to),
  remove: (path) => Deno.removeSync(path),
  syncFolder(path) {
    if (Deno.build.os === "windows") return; // its folders cannot be opened, nor need to be
    syncFolder(Deno.openSync(path));
  },
};

/** Waits until what was renamed in a folder is on the disk, where its file system knows how; closes it. */
export function syncFolder(folder: { syncSync(): void; close(): void }): void {
  try {
    folder.syncSync();
  } catch (error) {
    if (!CANNOT_SYNC_FOLDERS.test(String(error))) throw error;
  } finally {
    folder.close();
  }
}

/** A file that is written through one handle and synced in the background through another. */
class SystemFile implements DumpFile {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #synced: Deno.FsFile | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#file = Deno.openSync(path, { write: true, create: true, truncate: true });
  }

  writeSync(bytes: Uint8Array): number {
    return this.#file.writeSync(bytes);
  }

  syncSync(): void {
    this.#file.syncSync();
  }

  async sync(): Promise<void> {
    // A handle does one thing at a time: a write during a sync would fail.
    this.#synced ??= Deno.openSync(this.#path, { write: true });
    await this.#synced.sync();
  }

  close(): void {
    this.#synced?.close();
    this.#file.close();
  }
}

/** Which step of replacing a file failed; `cause` is what the system said. */
export class ReplaceError extends Error {
  override name = "ReplaceError";

  constructor(step: string, cause?: unknown) {
    const words = cause instanceof Error ? cause.message : String(cause);
    super(cause === undefined ? step : `${step}: ${words}`, { cause });
  }
}

/**
 * A file that is going to replace the one at `path`: it is filled beside it and takes its place when
 * it is complete and on the disk. Until then the old file is as it was. Throws ReplaceError.
 */
export class Replacement {
  readonly #path: string;
  readonly #temporary: string;
  readonly #files: DumpFiles;
  readonly #file: DumpFile;
  /** Whether it has taken the old file's place, though what came then may have failed. */
  replaced = false;
  #closed = false;
  /** Bytes written since the last sync began. */
  #unsynced = 0;
  /** A sync that runs in the background; it never rejects. */
  #syncing: Promise<void> | undefined;
  #syncFailure: unknown;

  /** `file`: the one that was created at {@link temporaryPath}; without, it is now. */
  constructor(path: string, temporaryName: string, files: DumpFiles, file?: DumpFile) {
    this.#path = path;
    this.#files = files;
    const temporary = this.#temporary = temporaryPath(path, temporaryName);
    this.#file = file ??
      attempt(`cannot create ${temporary}`, () => files.create(temporary));
  }

  /** Where a dump goes. */
  get sink(): ByteSink | FrameSink {
    const file = this.#file;
    if (file.frame === undefined) return this;
    return {
      frame: (bytes, marks, isLast) => {
        file.frame!(bytes, marks, isLast);
        this.#unsynced += bytes.length;
      },
    };
  }

  /** Memory that the file takes until it has its place, bytes. */
  get memoryBytes(): number {
    return this.#file.memoryBytes ?? 0;
  }

  /** Whether there is more to write than should be; {@link keepUp} waits. */
  get isFull(): boolean {
    return this.#file.isFull ?? false;
  }

  /** Writes all of the bytes. */
  write(bytes: Uint8Array): void {
    writeAll(this.#file, bytes);
    this.#unsynced += bytes.length;
  }

  /** Waits until what was written is on the disk. */
  sync(): void {
    attempt("cannot sync", () => this.#file.syncSync());
  }

  /**
   * Waits while there is more to write than should be. With `syncs` it lets the disk keep up: begins to
   * sync, when so much was written since the last time, and waits while that sync still runs when as
   * much again was written.
   */
  async keepUp(syncs: boolean): Promise<void> {
    while (this.isFull) await new Promise((resolve) => setTimeout(resolve, FULL_PAUSE_MS));
    if (!syncs || this.#unsynced < SYNC_EVERY_BYTES) return;
    await this.#settled();
    this.#unsynced = 0;
    this.#syncing = this.#file.sync().catch((error) => {
      this.#syncFailure = error;
    }).finally(() => this.#syncing = undefined);
  }

  /** As {@link sync}, while others work. */
  async syncLater(): Promise<void> {
    await this.#settled();
    try {
      await this.#file.sync();
    } catch (error) {
      throw error instanceof ReplaceError ? error : new ReplaceError("cannot sync", error);
    }
  }

  /** Waits for the sync that runs; throws what one failed with. */
  async #settled(): Promise<void> {
    await this.#syncing;
    const failure = this.#syncFailure;
    if (failure instanceof ReplaceError) throw failure;
    if (failure !== undefined) throw new ReplaceError("cannot sync", failure);
  }

  /** Takes the old file's place. When only the folder could not be synced, it has taken it already. */
  commit(): void {
    const path = this.#path, files = this.#files;
    this.#close();
    attempt(`cannot rename it to ${basename(path)}`, () => files.rename(this.#temporary, path));
    this.replaced = true;
    attempt(`cannot sync the folder ${dirname(path)}`, () => files.syncFolder(dirname(path)));
  }

  /** Waits until nothing is done to the file in the background: {@link abandon} may come after that. */
  async settle(): Promise<void> {
    await this.#syncing;
    await this.#file.settle?.();
  }

  /** Gives up; nothing is left. */
  abandon(): void {
    this.#close();
    try {
      this.#files.remove(this.#temporary);
    } catch { /* it has its place already, or what failed first is what counts */ }
  }

  #close(): void {
    if (!this.#closed) this.#file.close();
    this.#closed = true;
  }
}

/** The file that is written before it replaces the one at `path`. */
export function temporaryPath(path: string, name: string): string {
  return join(dirname(path), name);
}

/** Writes all of the bytes. Throws ReplaceError. */
export function writeAll(file: DumpFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    at += attempt("cannot write", () => file.writeSync(bytes.subarray(at)));
  }
}

/** Does a step of replacing a file; what it throws becomes a ReplaceError. */
export function attempt<Result>(step: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof ReplaceError ? error : new ReplaceError(step, error);
  }
}
