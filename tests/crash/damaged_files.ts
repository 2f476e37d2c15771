/** Files that a server left, cut and with flipped bytes: they open, or are refused with their reason. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { Replaying } from "../persistence/replaying.ts";
import { Seeded } from "../support/seeded.ts";
import type { Cases, CasesOptions } from "./case_kinds.ts";
import { copyFolder, namesIn } from "./data_folder.ts";

export type DataFile = "dump" | "base" | "incr" | "manifest";

/** The last bytes of a file, of which each is a place to cut. */
const LAST_BYTES = 1024;
const NOW_MS = 1_700_000_000_000;

/** Which of the files of the sample it is. */
const NAMES: Record<DataFile, RegExp> = {
  dump: /^dump\.rdb$/,
  base: /\.base\.rdb$/,
  incr: /\.incr\.aof$/,
  manifest: /\.manifest$/,
};

/** Cases that load a copy of the sample in which one file is damaged. */
export class DamagedFiles implements Cases {
  readonly #file: DataFile;
  readonly #damage: "cut" | "flipped";
  readonly #seed: number;
  readonly #replaying: Replaying;
  readonly #folder: string;
  readonly #path: string;
  readonly #whole: Uint8Array;
  readonly #figures = { cases: 0, taken: 0, refused: 0 };

  constructor(
    { folder, sample, seed }: CasesOptions,
    file: DataFile,
    damage: "cut" | "flipped",
  ) {
    copyFolder(sample, folder);
    this.#file = file;
    this.#damage = damage;
    this.#seed = seed;
    this.#replaying = new Replaying({ folder, startMs: NOW_MS });
    this.#folder = file === "dump" ? folder : this.#replaying.loader.folder;
    const name = namesIn(this.#folder).findLast((name) => NAMES[file].test(name))!;
    this.#path = join(this.#folder, name);
    this.#whole = Deno.readFileSync(this.#path);
  }

  figures(): Record<string, number> {
    return this.#figures;
  }

  run(number: number): void {
    const random = new Seeded(this.#seed + number * 7919);
    const whole = this.#whole;
    const bytes = this.#damage === "cut" ? cut(whole, number, random) : flipped(whole, random);
    this.#figures.cases++;
    try {
      const message = this.#load(bytes);
      if (message === undefined) this.#checkTaken(bytes);
      else this.#checkRefused(bytes, message);
    } catch (error) {
      throw new Error(
        `${this.#file} ${this.#damage}, case ${number}, seed ${this.#seed}: ${error}`,
        { cause: error },
      );
    }
  }

  /** The message with which it is refused. */
  #load(bytes: Uint8Array): string | undefined {
    const replaying = this.#replaying;
    Deno.writeFileSync(this.#path, bytes);
    replaying.harness.run("FLUSHALL SYNC");
    replaying.log.length = 0;
    return refusal(() =>
      this.#file === "dump" ? replaying.dumps.loadNow(this.#path) : replaying.load()
    );
  }

  /** What was taken is what stands in the file now: it is taken again, and is the same. */
  #checkTaken({ length }: Uint8Array): void {
    this.#figures.taken++;
    const replaying = this.#replaying, file = this.#file;
    assert(file !== "dump" && file !== "base", "a dump that is damaged was taken");
    const digest = replaying.digest();
    const now = Deno.readFileSync(this.#path);
    assert(now.length <= length, `${now.length} bytes of ${length}`);
    assertEquals(this.#load(now), undefined, "what it left is refused");
    assert(!replaying.log.some((line) => line.includes("short read")), "it was cut again");
    assertEquals(replaying.digest(), digest);
    for (const name of namesIn(this.#folder)) {
      if (name.includes(".removed-")) Deno.removeSync(join(this.#folder, name));
    }
  }

  #checkRefused(bytes: Uint8Array, message: string): void {
    this.#figures.refused++;
    // A manifest that is damaged may name other files, of which it is said that they are missing.
    if (this.#file === "manifest") assertMatch(message, /MANIFEST|manifest/);
    else assertMatch(message, /at byte offset \d+/);
    assertEquals(Deno.readFileSync(this.#path), bytes, "a file that is refused stays as it is");
  }
}

/** First each of the last bytes in turn, then anywhere. */
function cut(whole: Uint8Array, number: number, random: Seeded): Uint8Array {
  const last = Math.min(LAST_BYTES, whole.length - 1);
  return whole.subarray(0, number < last ? whole.length - 1 - number : random.below(whole.length));
}

function flipped(whole: Uint8Array, random: Seeded): Uint8Array {
  const bytes = whole.slice();
  for (let flips = 1 + random.below(3); flips > 0; flips--) {
    bytes[random.below(bytes.length)] ^= 1 + random.below(255);
  }
  return bytes;
}

function refusal(load: () => unknown): string | undefined {
  try {
    load();
    return undefined;
  } catch (error) {
    if ((error as Error).name !== "LoadError") throw error;
    return (error as Error).message;
  }
}
