// Keeps a second server from files that one is writing to.

/** One that is being killed may need a moment to let go. */
const PATIENCE_MS = 1000;
const RETRY_MS = 50;
/** What Windows says of a file that another process has locked, and other systems where they say it so. */
const HELD = /\(os error (11|33|35)\)/;

/** What newer versions of Deno have: a lock, or false at once where another process has it. */
interface TriesLock {
  tryLockSync?(exclusive: boolean): boolean;
}

/** A lock, held until it is let go of or the process ends, however it ends. */
export class FileLock implements Disposable {
  readonly #file: Deno.FsFile | undefined;

  constructor(file?: Deno.FsFile) {
    this.#file = file;
  }

  [Symbol.dispose](): void {
    this.#file?.close();
  }
}

/** A lock; undefined when another process has it. Older versions of Deno know only later. */
export type LockAnswer = FileLock | undefined | Promise<FileLock | undefined>;

/**
 * Locks the files whose names begin with the name of `path` for this process, or not, at once. Not the
 * folder: servers whose files have other names may share it. The lock is an empty file that stays: it
 * is the system that knows who has it, on Windows too, so that none is left by who is gone. Where files
 * cannot be locked, as on some network file systems, nobody is kept out.
 */
export function tryLockFiles(path: string): LockAnswer {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(`${path}.lock`, { write: true, create: true });
  } catch {
    return new FileLock();
  }
  const tries = file as Deno.FsFile & TriesLock;
  if (tries.tryLockSync === undefined) return lockInTime(file);
  try {
    if (tries.tryLockSync(true)) return new FileLock(file);
  } catch (error) {
    if (!HELD.test(String(error))) {
      file.close();
      return new FileLock();
    }
  }
  file.close();
  return undefined;
}

/** The system answers at once unless somebody has the lock. */
async function lockInTime(file: Deno.FsFile): Promise<FileLock | undefined> {
  const locked = file.lock(true).then(() => true, () => false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([locked, late]);
  clearTimeout(timer);
  if (answer === true) return new FileLock(file);
  if (answer === false) {
    file.close();
    return new FileLock();
  }
  // The file waits for the lock; once it has it, nobody needs it any more.
  void locked.then(() => file.close());
  return undefined;
}

/** As {@link tryLockFiles}, with a little patience. */
export async function lockFiles(path: string): Promise<FileLock | undefined> {
  for (let waitedMs = 0;; waitedMs += RETRY_MS) {
    const lock = tryLockFiles(path); // a promise has waited already
    if (lock !== undefined || waitedMs >= PATIENCE_MS) return lock;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
