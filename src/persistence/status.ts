// What is known of loading and saving, for INFO persistence.
import type { Engine } from "../engine/engine.ts";
import type { PersistencePort } from "../engine/ports.ts";
import type { AppendOnlyFile } from "./append_only_file.ts";
import type { DumpLoader } from "./load.ts";
import type { LoadProgress } from "./load_state.ts";
import type { BackgroundSave, DumpSaver } from "./save.ts";

/** The port through which commands ask about the data on disk. */
export class PersistenceStatus implements PersistencePort {
  readonly #engine: () => Engine;
  readonly #loader: () => DumpLoader;
  readonly #saver: () => DumpSaver;
  readonly #appendOnly: () => AppendOnlyFile;

  /** The engine is built with this port, so all are asked for when they are needed. */
  constructor(options: {
    engine: () => Engine;
    loader: () => DumpLoader;
    saver: () => DumpSaver;
    appendOnly: () => AppendOnlyFile;
  }) {
    this.#appendOnly = options.appendOnly;
    this.#engine = options.engine;
    this.#loader = options.loader;
    this.#saver = options.saver;
  }

  get loading(): boolean {
    return this.#loader().progress !== undefined;
  }

  resetStats(): void {
    const file = this.#appendOnly();
    this.#saver().saves =
      file.rewrites =
      file.writer.delayedSyncs =
      file.limit.failures =
        0;
  }

  info(): [name: string, value: string | number][] {
    const { keyspace } = this.#engine();
    const loader = this.#loader(), saver = this.#saver();
    const { background } = saver;
    const savingMs = background === undefined ? 0 : keyspace.nowMs - background.startedAtMs;
    return [
      ["loading", this.loading ? 1 : 0],
      ["async_loading", 0],
      ["current_cow_peak", background?.peakBytes ?? 0],
      ["current_cow_size", background?.memoryBytes ?? 0],
      ["current_cow_size_age", 0],
      ["current_fork_perc", shareOf(background).toFixed(2)],
      ["current_save_keys_processed", background?.keysWritten ?? 0],
      ["current_save_keys_total", background?.keysTotal ?? 0],
      ["rdb_changes_since_last_save", keyspace.dirty],
      ["rdb_bgsave_in_progress", background === undefined ? 0 : 1],
      ["rdb_last_save_time", Math.floor(saver.lastSavedAtMs / 1000)],
      ["rdb_last_bgsave_status", saver.failed ? "err" : "ok"],
      ["rdb_last_bgsave_time_sec", saver.lastSeconds],
      ["rdb_current_bgsave_time_sec", background === undefined ? -1 : Math.floor(savingMs / 1000)],
      ["rdb_saves", saver.saves],
      ["rdb_last_cow_size", saver.lastPeakBytes],
      ["rdb_last_load_keys_expired", loader.lastKeysExpired],
      ["rdb_last_load_keys_loaded", loader.lastKeysLoaded],
      ...this.#appendOnlyLines(keyspace.nowMs),
      ...(loader.progress === undefined ? [] : progressLines(loader.progress, keyspace.nowMs)),
    ];
  }

  #appendOnlyLines(nowMs: number): [name: string, value: string | number][] {
    const file = this.#appendOnly(), { rewriting, writer } = file;
    const seconds = rewriting === undefined
      ? -1
      : Math.floor((nowMs - rewriting.startedAtMs) / 1000);
    const lines: [name: string, value: string | number][] = [
      ["aof_enabled", file.state === "off" ? 0 : 1],
      ["aof_rewrite_in_progress", rewriting === undefined ? 0 : 1],
      ["aof_rewrite_scheduled", file.scheduled ? 1 : 0],
      ["aof_last_rewrite_time_sec", file.lastRewriteSeconds],
      ["aof_current_rewrite_time_sec", seconds],
      ["aof_last_bgrewrite_status", file.lastRewriteFailed ? "err" : "ok"],
      ["aof_rewrites", file.rewrites],
      ["aof_rewrites_consecutive_failures", file.limit.failures],
      ["aof_last_write_status", writer.failed ? "err" : "ok"],
      ["aof_last_cow_size", 0],
      ["module_fork_in_progress", 0],
      ["module_fork_last_cow_size", 0],
    ];
    if (!this.#engine().config.bool("appendonly")) return lines;
    return [
      ...lines,
      ["aof_current_size", file.currentBytes],
      ["aof_base_size", file.baseBytes],
      ["aof_pending_rewrite", file.scheduled ? 1 : 0],
      ["aof_buffer_length", writer.buffer.length],
      ["aof_pending_bio_fsync", writer.pendingSyncs],
      ["aof_delayed_fsync", writer.delayedSyncs],
    ];
  }
}

/** Keys written, percent. */
function shareOf(save: BackgroundSave | undefined): number {
  return save === undefined || save.keysTotal === 0 ? 0 : save.keysWritten / save.keysTotal * 100;
}

function progressLines(
  { startedAtMs, totalBytes, loadedBytes, rdbUsedMemory }: LoadProgress,
  nowMs: number,
): [name: string, value: string | number][] {
  const elapsedSeconds = Math.floor((nowMs - startedAtMs) / 1000);
  const left = totalBytes - loadedBytes;
  const eta = elapsedSeconds === 0 ? 1 : Math.floor(elapsedSeconds * left / (loadedBytes + 1));
  return [
    ["loading_start_time", Math.floor(startedAtMs / 1000)],
    ["loading_total_bytes", totalBytes],
    ["loading_rdb_used_mem", rdbUsedMemory],
    ["loading_loaded_bytes", loadedBytes],
    ["loading_loaded_perc", (totalBytes === 0 ? 0 : loadedBytes / totalBytes * 100).toFixed(2)],
    ["loading_eta_seconds", eta],
  ];
}
