import { assertEquals } from "@std/assert";
import { Logger } from "../../src/base/logger.ts";
import { AppendOnlyFile } from "../../src/persistence/append_only_file.ts";
import type { DumpLoader } from "../../src/persistence/load.ts";
import type { LoadProgress } from "../../src/persistence/load_state.ts";
import type { DumpSaver } from "../../src/persistence/save.ts";
import { PersistenceStatus } from "../../src/persistence/status.ts";
import { EngineHarness } from "../support/engine_harness.ts";

/** The loader as the status sees it. */
interface Loading {
  progress: LoadProgress | undefined;
  lastKeysLoaded: number;
  lastKeysExpired: number;
}

function statusOf(
  loading: Partial<Loading>,
): { harness: EngineHarness; info(): Map<string, unknown> } {
  const harness = new EngineHarness();
  const loader = { progress: undefined, lastKeysLoaded: 0, lastKeysExpired: 0, ...loading };
  const saver = { lastSavedAtMs: harness.clock.nowMs(), failed: false, saves: 0, lastSeconds: -1 };
  const appendOnly = new AppendOnlyFile({
    engine: harness.engine,
    logger: new Logger({ clock: harness.clock, sink: { write: () => {} }, pid: 1 }),
    saving: () => false,
    functionLibraries: () => [],
    onFatal: () => {},
  });
  const status = new PersistenceStatus({
    engine: () => harness.engine,
    loader: () => loader as unknown as DumpLoader,
    saver: () => saver as unknown as DumpSaver,
    appendOnly: () => appendOnly,
  });
  return { harness, info: () => new Map(status.info()) };
}

Deno.test("changes since the start are counted", () => {
  const { harness, info } = statusOf({});
  harness.run("MSET a 1 b 2");
  harness.run("DEL a");
  assertEquals(info().get("rdb_changes_since_last_save"), 3);
});

Deno.test("what the last load brought is told", () => {
  const lines = statusOf({ lastKeysLoaded: 7, lastKeysExpired: 2 }).info();
  assertEquals(lines.get("rdb_last_load_keys_loaded"), 7);
  assertEquals(lines.get("rdb_last_load_keys_expired"), 2);
  assertEquals(lines.get("loading"), 0);
  assertEquals(lines.has("loading_total_bytes"), false);
});

Deno.test("while a dump is loaded its progress is told, and how long it will take", () => {
  const startedAtMs = new EngineHarness().clock.nowMs();
  const progress = { startedAtMs, totalBytes: 1000, loadedBytes: 249, rdbUsedMemory: 777 };
  const { harness, info } = statusOf({ progress });
  harness.later(10_000);
  const lines = info();
  assertEquals(lines.get("loading"), 1);
  assertEquals(lines.get("loading_start_time"), Math.floor(startedAtMs / 1000));
  assertEquals(lines.get("loading_loaded_perc"), "24.90");
  assertEquals(lines.get("loading_eta_seconds"), 30);
  assertEquals(lines.get("loading_rdb_used_mem"), 777);
});
