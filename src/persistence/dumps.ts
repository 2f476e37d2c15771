// Dumps as commands see them: save, load again, read one value.
import type { Slice } from "../base/slice.ts";
import type { Logger } from "../base/logger.ts";
import type { Engine } from "../engine/engine.ts";
import type { DumpPort, PayloadResult, PayloadTarget, ReloadOptions } from "../engine/ports.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { AofLoader } from "./aof_load.ts";
import type { AppendOnlyFile } from "./append_only_file.ts";
import type { DumpLoader } from "./load.ts";
import { LoadError } from "./load_state.ts";
import { readPayload } from "./read_payload.ts";
import type { DumpSaver } from "./save.ts";
import { mayTryAgain, obeySavePoints } from "./save_points.ts";

const CANNOT_LOAD_DUMP = "ERR Error trying to load the RDB dump, check server logs.";
const CANNOT_LOAD_AOF = "ERR Error trying to load the AOF files, check server logs.";

/** What the commands' door to dumps leads to. */
export interface DumpsOptions {
  readonly engine: () => Engine;
  readonly loader: () => DumpLoader;
  readonly saver: () => DumpSaver;
  readonly appendOnly: () => AppendOnlyFile;
  readonly logger: Logger;
  /** The process has to end at once: what is in memory is a part of the data, and must not be kept. */
  readonly onFatal: () => void;
}

/** The port; the engine is built with it, so its parts are asked for when they are needed. */
export class Dumps implements DumpPort {
  readonly #options: DumpsOptions;
  #scheduled = false;

  constructor(options: DumpsOptions) {
    this.#options = options;
  }

  get lastSavedAtMs(): number {
    return this.#options.saver().lastSavedAtMs;
  }

  get saving(): boolean {
    return this.#options.saver().background !== undefined;
  }

  saveLater(): void {
    const saver = this.#options.saver();
    this.#scheduled = false;
    saver.saves++;
    saver.saveLater();
  }

  scheduleSave(): void {
    this.#scheduled = true;
  }

  /** Called by the cron: saves if it was asked for or a save point is reached. */
  tick(): void {
    const { engine, saver, appendOnly, logger } = this.#options;
    if (saver().background !== undefined || appendOnly().rewriting !== undefined) return;
    if (this.#scheduled && mayTryAgain(saver(), engine().keyspace.nowMs)) this.saveLater();
    else obeySavePoints(engine(), saver(), logger);
  }

  save(): boolean {
    const saver = this.#options.saver();
    this.#options.appendOnly().deferRewrite();
    saver.saves++;
    return saver.save();
  }

  flushed(): boolean {
    const { engine, saver, appendOnly } = this.#options;
    const { config, ports } = engine();
    saver().cancel();
    if (config.value("save").length === 0 || ports.persistence.loading) return false;
    appendOnly().deferRewrite();
    return saver().save();
  }

  reload({ save, flush, merge }: ReloadOptions): string | undefined {
    const { engine, loader, saver, logger } = this.#options;
    this.#options.appendOnly().deferRewrite();
    if (save && !saver().save()) return "ERR";
    const { keyspace } = engine(), { path } = saver();
    if (!isThere(path)) {
      logger.warning(`There is no dump file ${path}`);
      return CANNOT_LOAD_DUMP;
    }
    saver().cancel();
    if (flush) { for (const database of keyspace.databases) keyspace.flush(database, false); }
    try {
      loader().loadNow(path, merge);
    } catch (error) {
      return this.#loadedInPart(error, CANNOT_LOAD_DUMP);
    }
    logger.warning("DB reloaded by DEBUG RELOAD");
    return undefined;
  }

  reloadAppendOnly(): string | undefined {
    const { engine, loader, saver, appendOnly, logger } = this.#options;
    const { keyspace } = engine();
    const file = appendOnly();
    file.deferRewrite();
    file.writer.flush(true);
    try {
      const files = new AofLoader({ engine: engine(), logger, dumps: loader() });
      const manifest = files.readManifest();
      // Whoever asks for what is not on the disk keeps what is in memory.
      if (file.state === "waiting" || file.writer.buffer.length > 0) return CANNOT_LOAD_AOF;
      if (!files.finds(manifest)) return CANNOT_LOAD_AOF;
      saver().cancel();
      for (const database of keyspace.databases) keyspace.flush(database, false);
      try {
        files.loadNow(manifest);
      } catch (error) {
        return this.#loadedInPart(error, CANNOT_LOAD_AOF);
      }
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      logger.warning(error.message);
      return CANNOT_LOAD_AOF;
    }
    keyspace.dirty = 0;
    logger.notice("Append Only File loaded by DEBUG LOADAOF");
    return undefined;
  }

  /** A rewrite, or a save, would put the part that was loaded in the place of what was to be. */
  #loadedInPart(error: unknown, refusal: string): string {
    if (!(error instanceof LoadError)) throw error;
    const { logger, onFatal } = this.#options;
    logger.warning(error.message);
    logger.warning("What was in memory is gone, and not all of the file is loaded. Exiting...");
    onFatal();
    return refusal;
  }

  readPayload(
    keyspace: Keyspace,
    payload: Slice,
    target: PayloadTarget,
    sanitize: boolean,
  ): PayloadResult {
    return readPayload(keyspace, payload, target, sanitize);
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound); // whoever opens it will say why
  }
}
