/** A folder of an append-only file in memory, in which everything can be made to fail. */

import { basename } from "node:path";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import type { AofFile, AofFiles } from "../../src/persistence/aof_files.ts";
import { FileLock, type LockAnswer } from "../../src/persistence/file_lock.ts";
import type { DumpFile } from "../../src/persistence/dump_files.ts";

/** What the system says when there is no room. */
export const NO_SPACE = "No space left on device";

interface Content {
  bytes: number[];
  /** How many of them are on the disk. */
  synced: number;
}

export class FakeAofFiles implements AofFiles {
  /** What the doors were asked for, in order: `write name`, `sync name` ... */
  readonly log: string[] = [];
  /** Which of these fail: a pattern for the lines of {@link log}. */
  failing = /(?!)/;
  /** A write that fails takes so many bytes before. */
  takesBeforeFailing = 0;
  /** Syncs in the background wait for {@link release}. */
  holdsSyncs = false;
  /** Whether another server has the files, and whether that is known only in the next turn. */
  othersHaveIt = false;
  tellsLater = false;
  readonly #files = new Map<string, Content>();
  #held: (() => void)[] = [];

  /** Names of the files there are, sorted. */
  get names(): string[] {
    return [...this.#files.keys()].sort();
  }

  /** What a file holds, Latin-1. */
  text(name: string): string {
    const content = this.#files.get(name);
    if (content === undefined) throw new Error(`there is no ${name}`);
    return latin1(Uint8Array.from(content.bytes));
  }

  /** Bytes of a file that would be there after a power failure. */
  synced(name: string): number {
    return this.#files.get(name)!.synced;
  }

  /** Syncs that are held end. */
  async release(): Promise<void> {
    for (const end of this.#held.splice(0)) end();
    await settle();
  }

  open(path: string, { empty }: { empty: boolean }): AofFile {
    const name = this.#note("open", path);
    if (empty || !this.#files.has(name)) this.#files.set(name, { bytes: [], synced: 0 });
    return this.#file(name);
  }

  create(path: string): DumpFile {
    const name = this.#note("create", path);
    this.#files.set(name, { bytes: [], synced: 0 });
    return this.#file(name);
  }

  #file(name: string): AofFile {
    const content = this.#files.get(name)!;
    const sync = () => {
      this.#note("sync", name);
      content.synced = content.bytes.length;
    };
    return {
      writeSync: (bytes) => {
        const taken = this.#wouldFail(`write ${name}`) ? this.takesBeforeFailing : bytes.length;
        if (taken === 0) this.#note("write", name);
        this.takesBeforeFailing = 0;
        this.log.push(`write ${name}`);
        content.bytes.push(...bytes.subarray(0, taken));
        return taken;
      },
      truncateSync: (length) => {
        this.#note("truncate", name);
        content.bytes.length = length;
      },
      syncSync: sync,
      sync: async () => {
        if (this.holdsSyncs) await new Promise<void>((resolve) => this.#held.push(resolve));
        sync();
      },
      close: () => void this.#note("close", name),
    };
  }

  rename(from: string, to: string): void {
    const name = this.#note("rename", from);
    this.#files.set(basename(to), this.#files.get(name)!);
    this.#files.delete(name);
  }

  remove(path: string): void {
    this.#files.delete(this.#note("remove", path));
  }

  removeLater(path: string): Promise<void> {
    this.#files.delete(this.#note("remove", path));
    return Promise.resolve();
  }

  syncFolder(path: string): void {
    this.#note("sync folder", path);
  }

  makeFolder(path: string): void {
    this.#note("make folder", path);
  }

  size(path: string): number {
    return this.text(this.#note("size", path)).length;
  }

  read(path: string): Uint8Array | undefined {
    const name = basename(path);
    return this.#files.has(name) ? latin1Bytes(this.text(name)) : undefined;
  }

  list(): readonly string[] {
    return this.names;
  }

  lock(path: string): LockAnswer {
    this.#note("lock", path);
    const answer = this.othersHaveIt ? undefined : new FileLock();
    return this.tellsLater ? Promise.resolve(answer) : answer;
  }

  #wouldFail(line: string): boolean {
    return this.failing.test(line);
  }

  #note(what: string, path: string): string {
    const name = basename(path), line = `${what} ${name}`;
    if (this.#wouldFail(line)) throw new Error(`${NO_SPACE} (os error 28)`);
    this.log.push(line);
    return name;
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
