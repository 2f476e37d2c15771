/** What an engine reaches above itself, where nothing is above it. */

import { type Clock, ManualClock } from "../../src/base/clock.ts";
import type { Ports } from "../../src/engine/ports.ts";
import { readPayload } from "../../src/persistence/read_payload.ts";

/** Ports to nothing. A clock that can be advanced is, where the server would sleep. */
export function fakePorts(clock: Clock): Ports {
  const startedAtMs = clock.nowMs();
  return {
    persistence: { loading: false, info: () => [], resetStats: () => {} },
    dumps: {
      lastSavedAtMs: startedAtMs,
      saving: false,
      saveLater: () => {},
      scheduleSave: () => {},
      save: () => true,
      flushed: () => false,
      reload: () => undefined,
      reloadAppendOnly: () => undefined,
      readPayload,
    },
    appendOnly: {
      rewriting: false,
      syncedEffects: -1,
      bufferBytes: 0,
      delayWrites: () => {},
      rewrite: () => "started",
      endWhenSynced: () => {},
    },
    replication: {
      role: "master",
      info: () => [],
      writeRole: (reply) => reply.null(),
      changeId: () => {},
    },
    process: {
      shutdown: () => undefined,
      abortShutdown: () => false,
      rewriteConfig: () => "ERR The server is running without a config file",
      sleep: (ms) => clock instanceof ManualClock && clock.advanceMs(ms),
      log: () => {},
      print: () => {},
      pid: 4321,
      startedAtMs,
      executable: "/opt/miniredis",
      configFile: "",
      system: "Linux 6.1.0 x86_64",
      systemMemoryBytes: 8 * 1024 ** 3,
      residentBytes: () => 32 * 1024 * 1024,
      cpuSeconds: () => ({ system: 0.25, user: 0.5 }),
      threadCpuSeconds: () => ({ system: 0.125, user: 0.25 }),
      runId: "0123456789abcdef0123456789abcdef01234567",
    },
  };
}
