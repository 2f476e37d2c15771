/**
 * A disk in memory that forgets when its power is cut: what was not synced is there in part or not at
 * all, and names that were given or taken since their folder was synced may be the old ones. In the
 * order in which they were given: a journal keeps that, and no more is asked of a disk.
 */

import { basename, dirname, join } from "node:path";
import type { AofFile, AofFiles } from "../../src/persistence/aof_files.ts";
import { FileLock } from "../../src/persistence/file_lock.ts";
import type { Seeded } from "../support/seeded.ts";

/** What stands under a name. */
interface Content {
  bytes: Uint8Array;
  /** What of it is on the disk for sure. */
  synced: Uint8Array;
}

type Names = Map<string, Content>;

interface NameChange {
  readonly folder: string;
  readonly apply: (names: Names) => void;
}

export class PowerCutDisk implements AofFiles {
  /** Full paths, as they are while there is power. */
  #names: Names = new Map();
  /** Those that are on the disk for sure. */
  #synced: Names = new Map();
  /** Changes since, oldest first. */
  #changes: NameChange[] = [];

  create(path: string): AofFile {
    return this.open(path, { empty: true });
  }

  open(path: string, { empty }: { empty: boolean }): AofFile {
    let content = this.#names.get(path);
    if (content === undefined) {
      const made = content = { bytes: new Uint8Array(0), synced: new Uint8Array(0) };
      this.#change(path, (names) => void names.set(path, made));
    } else if (empty) content.bytes = new Uint8Array(0);
    return fileOf(content);
  }

  rename(from: string, to: string): void {
    if (!this.#names.has(from)) throw new Deno.errors.NotFound(from);
    this.#change(to, (names) => {
      const content = names.get(from);
      if (content !== undefined) names.set(to, content);
      names.delete(from);
    });
  }

  remove(path: string): void {
    if (!this.#names.has(path)) throw new Deno.errors.NotFound(path);
    this.#change(path, (names) => void names.delete(path));
  }

  removeLater(path: string): Promise<void> {
    this.remove(path);
    return Promise.resolve();
  }

  makeFolder(): void {}

  size(path: string): number {
    const content = this.#names.get(path);
    if (content === undefined) throw new Deno.errors.NotFound(path);
    return content.bytes.length;
  }

  read(path: string): Uint8Array | undefined {
    return this.#names.get(path)?.bytes;
  }

  list(folder: string): string[] {
    return [...this.#names.keys()].filter((path) => dirname(path) === folder).map((path) =>
      basename(path)
    );
  }

  lock(): FileLock {
    return new FileLock();
  }

  syncFolder(folder: string): void {
    // A journal is written up to a place: what other folders did before is there, too.
    const last = this.#changes.findLastIndex((change) => change.folder === folder);
    for (const { apply } of this.#changes.splice(0, last + 1)) apply(this.#synced);
  }

  #change(path: string, apply: (names: Names) => void): void {
    apply(this.#names);
    this.#changes.push({ folder: dirname(path), apply });
  }

  /** Puts what is left after a cut into a folder of the real disk, by the last part of the names. */
  cut(random: Seeded, target: string): void {
    Deno.mkdirSync(target, { recursive: true });
    const names = new Map(this.#synced);
    const kept = random.below(this.#changes.length + 1);
    for (const { apply } of this.#changes.slice(0, kept)) apply(names);
    for (const [path, content] of names) {
      Deno.writeFileSync(join(target, basename(path)), leftOf(content, random));
    }
  }
}

/** What was synced, and as much of what was added since as the disk happened to get to. */
function leftOf({ bytes, synced }: Content, random: Seeded): Uint8Array {
  const isAppended = bytes.length >= synced.length &&
    synced.every((byte, at) => bytes[at] === byte);
  if (!isAppended) return random.chance(0.5) ? bytes : synced;
  const more = bytes.length - synced.length;
  const length = random.pick([0, more, random.below(more + 1)]);
  return bytes.subarray(0, synced.length + length);
}

function fileOf(content: Content): AofFile {
  const sync = () => {
    content.synced = content.bytes.slice();
  };
  return {
    writeSync: (bytes) => {
      const longer = new Uint8Array(content.bytes.length + bytes.length);
      longer.set(content.bytes);
      longer.set(bytes, content.bytes.length);
      content.bytes = longer;
      return bytes.length;
    },
    truncateSync: (length) => {
      content.bytes = content.bytes.slice(0, length);
    },
    syncSync: sync,
    sync: async () => {
      const bytes = content.bytes.slice();
      await new Promise((resolve) => setTimeout(resolve, 0));
      // What was written meanwhile is not promised, unless another sync was faster.
      if (bytes.length > content.synced.length) content.synced = bytes;
    },
    close: () => {},
  };
}
