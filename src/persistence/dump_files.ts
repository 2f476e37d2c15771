// The doors to the folder of the dump, and how a file in it is replaced so that none is ever lost.
import { basename, dirname, join } from "node:path";

/** A file that is written. */
export interface DumpFile {
  /** Takes at least one byte and answers how many. */
  writeSync(bytes: Uint8Array): number;
  /** Waits until what was written is on the disk. */
  syncSync(): void;
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
 * Replaces the file at `path`: `write` fills one beside it, which takes its place when it is
 * complete and on the disk. When anything fails, the old file is as it was and the new one is gone;
 * only when the folder could not be synced has the new one taken its place already. Throws
 * ReplaceError; what is not about files passes.
 */
export function replaceFile(
  path: string,
  write: (put: (bytes: Uint8Array) => void) => void,
  files: DumpFiles = DUMP_FILES,
): void {
  const folder = dirname(path);
  const temporary = join(folder, `temp-${Deno.pid}.rdb`);
  const file = attempt(`cannot create ${temporary}`, () => files.create(temporary));
  try {
    writeAndClose(file, write);
    attempt(`cannot rename it to ${basename(path)}`, () => files.rename(temporary, path));
  } catch (error) {
    try {
      files.remove(temporary);
    } catch { /* what failed first is what counts */ }
    throw error;
  }
  attempt(`cannot sync the folder ${folder}`, () => files.syncFolder(folder));
}

function writeAndClose(file: DumpFile, write: (put: (bytes: Uint8Array) => void) => void): void {
  const put = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) {
      at += attempt("cannot write", () => file.writeSync(bytes.subarray(at)));
    }
  };
  try {
    write(put);
    attempt("cannot sync", () => file.syncSync());
  } finally {
    file.close();
  }
}

function attempt<Result>(step: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new ReplaceError(step, error);
  }
}
