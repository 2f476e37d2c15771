/** The files of a data folder: which of them belong to the data, and which a crash left behind. */

import { join } from "node:path";

const FOLDER = "appendonlydir";

/**
 * Files that are no part of the data, and at least `ageMs` old, by their paths below the folder. Not
 * those whose names are taken again by the next rewrite.
 */
export function strayFiles(dir: string, ageMs = 0): string[] {
  const stray = namesIn(dir).filter((name) => name !== "dump.rdb" && name !== FOLDER);
  const parts = namesIn(join(dir, FOLDER));
  const manifest = parts.find((name) => name.endsWith(".manifest"));
  const listed = manifest === undefined ? [] : partsListed(join(dir, FOLDER, manifest));
  // What was cut from a torn end is kept for whoever wants to look at it.
  const known = (name: string) =>
    name === manifest || listed.includes(name) ||
    /\.removed-\d|^temp-appendonly|^append/.test(name);
  const found = [
    ...stray,
    ...parts.filter((name) => !known(name)).map((name) => join(FOLDER, name)),
  ];
  return found.filter((name) => Date.now() - writtenAtMs(join(dir, name)) >= ageMs);
}

/** When a file was last written; of one that goes right now, the present. */
function writtenAtMs(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? Date.now();
  } catch {
    return Date.now();
  }
}

function partsListed(manifest: string): string[] {
  return [...Deno.readTextFileSync(manifest).matchAll(/^file "?(.+?)"? seq /gm)]
    .map((match) => match[1]);
}

export function namesIn(dir: string): string[] {
  try {
    return [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

/** Takes a copy of a folder with all that is in it. */
export function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copyFolder(join(from, name), join(to, name));
    else Deno.copyFileSync(join(from, name), join(to, name));
  }
}
