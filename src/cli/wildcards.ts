/** Paths with `*`, `?` and `[...]`, as `include` lines may have them. */

import { dirname, join, parse } from "node:path";
import { type ByteRange, utf8Bytes } from "../base/bytes.ts";
import { globMatch } from "../base/glob.ts";

const WILDCARDS = /[*?[]/;

/** Whether a path has wildcards. */
export function hasWildcards(path: string): boolean {
  return WILDCARDS.test(path);
}

/**
 * Existing paths that a pattern names, in alphabetical order. A wildcard stands for characters within
 * one name and not for the dot at its beginning. What cannot be read counts as empty.
 */
export function expandWildcards(pattern: string): string[] {
  if (!hasWildcards(pattern)) return exists(pattern) ? [pattern] : [];
  const { base, root, dir } = parse(pattern);
  const folders = dir === root || dir === "" ? [dir] : expandWildcards(dirname(pattern));
  return folders.flatMap((folder) => matchesIn(folder, base));
}

function matchesIn(folder: string, pattern: string): string[] {
  if (!hasWildcards(pattern)) return [join(folder, pattern)].filter(exists);
  const names = namesIn(folder === "" ? "." : folder).filter((name) =>
    (!name.startsWith(".") || pattern.startsWith(".")) &&
    globMatch(wholeOf(pattern), wholeOf(name))
  );
  return names.sort().map((name) => join(folder, name));
}

function wholeOf(text: string): ByteRange {
  const bytes = utf8Bytes(text);
  return { bytes, start: 0, end: bytes.length };
}

function namesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch {
    return [];
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
