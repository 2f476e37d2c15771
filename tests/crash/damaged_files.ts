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
export function damagedFiles(
  { folder, sample, seed }: CasesOptions,
  file: DataFile,
  damage: "cut" | "flipped",
): Promise<Cases> {
  copyFolder(sample, folder);
  const replaying = new Replaying({ folder, startMs: NOW_MS });
  const inside = file === "dump" ? folder : replaying.loader.folder;
  const path = join(inside, namesIn(inside).findLast((name) => NAMES[file].test(name))!);
  const whole = Deno.readFileSync(path);
  const figures = { cases: 0, taken: 0, refused: 0 };

  const load = (bytes: Uint8Array): string | undefined => {
    Deno.writeFileSync(path, bytes);
    replaying.harness.run("FLUSHALL SYNC");
    return file === "dump" ? loadDump(replaying, path) : loadAppended(replaying);
  };

  /** What was taken is what stands in the file now: it is taken again, and is the same. */
  const checkTaken = (left: number) => {
    const digest = replaying.digest();
    const now = Deno.readFileSync(path);
    assert(now.length <= left, `${now.length} bytes of ${left}`);
    replaying.log.length = 0;
    assertEquals(load(now), undefined, "what it left is refused");
    assert(!replaying.log.some((line) => line.includes("short read")), "it was cut again");
    assertEquals(replaying.digest(), digest);
    for (const name of namesIn(inside)) {
      if (name.includes(".removed-")) Deno.removeSync(join(inside, name));
    }
  };

  const run = (number: number) => {
    const random = new Seeded(seed + number * 7919);
    const bytes = damage === "cut" ? cut(whole, number, random) : flipped(whole, random);
    figures.cases++;
    const message = load(bytes);
    if (message === undefined) {
      figures.taken++;
      assert(file !== "dump" && file !== "base", "a dump that is damaged was taken");
      checkTaken(bytes.length);
      return;
    }
    figures.refused++;
    // A manifest that is damaged may name other files, of which it is said that they are missing.
    if (file === "manifest") assertMatch(message, /MANIFEST|manifest/);
    else assertMatch(message, /at byte offset \d+/);
    assertEquals(Deno.readFileSync(path), bytes, "a file that is refused stays as it is");
  };
  return Promise.resolve({
    run: (number) => {
      try {
        run(number);
      } catch (error) {
        throw new Error(`${file} ${damage}, case ${number}, seed ${seed}: ${error}`, {
          cause: error,
        });
      }
    },
    figures: () => figures,
  });
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

function loadDump({ dumps }: Replaying, path: string): string | undefined {
  return refusal(() => dumps.loadNow(path));
}

function loadAppended(replaying: Replaying): string | undefined {
  return refusal(() => replaying.load());
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
