// A rename that has a moment's patience with those who only look at the file.

/** How long the others may look, and how often it is tried meanwhile. */
const PATIENCE_MS = 500;
const RETRY_MS = 25;
/** What Windows says while another program has one of the two files open. */
const HELD = /\(os error (5|32|33)\)/;

/** What a rename asks of the system; replaced in tests. */
export interface RenameDoors {
  readonly isWindows: boolean;
  rename(from: string, to: string): void;
  /** Stops this thread. */
  pause(ms: number): void;
}

const SYSTEM: RenameDoors = {
  isWindows: Deno.build.os === "windows",
  rename: (from, to) => Deno.renameSync(from, to),
  pause: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
};

/**
 * Renames a file, over another one if there is one. Virus scanners and indexers of Windows open files
 * that were just written, and nobody can rename these until they let go: there it is tried again for
 * half a second, in which nothing else happens. Throws what the system said last.
 */
export function renameFile(from: string, to: string, doors: RenameDoors = SYSTEM): void {
  for (let waitedMs = 0;; waitedMs += RETRY_MS) {
    try {
      return doors.rename(from, to);
    } catch (error) {
      if (!doors.isWindows || waitedMs >= PATIENCE_MS || !HELD.test(String(error))) throw error;
    }
    doors.pause(RETRY_MS);
  }
}
