// Begins a file that is written in the background: by a worker where there is much to write.
import type { Engine } from "../engine/engine.ts";
import { DUMP_FILES, type DumpFiles, Replacement, temporaryPath } from "./dump_files.ts";
import { NoWorkerError, WorkerFile } from "./worker_file.ts";

/**
 * A worker takes 14 MiB of memory empty and some 20 with what it works on: a sixth of the data here, a
 * tenth from 190 MiB on. Below, what it takes off the thread is not worth that; and starting one stops
 * everybody for some milliseconds.
 */
const WORKER_FROM_BYTES = 100 << 20;
/**
 * So long a worker stays: where keys change all the time the default save points save each minute. One that
 * has compiled its code already takes a quarter less processor time, and stops nobody when it starts.
 */
const KEEP_MS = 90_000;
/** So much of what changes may wait in memory for a worker, or such a share of the data. */
const KEPT_MIN_BYTES = 4 << 20;
const KEPT_SHARE = 1 / 32;

/** Begins what replaces the dump at `path`. Throws ReplaceError. */
export async function openReplacement(
  { keyspace, config, ports }: Engine,
  path: string,
  temporaryName: string,
  files: DumpFiles,
): Promise<Replacement> {
  const fromBytes = files.workerFromBytes ?? WORKER_FROM_BYTES;
  // Only the real disk is the same in a worker.
  if (files.create === DUMP_FILES.create && keyspace.arena.usedBytes >= fromBytes) {
    try {
      const temporary = temporaryPath(path, temporaryName);
      const output = {
        compress: config.bool("rdbcompression"),
        checksum: config.bool("rdbchecksum"),
      };
      const keepMs = files.keepWorkerMs ?? KEEP_MS;
      const keptBytes = Math.max(KEPT_MIN_BYTES, keyspace.arena.usedBytes * KEPT_SHARE);
      const file = await WorkerFile.create(temporary, output, { keepMs, keptBytes });
      return new Replacement(path, temporaryName, files, file);
    } catch (error) {
      if (!(error instanceof NoWorkerError)) throw error;
      ports.process.log(`Saving without a worker, which is slower: ${error.message}`);
    }
  }
  return new Replacement(path, temporaryName, files);
}
