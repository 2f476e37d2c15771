/** Saves in the background that a worker writes, however little there is to write. */

import { AOF_FILES } from "../../src/persistence/aof_files.ts";
import { DUMP_FILES } from "../../src/persistence/dump_files.ts";
import { Saving, type SavingOptions } from "./saving.ts";

export const BY_WORKER = { workerFromBytes: 0, keepWorkerMs: 0 };
export const RING_BYTES = 2 << 20;
export const OUTPUT = { compress: true, checksum: true };

export function byWorker(options: SavingOptions = {}): Saving {
  return new Saving({
    startMs: 1_700_000_000_000,
    files: { ...DUMP_FILES, ...BY_WORKER },
    aofFiles: { ...AOF_FILES, ...BY_WORKER },
    ...options,
  });
}

/** Every look at the clock takes long, so that each slice ends at once. */
export function shortSlices({ harness }: Saving): void {
  let monotonicMs = 0;
  harness.clock.monotonicMs = () => monotonicMs += 5;
}

export function setMany({ harness: { client } }: Saving, count: number, value: string): void {
  for (let i = 0; i < count; i++) client.send(["SET", `key:${i}`, value]);
  client.takeReplies();
}

export const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

export async function begun({ saver }: Saving): Promise<void> {
  while (saver.background !== undefined && saver.background.keysWritten === 0) await turn();
}
