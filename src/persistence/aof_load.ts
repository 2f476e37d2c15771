// Loads an append-only file: base and incremental files in the order of the manifest. Which files are
// taken, which are not, and the words for it are those of Redis 7.2.
import { basename, join } from "node:path";
import { systemErrorWords } from "../base/system_error.ts";
import type { Logger } from "../base/logger.ts";
import type { Engine } from "../engine/engine.ts";
import { AOF_FILES, type AofFiles } from "./aof_files.ts";
import { AofFolder } from "./aof_folder.ts";
import {
  type AofManifest,
  filesToLoad,
  isEmptyManifest,
  manifestName,
  withUpgradedBase,
} from "./aof_manifest.ts";
import { FunctionLog } from "./aof_functions.ts";
import { type AofFault, AofReader } from "./aof_reader.ts";
import { AofReplay, commandNameIn, commandTest } from "./aof_replay.ts";
import { manifestMissed, refusalOf } from "./aof_unlisted.ts";
import { cutTail } from "./aof_tail.ts";
import { ReplaceError } from "./dump_files.ts";
import type { DumpLoader } from "./load.ts";
import { LoadError, type LoadSlices, type LoadState } from "./load_state.ts";

const SIGNATURE_BYTES = 6;
const HEAD_BYTES = 256;
const ADVICE =
  "make a backup of your AOF file, then use miniredis check-aof --fix <filename.manifest>";

/** What a loader works with. */
export interface AofLoaderOptions {
  readonly engine: Engine;
  readonly logger: Logger;
  /** Loads the base, and has the state that both share. */
  readonly dumps: DumpLoader;
  /** The folder's doors; the real ones without. */
  readonly files?: AofFiles;
}

/** What was loaded. */
export interface LoadedAof {
  /** Another than was given when a single file of old was taken over. */
  readonly manifest: AofManifest;
  /** Size of all files, and of the base alone, bytes; after a torn end was cut off. */
  readonly totalBytes: number;
  readonly baseBytes: number;
  /** Whether there was anything to load. */
  readonly found: boolean;
}

/** A file of the manifest, in its turn. */
interface Part {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly loadedBefore: number;
  readonly isLast: boolean;
}

/** Loads the append-only file of an engine's configuration. */
export class AofLoader {
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #dumps: DumpLoader;
  readonly #folder: AofFolder;

  constructor({ engine, logger, dumps, files }: AofLoaderOptions) {
    this.#engine = engine;
    this.#logger = logger;
    this.#dumps = dumps;
    this.#folder = new AofFolder(engine.config, logger, files ?? AOF_FILES);
  }

  get #state(): LoadState {
    return this.#dumps.state;
  }

  /** The folder that the files of the manifest stand in. */
  get folder(): string {
    return this.#folder.path;
  }

  /** Reads the manifest; the empty one where there is none. Throws LoadError. */
  readManifest(): AofManifest {
    return this.#folder.readManifest();
  }

  /** Whether {@link load} would find anything. */
  finds(manifest: AofManifest): boolean {
    return !isEmptyManifest(manifest) || this.#findsOldFile();
  }

  #findsOldFile(): boolean {
    return isFile(join(this.#engine.config.text("dir"), this.#folder.name));
  }

  /**
   * Loads what a manifest names; undefined when it was cancelled. Between slices the event loop runs.
   * Throws LoadError; the keyspace then holds what came before the fault and must not be served.
   */
  async load(manifest: AofManifest): Promise<LoadedAof | undefined> {
    return await this.#state.run(this.#slices(manifest));
  }

  /** As {@link load}, before it returns: clients wait. */
  loadNow(manifest: AofManifest): LoadedAof {
    return this.#state.runNow(this.#slices(manifest));
  }

  *#slices(given: AofManifest): LoadSlices<LoadedAof> {
    const manifest = this.#takeOver(this.#completed(given));
    const parts = this.#partsOf(manifest);
    const total = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const baseBytes = manifest.base === undefined ? 0 : parts[0].sizeBytes;
    const nothing = { manifest, totalBytes: 0, baseBytes: 0, found: !isEmptyManifest(manifest) };
    if (total === 0) {
      if (nothing.found) this.#logger.notice("DB loaded from append only file: 0.000 seconds");
      return nothing;
    }
    const { clock } = this.#engine.keyspace;
    const startedMs = clock.monotonicMs();
    this.#state.begin(total);
    this.#dumps.lastKeysLoaded = this.#dumps.lastKeysExpired = 0;
    this.#dumps.functionLibraries = [];
    let removed = 0;
    try {
      for (const part of parts) removed += yield* this.#loadPart(part, manifest);
    } finally {
      this.#state.end();
    }
    this.#logger.notice(
      `DB loaded from append only file: ${secondsSince(clock, startedMs)} seconds`,
    );
    return { manifest, totalBytes: total - removed, baseBytes, found: true };
  }

  #partsOf(manifest: AofManifest): Part[] {
    const files = filesToLoad(manifest);
    let loadedBefore = 0;
    return files.map(({ name }, index) => {
      const path = this.#folder.pathOf(name);
      const sizeBytes = this.#sizeOf(path, name);
      const part = { name, path, sizeBytes, loadedBefore, isLast: index + 1 === files.length };
      loadedBefore += sizeBytes;
      return part;
    });
  }

  #sizeOf(path: string, name: string): number {
    try {
      const { isFile, size } = Deno.statSync(path);
      if (isFile) return size;
    } catch (error) {
      throw new LoadError(
        `Unable to obtain the AOF file ${name} length. stat: ${systemErrorWords(error)}. The` +
          ` manifest in ${this.folder} names it, so data would be missing without it.`,
      );
    }
    throw new LoadError(
      `Can't open the append log file ${name} for reading: it is no regular file`,
    );
  }

  /** Loads a file; answers how many bytes at its end were cut off. */
  *#loadPart(part: Part, { base }: AofManifest): LoadSlices<number> {
    if (part.sizeBytes === 0) return 0;
    const { clock } = this.#engine.keyspace;
    const startedMs = clock.monotonicMs();
    const torn = yield* this.#replayPart(part);
    const removed = torn === undefined ? 0 : this.#cut(part, torn);
    const kind = part.name === base?.name ? "base" : "incr";
    const seconds = secondsSince(clock, startedMs);
    this.#logger.notice(`DB loaded from ${kind} file ${part.name}: ${seconds} seconds`);
    return removed;
  }

  /** Runs what stands in a file; answers where and why its end is torn, if it is. */
  *#replayPart(part: Part): LoadSlices<TornEnd | undefined> {
    using file = this.#open(part);
    const offset = yield* this.#loadPreamble(part, file);
    const isCommand = commandTest(this.#engine);
    const reader = new AofReader({ file, totalBytes: part.sizeBytes, offset, isCommand });
    const tell = (message: string) => this.#logger.warning(message);
    const functions = new FunctionLog(this.#dumps.functionLibraries);
    const replay = new AofReplay(this.#engine, { reader, functions, tell });
    const isTurnDue = (offset: number) =>
      this.#state.advance(part.loadedBefore + offset) || this.#state.delays;
    for (let commands = 0; !replay.run(isTurnDue); commands = replay.commands) {
      if (this.#state.delays) yield* this.#state.delay(replay.commands - commands);
      yield;
      this.#state.resume();
    }
    this.#dumps.functionLibraries = functions.sources;
    if (replay.refusals > 0) {
      this.#logger.warning(`${replay.refusals} commands of ${part.name} were refused, see above.`);
    }
    return tornEndOf(part, replay, file);
  }

  #open({ path, name }: Part): Deno.FsFile {
    try {
      return Deno.openSync(path);
    } catch (error) {
      throw new LoadError(
        `Fatal error: can't open the append log file ${name} for reading: ${
          systemErrorWords(error)
        }`,
      );
    }
  }

  /** Loads the dump that the file begins with, if it does; answers where commands begin. */
  *#loadPreamble({ name, sizeBytes, loadedBefore }: Part, file: Deno.FsFile): LoadSlices<number> {
    const head = new TextDecoder().decode(headOf(file, 0, SIGNATURE_BYTES));
    if (!head.startsWith("REDIS") && head !== "VALKEY") return 0;
    file.seekSync(0, Deno.SeekMode.Start);
    const isOldStyle = name === this.#folder.name;
    this.#logger.notice(
      isOldStyle
        ? "Reading RDB preamble from AOF file..."
        : "Reading RDB base file on AOF loading...",
    );
    const loaded = yield* this.#dumps.read({
      file,
      totalBytes: sizeBytes,
      title: isOldStyle ? `RDB preamble of the AOF file ${name}` : `RDB base file ${name}`,
      loadedBefore,
      keepExpired: true,
    });
    if (isOldStyle) this.#logger.notice("Reading the remaining AOF tail...");
    return loaded.endOffset;
  }

  /** Cuts a torn end off, if it may be; answers how many bytes that were. Throws LoadError. */
  #cut({ name, path, sizeBytes, isLast }: Part, { validUpTo, what }: TornEnd): number {
    const bytes = sizeBytes - validUpTo;
    const torn = `${name} ends within ${what} at byte offset ${validUpTo}`;
    if (!this.#engine.config.bool("aof-load-truncated")) {
      throw new LoadError(
        `Unexpected end of file reading the append only file: ${torn}. You can: 1) Make a backup of` +
          " your AOF file, then use miniredis check-aof --fix <filename.manifest>. 2) Alternatively" +
          " you can set the 'aof-load-truncated' configuration option to yes and restart the server.",
      );
    }
    if (!isLast) {
      throw new LoadError(`Fatal error: the truncated file is not the last file: ${torn}`);
    }
    this.#logger.warning(`!!! Warning: short read while loading the AOF file ${name}!!!`);
    this.#logger.warning(`!!! Truncating the AOF ${name} at offset ${validUpTo} !!!`);
    try {
      const kept = basename(cutTail(path, validUpTo));
      this.#logger.warning(`${torn}: ${bytes} bytes were removed, they are kept in ${kept}`);
    } catch (error) {
      throw new LoadError(`Error truncating the AOF file: ${torn}: ${systemErrorWords(error)}`);
    }
    this.#logger.warning(`AOF ${name} loaded anyway because aof-load-truncated is enabled`);
    return bytes;
  }

  /**
   * The manifest, or the one that should be in its place. Throws LoadError where files that it does not
   * name may be part of the data.
   */
  #completed(manifest: AofManifest): AofManifest {
    const unlisted = this.#folder.unlisted(manifest), { name } = this.#folder;
    const refusal = refusalOf(manifest, unlisted, name);
    if (refusal === undefined) return manifest;
    const missed = this.#findsOldFile() ? undefined : manifestMissed(manifest, unlisted);
    if (missed === undefined) throw new LoadError(refusal);
    const files = filesToLoad(missed).map((file) => file.name).join(" and ");
    this.#logger.warning(
      `The AOF manifest ${
        manifestName(name)
      } did not get, or lost, its place. It is made anew: the` +
        ` data is in ${files}.`,
    );
    try {
      this.#folder.persist(missed);
    } catch (error) {
      throw new LoadError(`The AOF manifest was not written: ${(error as Error).message}`);
    }
    return missed;
  }

  /** A single file, as Redis before 7.0 wrote it, becomes the base. Throws LoadError. */
  #takeOver(manifest: AofManifest): AofManifest {
    const name = this.#folder.name, { folder } = this;
    const old = join(this.#engine.config.text("dir"), name);
    if (!this.#findsOldFile() || !this.#mayTakeOver(manifest)) return manifest;
    const upgraded = withUpgradedBase(manifest, name);
    try {
      this.#folder.make();
      // First the manifest: when the power fails in between, the next start moves the file.
      this.#folder.persist(upgraded);
      const { files } = this.#folder;
      files.rename(old, this.#folder.pathOf(name));
      files.syncFolder(folder);
      files.syncFolder(this.#engine.config.text("dir"));
    } catch (error) {
      const words = error instanceof ReplaceError ? error.message : systemErrorWords(error);
      throw new LoadError(
        `Error trying to move the old AOF file ${name} into dir ${folder}: ${words}`,
      );
    }
    this.#logger.notice(
      `Successfully migrated an old-style AOF file (${name}) into the AOF directory (${folder}).`,
    );
    return upgraded;
  }

  #mayTakeOver(manifest: AofManifest): boolean {
    if (isEmptyManifest(manifest)) return true;
    const name = this.#folder.name;
    const begun = manifest.incrs.length === 0 && manifest.base?.name === name;
    return begun && !isFile(this.#folder.pathOf(name));
  }
}

/** The end of a file that was not written to its end. */
interface TornEnd {
  /** What is before this took effect; bytes from the start of the file. */
  readonly validUpTo: number;
  /** What is incomplete, for the log. */
  readonly what: string;
}

/** Throws LoadError where a file is damaged. */
function tornEndOf(part: Part, replay: AofReplay, file: Deno.FsFile): TornEnd | undefined {
  const { fault, validUpTo } = replay;
  if (fault?.kind === "damaged") throw damageOf(part, fault);
  if (fault === undefined && !replay.inTransaction) return undefined;
  const parts: string[] = [];
  if (fault !== undefined) parts.push(commandNameIn(headOf(file, fault.commandOffset, HEAD_BYTES)));
  if (replay.inTransaction) parts.push(`a transaction of ${replay.queued} commands without EXEC`);
  return { validUpTo, what: parts.join(" in ") };
}

function damageOf({ name }: Part, fault: AofFault): LoadError {
  const { reason, offset, commandOffset } = fault;
  const command = offset === commandOffset ? "" : ` (the command begins at ${commandOffset})`;
  const unknown = /^unknown command "(.*)"$/.exec(reason);
  const what = unknown !== null
    ? `Unknown command '${unknown[1]}' reading the append only file ${name}`
    : `Bad file format reading the append only file ${name}: ${reason}`;
  return new LoadError(`${what}, at byte offset ${offset}${command}: ${adviceFor(reason)}`);
}

/** A file that is whole is not to be cut off where this server does not understand it. */
function adviceFor(reason: string): string {
  if (reason.startsWith("unknown command")) {
    return "this version does not have the command, the file may be whole";
  }
  return /DB index/.test(reason)
    ? "give this server as many databases as the one that wrote it had (the directive 'databases')"
    : ADVICE;
}

function headOf(file: Deno.FsFile, offset: number, bytes: number): Uint8Array {
  const head = new Uint8Array(bytes);
  file.seekSync(offset, Deno.SeekMode.Start);
  return head.subarray(0, file.readSync(head) ?? 0);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new LoadError(`Can't look at ${path}: ${systemErrorWords(error)}`);
  }
}

function secondsSince(clock: { monotonicMs(): number }, startedMs: number): string {
  return ((clock.monotonicMs() - startedMs) / 1000).toFixed(3);
}
