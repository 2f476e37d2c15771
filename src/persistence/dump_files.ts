// The doors to the folder of the dump, and how a file in it is replaced so that none is ever lost.
import { basename, dirname, join } from "node:path";
import { renameFile } from "../base/rename_file.ts";

/** As Redis does it: so many bytes at most wait for the disk when the whole file is synced. */
const SYNC_EVERY_BYTES = 4 << 20;

/** A file that is written. */
export interface DumpFile {
  /** Takes at least one byte and answers how many. */
  writeSync(bytes: Uint8Array): number;
  /** Waits until what was written is on the disk. */
  syncSync(): void;
  /** As `syncSync`, while others work; more may be written meanwhile. */
  sync(): Promise<void>;
  close(): void;
}

/** What saving asks of the file system; everything throws where it fails. */
export interface DumpFiles {
  /** Opens a file for writing, empty. */
  create(path: string): DumpFile;
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
    const folder = Deno.openSync(path);
    try {
      folder.syncSync();
    } catch (error) {
      if (!CANNOT_SYNC_FOLDERS.test(String(error))) throw error;
    } finally {
      folder.close();
    }
  },
};

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

  constructor(step: string, cause: unknown) {
    super(`${step}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
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

  constructor(path: string, temporaryName: string, files: DumpFiles) {
    this.#path = path;
    this.#files = files;
    const temporary = this.#temporary = join(dirname(path), temporaryName);
    this.#file = attempt(`cannot create ${temporary}`, () => files.create(temporary));
  }

  /** Writes all of the bytes. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      at += attempt("cannot write", () => this.#file.writeSync(bytes.subarray(at)));
    }
    this.#unsynced += bytes.length;
  }

  /** Waits until what was written is on the disk. */
  sync(): void {
    attempt("cannot sync", () => this.#file.syncSync());
  }

  /**
   * Lets the disk keep up with what is written: begins to sync, when so much was written since the
   * last time, and waits while that sync still runs when as much again was written.
   */
  async keepUp(): Promise<void> {
    if (this.#unsynced < SYNC_EVERY_BYTES) return;
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
      throw new ReplaceError("cannot sync", error);
    }
  }

  /** Waits for the sync that runs; throws what one failed with. */
  async #settled(): Promise<void> {
    await this.#syncing;
    if (this.#syncFailure !== undefined) throw new ReplaceError("cannot sync", this.#syncFailure);
  }

  /** Takes the old file's place. When only the folder could not be synced, it has taken it already. */
  commit(): void {
    const path = this.#path, files = this.#files;
    this.#close();
    attempt(`cannot rename it to ${basename(path)}`, () => files.rename(this.#temporary, path));
    this.replaced = true;
    attempt(`cannot sync the folder ${dirname(path)}`, () => files.syncFolder(dirname(path)));
  }

  /** Waits until no sync runs in the background: {@link abandon} may come after that. */
  async settle(): Promise<void> {
    await this.#syncing;
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

function attempt<Result>(step: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new ReplaceError(step, error);
  }
}
