// Saving by itself: after so many changes in so many seconds (`save`).
import type { Logger } from "../base/logger.ts";
import type { Engine } from "../engine/engine.ts";
import type { DumpSaver } from "./save.ts";

/** After a failure the next attempt waits so long. */
const RETRY_MS = 5000;

/** Whether the last save in the background succeeded or failed long enough ago. */
export function mayTryAgain(saver: DumpSaver, nowMs: number): boolean {
  return !saver.failed || sinceMs(saver.lastTriedAtMs, nowMs) > RETRY_MS;
}

/** A clock that was set back must not put off saving until it has caught up: any time may be over. */
function sinceMs(thenMs: number, nowMs: number): number {
  return nowMs < thenMs ? Infinity : nowMs - thenMs;
}

/** Begins a save in the background where a save point is reached; the cron calls it. */
export function obeySavePoints(engine: Engine, saver: DumpSaver, logger: Logger): void {
  const { keyspace, config, ports } = engine;
  if (saver.background !== undefined || ports.persistence.loading) return;
  const { nowMs, dirty } = keyspace;
  const sinceSaveMs = sinceMs(saver.lastSavedAtMs, nowMs);
  if (!mayTryAgain(saver, nowMs)) return;
  for (const { seconds, changes } of config.value("save")) {
    if (dirty < changes || sinceSaveMs <= seconds * 1000) continue;
    logger.notice(`${changes} changes in ${seconds} seconds. Saving...`);
    saver.saves++;
    return saver.saveLater();
  }
}
