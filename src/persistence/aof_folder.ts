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
  ManifestError,
  manifestName,
  parseManifest,
  temporaryIncrName,
  temporaryManifestName,
  withoutHistory,
} from "./aof_manifest.ts";
import { findUnlisted, type UnlistedFiles } from "./aof_unlisted.ts";
import { ReplaceError, Replacement } from "./dump_files.ts";
import { type FileLock, lockFiles } from "./file_lock.ts";
import { LoadError } from "./load_state.ts";

const CANNOT_TURN_ON = "Unable to turn on AOF. Check server logs.";

/** The files, and which of them make up the data. */
export class AofFolder {
  /** As it stands on the disk. */
  manifest: AofManifest = EMPTY_MANIFEST;
  readonly files: AofFiles;
  /** Settled when no file is being removed any more. */
  finished: Promise<void> = Promise.resolve();
  /** Where the files are while they are in use, whatever `dir` says. */
  #place: string | undefined;
  #lock: FileLock | undefined;
  /** The answer that is waited for: who asked again would find this process in its own way. */
  #claiming: Promise<string | undefined> | undefined;
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
    return this.#place ?? this.#configured;
  }

  get #configured(): string {
    return join(this.#config.text("dir"), this.#config.text("appenddirname"));
  }

  /** Whether the files in use stand elsewhere than `dir` says. */
  get hasMoved(): boolean {
    return this.#place !== undefined && this.#place !== this.#configured;
  }

  /** From now on the files stay where they are, until {@link release}. */
  hold(): void {
    this.#place ??= this.#configured;
  }

  /** Waits a little for whoever has the files. Throws LoadError when another server keeps them. */
  async claimInTime(): Promise<void> {
    this.hold();
    try {
      this.make();
    } catch {
      return; // whoever opens its files will say why
    }
    this.#lock ??= await lockFiles(this.pathOf(this.name));
    if (this.#lock !== undefined) return;
    throw new LoadError(`Can't use the append-only files in ${this.path}: another server does`);
  }

  /**
   * Takes the files for this server while it runs, from when on what stands in the folder counts.
   * Answers a refusal, which the log tells more of, or nothing.
   */
  claim(): string | undefined | Promise<string | undefined> {
    try {
      this.hold();
      this.make();
      if (this.#lock !== undefined) return undefined;
      if (this.#claiming !== undefined) return this.#claiming;
      const answer = this.files.lock(this.pathOf(this.name));
      if (!(answer instanceof Promise)) return this.#claimed(answer);
      return this.#claiming = answer.then((lock) => {
        this.#claiming = undefined;
        return this.#claimed(lock);
      });
    } catch (error) {
      const { path } = this, words = systemErrorWords(error);
      this.#logger.warning(`Can't open or create append-only dir ${path}: ${words}`);
      if (this.#lock === undefined) this.release();
      return CANNOT_TURN_ON;
    }
  }

  readonly #claimed = (lock: FileLock | undefined): string | undefined => {
    const { path } = this;
    this.#lock = lock;
    try {
      if (lock === undefined) throw new LoadError(`Another server uses the files in ${path}`);
      const manifest = this.readManifest(),
        { baseSequence, incrSequence } = this.unlisted(manifest);
      this.manifest = { ...manifest, baseSequence, incrSequence }; // nothing is overwritten
      return undefined;
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      this.#logger.warning(error.message);
      this.release();
      return lock === undefined ? error.message : CANNOT_TURN_ON;
    }
  };

  /** The files are not in use any more. */
  release(): void {
    this.#lock?.[Symbol.dispose]();
    this.#lock = this.#place = undefined;
  }

  /** Reads the manifest; the empty one where there is none. Throws LoadError. */
  readManifest(): AofManifest {
    const name = manifestName(this.name);
    let bytes: Uint8Array | undefined;
    try {
      bytes = this.files.read(this.pathOf(name));
      if (bytes !== undefined) return parseManifest(bytes);
    } catch (error) {
      if (!(error instanceof ManifestError)) {
        throw new LoadError(
          `Fatal error: can't open the AOF manifest file ${name} for reading: ${
            systemErrorWords(error)
          }`,
        );
      }
      const { line, lineNumber, message } = error;
      const place = line === undefined ? "" : ` at line ${lineNumber} >>> '${line}'`;
      throw new LoadError(`FATAL AOF MANIFEST FILE ERROR in ${name}${place}: ${message}`);
    }
    this.#logger.debug(`The AOF manifest file ${name} doesn't exist`);
    return EMPTY_MANIFEST;
  }

  /** What stands in the folder and is newer than a manifest. Throws LoadError. */
  unlisted(manifest: AofManifest): UnlistedFiles {
    try {
      const names = this.files.list(this.path);
      const sizeOf = (name: string) => this.files.size(this.pathOf(name));
      return findUnlisted(manifest, { appendFilename: this.name, names, sizeOf });
    } catch (error) {
      throw new LoadError(`Can't read the folder ${this.path}: ${systemErrorWords(error)}`);
    }
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

  #removeNow(name: string): void {
    try {
      this.files.remove(this.pathOf(name));
    } catch { /* it is not there */ }
  }

  /** Removes the files of the past, unless `aof-disable-auto-gc` keeps them. */
  removeHistory(): void {
    const { history } = this.manifest;
    if (history.length === 0 || this.#config.bool("aof-disable-auto-gc")) return;
    for (const { name } of history) {
      this.#logger.notice(`Removing the history file ${name} in the background`);
      // Without others to tell it from, one that is left would be taken for the newest.
      if (this.manifest.incrs.length === 0) this.#removeNow(name);
      else this.discard(name);
    }
    try {
      this.persist(withoutHistory(this.manifest));
    } catch (error) {
      this.#logger.warning(`The AOF manifest was not written: ${(error as Error).message}`);
    }
  }
}
