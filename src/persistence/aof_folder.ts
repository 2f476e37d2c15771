// The folder of the append-only file: its manifest on disk, its files by name.
import { join } from "node:path";
import type { Logger } from "../base/logger.ts";
import { systemErrorWords } from "../base/system_error.ts";
import type { Config } from "../config/config.ts";
import type { AofFile, AofFiles } from "./aof_files.ts";
import {
  type AofManifest,
  EMPTY_MANIFEST,
  filesToLoad,
  formatManifest,
  manifestName,
  temporaryIncrName,
  temporaryManifestName,
  withoutHistory,
} from "./aof_manifest.ts";
import { ReplaceError, Replacement } from "./dump_files.ts";

/** The files, and which of them make up the data. */
export class AofFolder {
  /** As it stands on the disk. */
  manifest: AofManifest = EMPTY_MANIFEST;
  readonly files: AofFiles;
  /** Settled when no file is being removed any more. */
  finished: Promise<void> = Promise.resolve();
  readonly #config: Config;
  readonly #logger: Logger;

  constructor(config: Config, logger: Logger, files: AofFiles) {
    this.#config = config;
    this.#logger = logger;
    this.files = files;
  }

  /** `appendfilename`, with which all names begin. */
  get name(): string {
    return this.#config.text("appendfilename");
  }

  get path(): string {
    return join(this.#config.text("dir"), this.#config.text("appenddirname"));
  }

  pathOf(name: string): string {
    return join(this.path, name);
  }

  /** Where effects go while the first base file is being written. */
  get temporaryIncr(): string {
    return temporaryIncrName(this.name);
  }

  make(): void {
    this.files.makeFolder(this.path);
  }

  /** Bytes of a file, 0 with a line in the log where that is not known. */
  sizeOf(name: string): number {
    try {
      return this.files.size(this.pathOf(name));
    } catch (error) {
      const words = systemErrorWords(error);
      this.#logger.warning(`Unable to obtain the AOF file ${name} length. stat: ${words}`);
      return 0;
    }
  }

  /** Bytes of all files that make up the data. */
  totalBytes(): number {
    let total = 0;
    for (const { name } of filesToLoad(this.manifest)) total += this.sizeOf(name);
    return total;
  }

  /** Puts the manifest in the place of the old one. Throws ReplaceError; then the old one holds. */
  persist(manifest: AofManifest): void {
    const path = this.pathOf(manifestName(this.name));
    const file = new Replacement(path, temporaryManifestName(this.name), this.files);
    try {
      file.write(formatManifest(manifest));
      file.sync();
      file.commit();
    } catch (error) {
      file.abandon();
      if (!file.replaced) throw error;
      // From now on it is what others read, on the disk or not.
      this.#logger.warning(`Fail to fsync AOF directory ${this.path}: ${(error as Error).message}`);
    }
    this.manifest = manifest;
  }

  /** Opens a new file. Throws ReplaceError. */
  openEmpty(name: string): AofFile {
    const path = this.pathOf(name);
    try {
      return this.files.open(path, { empty: true });
    } catch (error) {
      throw new ReplaceError(`cannot open ${path}`, error);
    }
  }

  /** Throws ReplaceError. */
  rename(from: string, to: string): void {
    try {
      this.files.rename(this.pathOf(from), this.pathOf(to));
    } catch (error) {
      throw new ReplaceError(`cannot rename ${from} into ${to}`, error);
    }
  }

  /** Removes a file in the background, if it is there. */
  discard(name: string): void {
    const removed = this.files.removeLater(this.pathOf(name)).catch(() => {});
    this.finished = Promise.all([this.finished, removed]).then(() => {});
  }

  /** Removes the files of the past, unless `aof-disable-auto-gc` keeps them. */
  removeHistory(): void {
    const { history } = this.manifest;
    if (history.length === 0 || this.#config.bool("aof-disable-auto-gc")) return;
    for (const { name } of history) {
      this.#logger.notice(`Removing the history file ${name} in the background`);
      this.discard(name);
    }
    try {
      this.persist(withoutHistory(this.manifest));
    } catch (error) {
      this.#logger.warning(`The AOF manifest was not written: ${(error as Error).message}`);
    }
  }
}
