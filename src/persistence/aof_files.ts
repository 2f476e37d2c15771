// The doors to the folder of the append-only file.
import { dirname } from "node:path";
import { DUMP_FILES, type DumpFiles } from "./dump_files.ts";
import { type LockAnswer, tryLockFiles } from "./file_lock.ts";

/** A file that grows at its end. */
export interface AofFile {
  /** Takes at least one byte and answers how many. */
  writeSync(bytes: Uint8Array): number;
  /** Cuts the file behind its first `length` bytes. */
  truncateSync(length: number): void;
  /** Waits until what was written is on the disk. */
  syncSync(): void;
  /** As `syncSync`, while others work and write to the file. */
  sync(): Promise<void>;
  close(): void;
}

/** What the append-only file asks of the file system; everything throws where it fails. */
export interface AofFiles extends DumpFiles {
  /** Opens a file to write behind what it holds; `empty` begins a new one. */
  open(path: string, options: { empty: boolean }): AofFile;
  /** Makes a folder, and waits until it is on the disk, unless it is there. */
  makeFolder(path: string): void;
  /** Bytes of a file. */
  size(path: string): number;
  /** What stands in a file; undefined where there is none. */
  read(path: string): Uint8Array | undefined;
  /** Names of the files in a folder; none where there is no folder. */
  list(folder: string): readonly string[];
  /** Keeps other servers from the files whose names begin with the name of `path`. */
  lock(path: string): LockAnswer;
  /** Removes a file, which may take a while, in the background. */
  removeLater(path: string): Promise<void>;
}

/** Two handles, since one that is being synced takes no writes on some versions of Deno. */
class RealFile implements AofFile {
  readonly #writing: Deno.FsFile;
  readonly #syncing: Deno.FsFile;

  constructor(path: string, empty: boolean) {
    this.#syncing = Deno.openSync(path, { write: true, create: true, truncate: empty });
    try {
      // What is appended always stands at the end, whatever was cut off before.
      this.#writing = Deno.openSync(path, { append: true });
    } catch (error) {
      this.#syncing.close();
      throw error;
    }
  }

  writeSync(bytes: Uint8Array): number {
    return this.#writing.writeSync(bytes);
  }

  truncateSync(length: number): void {
    // Windows lets those who may only append cut nothing off.
    (Deno.build.os === "windows" ? this.#syncing : this.#writing).truncateSync(length);
  }

  syncSync(): void {
    this.#writing.syncDataSync();
  }

  sync(): Promise<void> {
    return this.#syncing.syncData();
  }

  close(): void {
    this.#writing.close();
    this.#syncing.close();
  }
}

/** The real ones. */
export const AOF_FILES: AofFiles = {
  ...DUMP_FILES,
  open: (path, { empty }) => new RealFile(path, empty),
  makeFolder(path) {
    try {
      Deno.mkdirSync(path, { mode: 0o755 });
      DUMP_FILES.syncFolder(dirname(path));
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists) || !Deno.statSync(path).isDirectory) {
        throw error;
      }
    }
  },
  size: (path) => Deno.statSync(path).size,
  read(path) {
    return isMissing(() => Deno.statSync(path).isFile) ? undefined : Deno.readFileSync(path);
  },
  list(folder) {
    const names: string[] = [];
    isMissing(() => {
      for (const { name, isFile } of Deno.readDirSync(folder)) if (isFile) names.push(name);
      return true;
    });
    return names;
  },
  lock: tryLockFiles,
  removeLater: (path) => Deno.remove(path),
};

/** Whether it is not there, or not what `look` looks for. Throws what else the system says. */
function isMissing(look: () => boolean): boolean {
  try {
    return !look();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}
