// The append-only file as a whole: which files it consists of, when it is written, when rewritten.
// States, names, messages and limits are those of Redis 7.2.
import type { Logger } from "../base/logger.ts";
import { systemErrorWords } from "../base/system_error.ts";
import type { Engine } from "../engine/engine.ts";
import { AOF_FILES, type AofFiles } from "./aof_files.ts";
import { AofFolder } from "./aof_folder.ts";
import { type AofManifest, isEmptyManifest, withNextBase } from "./aof_manifest.ts";
import { AofRewrite } from "./aof_rewrite.ts";
import { RewriteLimit } from "./aof_rewrite_limit.ts";
import { commitBase, openLastIncr, openNextIncr } from "./aof_steps.ts";
import { AofWriter, type SyncPolicy } from "./aof_writer.ts";
import { ReplaceError } from "./dump_files.ts";
import { LoadError } from "./load_state.ts";

const SCHEDULED = "AOF was enabled but there is already another background operation. An AOF" +
  " background was scheduled to start when possible.";
const STOPPED = "AOF was enabled but there is already an AOF rewriting in background. Stopping" +
  " background AOF and starting a rewrite now.";

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
  /** Whether it is not known yet if the files are this server's. */
  #claiming = false;
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #options: AppendOnlyFileOptions;

  constructor(options: AppendOnlyFileOptions) {
    this.#options = options;
    const engine = this.#engine = options.engine;
    this.#logger = options.logger;
    this.limit = new RewriteLimit(engine.config, options.logger);
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
    config.onChange("dir", () => this.#stays());
    this.#follow();
  }

  /** What CONFIG SET may change while it is open. */
  #follow(): void {
    const { config } = this.#engine;
    this.writer.buffer.timestamps = config.bool("aof-timestamp-enabled");
    this.writer.policy = config.rendered("appendfsync") as SyncPolicy;
  }

  /** Redis goes on in two folders then, and neither of them holds all. */
  #stays(): string | undefined {
    if (this.state === "off" || !this.#folder.hasMoved) return undefined;
    if (!this.#engine.config.bool("appendonly")) return undefined;
    return `the append-only files are in ${this.#folder.path}: set appendonly to no first`;
  }

  /** Takes the files before they are loaded. Throws LoadError when another server has them. */
  async claim(): Promise<void> {
    await this.#folder.claimInTime();
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
    folder.hold();
    folder.make();
    let { manifest } = folder;
    if (isEmptyManifest(manifest)) {
      manifest = withNextBase(manifest, folder.name, this.#usesPreamble);
      this.#rewriting(manifest.base!.name).runNow();
      this.#logger.notice(`Creating AOF base file ${manifest.base!.name} on server start`);
    }
    const { file, name, isNew } = openLastIncr(folder, manifest);
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
    const refusal = this.#folder.claim();
    if (typeof refusal === "string") return refusal;
    this.state = "waiting";
    if (refusal !== undefined) this.#claimLater(refusal);
    else if (this.#options.saving()) {
      this.scheduled = true;
      this.#logger.notice(SCHEDULED);
    } else {
      if (this.#rewrite !== undefined) {
        this.#logger.notice(STOPPED);
        this.cancelRewrite();
      }
      this.#startRewrite();
    }
    return undefined;
  }

  /** The runtime cannot tell at once whether another server has the files: it begins when it can. */
  #claimLater(claim: Promise<string | undefined>): void {
    this.#claiming = this.scheduled = true;
    this.#later(claim.then((refusal) => {
      this.#claiming = false;
      if (refusal !== undefined) {
        this.scheduled = false;
        this.lastRewriteFailed = true;
        if (this.state !== "waiting") return;
        this.state = "off";
        this.#engine.config.assign("appendonly", ["no"]);
      } else this.tick();
      this.#letGo();
    }));
  }

  /** Others may have the files where nothing is written to them any more. */
  #letGo(): void {
    const isIdle = this.state === "off" && this.#rewrite === undefined && !this.scheduled;
    if (isIdle && !this.#claiming) this.#folder.release();
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
    this.#later(this.writer.close().then(() => this.#letGo()));
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
  tick(): void {
    this.writer.tick();
    if (this.#rewrite !== undefined || this.#options.saving() || this.#claiming) return;
    const nowMs = this.#engine.keyspace.clock.monotonicMs(), { currentBytes, baseBytes } = this;
    const isDue = this.scheduled
      ? !this.limit.holds(nowMs)
      : this.state === "on" && this.limit.isGrown(nowMs, { currentBytes, baseBytes });
    if (isDue) this.#startRewrite();
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
    const refusal = this.#folder.claim();
    if (typeof refusal === "string") {
      this.lastRewriteFailed = true;
      this.limit.failures++;
      return false;
    }
    if (refusal !== undefined) {
      this.#claimLater(refusal);
      return true;
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
      // Others may have had their turn between its end and now.
      if (!await rewrite.run(() => this.#openNext()) || rewrite.cancelled) return;
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
    const { file, name } = openNextIncr(folder, folder.manifest);
    const before = this.currentBytes;
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
    rewrite.commit();
    const { name, preamble } = rewrite;
    commitBase(folder, { name, preamble, appended: this.state });
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
    this.#letGo();
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
    return this.state === "waiting" && (this.#rewrite !== undefined || this.#claiming);
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
    this.#folder.release();
  }
}
