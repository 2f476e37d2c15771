// Keeps a second server from files that one is writing to.

/** The system answers at once unless somebody has the lock; one that is being killed may need a moment. */
const PATIENCE_MS = 1000;

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

/**
 * Locks the files whose names begin with the name of `path` for this process; undefined when another one
 * has them. Not the folder: servers whose files have other names may share it. The lock is an empty
 * file that stays. Where files cannot be locked, as on some network file systems, nobody is kept out.
 */
export async function lockFiles(path: string): Promise<FileLock | undefined> {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(`${path}.lock`, { write: true, create: true });
  } catch {
    return new FileLock();
  }
  const locked = file.lock(true).then(() => true, () => false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([locked, late]);
  clearTimeout(timer);
  if (answer === true) return new FileLock(file);
  if (answer === undefined) return undefined; // the file waits for the lock until the process ends
  file.close();
  return new FileLock();
}
