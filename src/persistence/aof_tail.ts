// Cuts the torn end off an append-only file, and keeps what was cut off beside it.
import { dirname } from "node:path";
import { DUMP_FILES } from "./dump_files.ts";

const CHUNK_BYTES = 1 << 20;

/**
 * Shortens the file at `path` to `keepBytes`. What was behind stands then in a file of its own, whose
 * path is answered: `PATH.removed-OFFSET`. Nothing is cut before the copy is on the disk; throws what
 * the system says when anything fails.
 */
export function cutTail(path: string, keepBytes: number): string {
  const kept = createBeside(`${path}.removed-${keepBytes}`);
  try {
    copyTail(path, keepBytes, kept.file);
    kept.file.syncSync();
  } catch (error) {
    kept.file.close();
    Deno.removeSync(kept.path);
    throw error;
  }
  kept.file.close();
  DUMP_FILES.syncFolder(dirname(path));
  using file = Deno.openSync(path, { write: true });
  file.truncateSync(keepBytes);
  file.syncSync();
  return kept.path;
}

/** What was kept before is never overwritten. */
function createBeside(path: string): { file: Deno.FsFile; path: string } {
  for (let copy = 1;; copy++) {
    const name = copy === 1 ? path : `${path}-${copy}`;
    try {
      return { file: Deno.openSync(name, { write: true, createNew: true }), path: name };
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

function copyTail(path: string, from: number, target: Deno.FsFile): void {
  using source = Deno.openSync(path);
  source.seekSync(from, Deno.SeekMode.Start);
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let got = source.readSync(chunk); got !== null; got = source.readSync(chunk)) {
    for (let at = 0; at < got;) at += target.writeSync(chunk.subarray(at, got));
  }
}
