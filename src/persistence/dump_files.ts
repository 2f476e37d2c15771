// The doors to the folder of the dump, and how a file in it is replaced so that none is ever lost.
import { basename, dirname, join } from "node:path";

/** A file that is written. */
export interface DumpFile {
  /** Takes at least one byte and answers how many. */
  writeSync(bytes: Uint8Array): number;
  /** Waits until what was written is on the disk. */
  syncSync(): void;
  /** As `syncSync`, while others work. */
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

/** The real ones. */
export const DUMP_FILES: DumpFiles = {
  create: (path) => Deno.openSync(path, { write: true, create: true, truncate: true }),
  rename: (from, to) => Deno.renameSync(from, to),
  remove: (path) => Deno.removeSync(path),
  syncFolder(path) {
    if (Deno.build.os === "windows") return; // its folders cannot be opened, nor need to be
    const folder = Deno.openSync(path);
    try {
      folder.syncSync();
    } finally {
      folder.close();
    }
  },
};

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
  }

  /** Waits until what was written is on the disk. */
  sync(): void {
    attempt("cannot sync", () => this.#file.syncSync());
  }

  /** As {@link sync}, while others work. */
  async syncLater(): Promise<void> {
    try {
      await this.#file.sync();
    } catch (error) {
      throw new ReplaceError("cannot sync", error);
    }
  }

  /** Takes the old file's place. When only the folder could not be synced, it has taken it already. */
  commit(): void {
    const path = this.#path, files = this.#files;
    this.#close();
    attempt(`cannot rename it to ${basename(path)}`, () => files.rename(this.#temporary, path));
    this.replaced = true;
    attempt(`cannot sync the folder ${dirname(path)}`, () => files.syncFolder(dirname(path)));
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
