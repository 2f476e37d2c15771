// Keeps a second server from a folder that one is writing to.

/** The system answers at once unless somebody has the lock; one that is being killed may need a moment. */
const PATIENCE_MS = 1000;

/** A lock, held until it is let go of or the process ends, however it ends. */
export class FolderLock implements Disposable {
  readonly #file: Deno.FsFile | undefined;

  constructor(file?: Deno.FsFile) {
    this.#file = file;
  }

  [Symbol.dispose](): void {
    this.#file?.close();
  }
}

/**
 * Locks a folder for this process; undefined when another one has it. Where folders cannot be locked,
 * as on Windows and some network file systems, nobody is kept out.
 */
export async function lockFolder(path: string): Promise<FolderLock | undefined> {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch {
    return new FolderLock();
  }
  const locked = file.lock(true).then(() => true, () => false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([locked, late]);
  clearTimeout(timer);
  if (answer === true) return new FolderLock(file);
  if (answer === undefined) return undefined; // the file waits for the lock until the process ends
  file.close();
  return new FolderLock();
}
