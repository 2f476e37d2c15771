// The append-only file as a whole: which files it consists of, when it is written, when rewritten.
// States, names, messages and limits are those of Redis 7.2.
import type { Logger } from "../base/logger.ts";
import { systemErrorWords } from "../base/system_error.ts";
import type { Engine } from "../engine/engine.ts";
import { AOF_FILES, type AofFiles } from "./aof_files.ts";
import { AofFolder } from "./aof_folder.ts";
import {
  type AofManifest,
  isEmptyManifest,
  withIncrsAsHistory,
  withNextBase,
  withNextIncr,
} from "./aof_manifest.ts";
import { AofRewrite } from "./aof_rewrite.ts";
import { growthDue, RewriteLimit } from "./aof_rewrite_limit.ts";
import { AofWriter, type SyncPolicy } from "./aof_writer.ts";
import { ReplaceError } from "./dump_files.ts";
import { LoadError } from "./load_state.ts";

const REWRITE_NEEDED = "Redis needs to enable the AOF but can't trigger a background AOF rewrite" +
  " operation. Check the above logs for more info about the error.";
const CANNOT_TURN_ON = "Unable to turn on AOF. Check server logs.";

/** What it works with. */
export interface AppendOnlyFileOptions {
  readonly engine: Engine;
  readonly logger: Logger;
  /** Whether a dump is being saved: only one of the two is written at a time. */
  readonly saving: () => boolean;
  /** Source texts of the function libraries that belong to the data. */
  readonly functionLibraries: () => readonly Uint8Array[];
  /** The process has to end at once: a promise about the disk cannot be kept. */
  readonly onFatal: () => void;
  /** The folder's doors; the real ones without. */
  readonly files?: AofFiles;
}

/** It is not written; it is; or it will be, when the first rewrite is complete. */
export type AppendOnlyState = "off" | "on" | "waiting";

/** How BGREWRITEAOF was received. */
export type RewriteStart = "started" | "scheduled" | "running" | "failed";

/** The append-only file of an engine. */
export class AppendOnlyFile {
  state: AppendOnlyState = "off";
  readonly writer: AofWriter;
  /** A rewrite was asked for and has not begun. */
  scheduled = false;
  /** Rewrites begun; how the last one that ended did, and its seconds, -1 for none. */
  rewrites = 0;
  lastRewriteFailed = false;
  lastRewriteSeconds = -1;
  /** Bytes of all its files when it was last rewritten, or of the base file at the start. */
  baseBytes = 0;
  /** Called when more of the effects are on the disk. */
  onSynced: () => void = () => {};
  /** Settled when nothing is done in the background any more. */
  finished: Promise<void> = Promise.resolve();
  readonly limit: RewriteLimit;
  readonly #folder: AofFolder;
  /** Bytes of its files but the one that is open. */
  #otherBytes = 0;
  #rewrite: AofRewrite | undefined;
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #options: AppendOnlyFileOptions;

  constructor(options: AppendOnlyFileOptions) {
    this.#options = options;
    const engine = this.#engine = options.engine;
    this.#logger = options.logger;
    this.limit = new RewriteLimit(options.logger);
    const { config } = engine;
    this.#folder = new AofFolder(config, options.logger, options.files ?? AOF_FILES);
    this.writer = new AofWriter({
      engine,
      logger: options.logger,
      pausesSync: () =>
        config.bool("no-appendfsync-on-rewrite") &&
        (this.#rewrite !== undefined || options.saving()),
      onFatal: options.onFatal,
      onSynced: () => this.onSynced(),
    });
    config.onChange(["appendfsync", "aof-timestamp-enabled"], () => this.#follow());
    config.onChange(
      "appendonly",
      () => config.bool("appendonly") ? this.#enable() : this.#disable(),
    );
    config.onChange("aof-disable-auto-gc", () => this.#folder.removeHistory());
    this.#follow();
  }

  /** What CONFIG SET may change while it is open. */
  #follow(): void {
    const { config } = this.#engine;
    this.writer.buffer.timestamps = config.bool("aof-timestamp-enabled");
    this.writer.policy = config.rendered("appendfsync") as SyncPolicy;
  }

  /** The rewrite under way. */
  get rewriting(): AofRewrite | undefined {
    return this.#rewrite;
  }

  /** Bytes of all its files. */
  get currentBytes(): number {
    return this.#otherBytes + this.writer.fileBytes;
  }

  /**
   * What the folder holds, which was just loaded if it is to be written; then it goes on behind that.
   * Throws LoadError.
   */
  start(manifest: AofManifest): void {
    this.#folder.manifest = manifest;
    if (!this.#engine.config.bool("appendonly")) return;
    try {
      this.#open();
    } catch (error) {
      throw new LoadError(
        `Can't open or create the append-only file: ${systemErrorWords(error)}`,
      );
    }
    this.#folder.removeHistory();
  }

  #open(): void {
    const folder = this.#folder;
    folder.make();
    let { manifest } = folder;
    if (isEmptyManifest(manifest)) {
      manifest = withNextBase(manifest, folder.name, this.#usesPreamble);
      this.#rewriting(manifest.base!.name).runNow();
      this.#logger.notice(`Creating AOF base file ${manifest.base!.name} on server start`);
    }
    const isNew = manifest.incrs.length === 0;
    if (isNew) manifest = withNextIncr(manifest, folder.name);
    const { name } = manifest.incrs.at(-1)!;
    const file = folder.files.open(folder.pathOf(name), { empty: false });
    try {
      if (manifest !== folder.manifest) folder.persist(manifest);
    } catch (error) {
      file.close();
      throw error;
    }
    const bytes = folder.sizeOf(name);
    this.writer.open(file, bytes);
    this.#otherBytes = folder.totalBytes() - bytes;
    this.baseBytes = manifest.base === undefined ? 0 : folder.sizeOf(manifest.base.name);
    this.#logger.notice(`${isNew ? "Creating" : "Opening"} AOF incr file ${name} on server start`);
    this.state = "on";
    this.#engine.propagation.add(this.writer.buffer);
  }

  /** CONFIG SET appendonly yes. Answers a refusal or nothing. */
  #enable(): string | undefined {
    if (this.state !== "off") return undefined;
    this.state = "waiting";
    if (this.#options.saving()) {
      this.scheduled = true;
      this.#logger.notice(
        "AOF was enabled but there is already another background operation. An AOF background was" +
          " scheduled to start when possible.",
      );
      return undefined;
    }
    if (this.#rewrite !== undefined) {
      this.#logger.notice(
        "AOF was enabled but there is already an AOF rewriting in background. Stopping background" +
          " AOF and starting a rewrite now.",
      );
      this.cancelRewrite();
    }
    if (this.#startRewrite()) return undefined;
    this.state = "off";
    this.#logger.warning(REWRITE_NEEDED);
    return CANNOT_TURN_ON;
  }

  /** CONFIG SET appendonly no. */
  #disable(): void {
    if (this.state === "off") return;
    this.writer.syncNow();
    this.cancelRewrite();
    this.#stop();
  }

  #stop(): void {
    this.#engine.propagation.remove(this.writer.buffer);
    this.state = "off";
    this.scheduled = false;
    this.#later(this.writer.close());
  }

  /** BGREWRITEAOF; `later` where it must not begin at once. */
  rewrite(later: boolean): RewriteStart {
    if (this.#rewrite !== undefined) return "running";
    if (this.#options.saving() || later) {
      this.scheduled = true;
      this.limit.failures = 0;
      return "scheduled";
    }
    return this.#startRewrite() ? "started" : "failed";
  }

  /** Called by the cron: what is due. */
  tick(nowMs: number): void {
    this.writer.tick();
    if (this.#rewrite !== undefined || this.#options.saving()) return;
    if (this.scheduled) {
      if (!this.limit.holds(nowMs)) this.#startRewrite();
    } else if (this.state === "on") this.#rewriteIfGrown(nowMs);
  }

  #rewriteIfGrown(nowMs: number): void {
    const growth = growthDue(this.#engine.config, this.currentBytes, this.baseBytes);
    if (growth === undefined || this.limit.holds(nowMs)) return;
    this.#logger.notice(`Starting automatic rewriting of AOF on ${growth}% growth`);
    this.#startRewrite();
  }

  get #usesPreamble(): boolean {
    return this.#engine.config.bool("aof-use-rdb-preamble");
  }

  #rewriting(baseName: string): AofRewrite {
    return new AofRewrite({
      engine: this.#engine,
      files: this.#folder.files,
      path: this.#folder.pathOf(baseName),
      name: baseName,
      preamble: this.#usesPreamble,
      functionLibraries: this.#options.functionLibraries,
    });
  }

  /** Begins to rewrite, at the next turn of the event loop; false when the folder is out of reach. */
  #startRewrite(): boolean {
    try {
      this.#folder.make();
    } catch (error) {
      const words = systemErrorWords(error);
      this.#logger.warning(`Can't open or create append-only dir ${this.#folder.path}: ${words}`);
      this.lastRewriteFailed = true;
      return false;
    }
    this.scheduled = false;
    this.rewrites++;
    const next = withNextBase(this.#folder.manifest, this.#folder.name, this.#usesPreamble);
    const rewrite = this.#rewrite = this.#rewriting(next.base!.name);
    this.#logger.notice(`Background append only file rewriting started by pid ${Deno.pid}`);
    this.#later(this.#run(rewrite));
    return true;
  }

  async #run(rewrite: AofRewrite): Promise<void> {
    let done = false;
    try {
      await this.writer.syncLater(); // what is left to sync at the instant is little
      if (!await rewrite.run(() => this.#openNext())) return;
      this.#complete(rewrite);
      done = true;
    } catch (error) {
      if (rewrite.cancelled) return;
      if (!rewrite.expects(error)) this.#engine.reportInternalError(error, "bgrewriteaof");
      else this.#logger.warning(`Background AOF rewrite failed: ${error.message}`);
    } finally {
      rewrite.end();
      if (!rewrite.cancelled) this.#ended(rewrite, done);
    }
  }

  /** The instant of the snapshot: from now on effects go to a file of their own. */
  #openNext(): void {
    if (this.state === "off") return;
    if (this.state === "waiting") return this.#openFirst();
    const folder = this.#folder, { writer } = this;
    // Nothing of the next file may be on the disk before all of this one is.
    if (!writer.syncNow()) throw new ReplaceError("cannot sync", "the file that is written now");
    const manifest = withNextIncr(folder.manifest, folder.name);
    const { name } = manifest.incrs.at(-1)!;
    const file = folder.openEmpty(name);
    const before = this.currentBytes;
    try {
      folder.persist(manifest);
    } catch (error) {
      file.close();
      throw error;
    }
    writer.release();
    writer.open(file, 0);
    this.#otherBytes = before;
    writer.buffer.forgetDatabase();
    this.#logger.notice(`Creating AOF incr file ${name} on background rewrite`);
  }

  /** As {@link #openNext}, where nothing was written before: the file is nothing without its base. */
  #openFirst(): void {
    const name = this.#folder.temporaryIncr;
    this.writer.open(this.#folder.openEmpty(name), 0);
    this.#engine.propagation.add(this.writer.buffer);
    this.#logger.notice(`Creating AOF incr file ${name} on background rewrite`);
  }

  /** The new base file stands beside the others: the manifest says so from now on. */
  #complete(rewrite: AofRewrite): void {
    const folder = this.#folder;
    let manifest = withNextBase(folder.manifest, folder.name, rewrite.preamble);
    rewrite.commit();
    let incr: string | undefined;
    try {
      if (this.state === "waiting") {
        manifest = withNextIncr(manifest, folder.name);
        incr = manifest.incrs.at(-1)!.name;
        folder.rename(folder.temporaryIncr, incr);
      }
      folder.persist(withIncrsAsHistory(manifest, this.state !== "off"));
    } catch (error) {
      folder.discard(rewrite.name);
      if (incr !== undefined) folder.discard(incr);
      throw error;
    }
    if (this.state !== "off") {
      this.#otherBytes = folder.sizeOf(rewrite.name);
      this.baseBytes = this.currentBytes;
    }
    this.#logger.notice("Background AOF rewrite finished successfully");
    folder.removeHistory();
    if (this.state !== "waiting") return;
    this.state = "on";
    this.writer.noteBase();
  }

  #ended(rewrite: AofRewrite, done: boolean): void {
    const { clock } = this.#engine.keyspace;
    this.#rewrite = undefined;
    this.lastRewriteSeconds = Math.round((clock.nowMs() - rewrite.startedAtMs) / 1000);
    this.lastRewriteFailed = !done;
    this.limit.failures = done ? 0 : this.limit.failures + 1;
    if (done) return this.writer.tick(); // a sync that was put off meanwhile
    if (this.state === "waiting") {
      this.#forgetFirst();
      this.scheduled = true;
    }
  }

  /** The first rewrite came to nothing, and with it what was written since it began. */
  #forgetFirst(): void {
    this.#engine.propagation.remove(this.writer.buffer);
    if (!this.writer.isOpen) return;
    this.#later(this.writer.close());
    this.#folder.discard(this.#folder.temporaryIncr);
  }

  /** Stops a rewrite; its file goes, and what the append-only file was before is still there. */
  cancelRewrite(): void {
    const rewrite = this.#rewrite;
    if (rewrite === undefined) return;
    this.#logger.warning("There is an AOF rewrite in the background. Stopping it.");
    this.#rewrite = undefined;
    rewrite.cancel();
    if (this.state === "waiting") this.#forgetFirst();
  }

  #later(work: Promise<void>): void {
    this.finished = Promise.all([this.finished, work]).then(() => {});
  }

  /** Something else needs the data to itself: a rewrite under way begins again later. */
  deferRewrite(): void {
    if (this.#rewrite === undefined) return;
    this.cancelRewrite();
    this.scheduled = true;
  }

  /** Whether the server may not stop: nothing of what was acknowledged is in a complete file yet. */
  get isBeginning(): boolean {
    return this.state === "waiting" && this.#rewrite !== undefined;
  }

  /** The server stops: writes and syncs what there is. */
  shutDown(): void {
    this.cancelRewrite();
    if (this.state === "off") return;
    this.#logger.notice("Calling fsync() on the AOF file.");
    this.writer.syncNow();
  }

  /** Lets go of everything, after {@link shutDown}. */
  async close(): Promise<void> {
    this.cancelRewrite();
    if (this.state !== "off") {
      this.writer.syncNow(); // clients that were served to the end may have written more
      this.#stop();
    }
    await Promise.all([this.finished, this.#folder.finished]);
  }
}
