// Looks at what stands behind a place where an append-only file cannot be read.
import { latin1 } from "../base/bytes.ts";

const CHUNK_BYTES = 64 << 10;
/** Enough for the first three lines of a command, as far as they are looked at. */
const OVERLAP_BYTES = 256;
const BEGINNING = /\r\n(\*(\d{1,9})\r\n)\$(\d{1,2})\r\n/g;
/** Places that look like a command and are looked at closely. */
const CANDIDATES_MAX = 1000;
/** Arguments of a command that are followed: far enough to tell it from chance. */
const ARGUMENTS_FOLLOWED = 64;

/** What is read of a file. */
export interface SeekableFile {
  readSync(target: Uint8Array): number | null;
  seekSync(offset: number, whence: Deno.SeekMode): number;
}

/** Whether the file holds nothing but zeros from `offset` on, at least one. */
export function onlyZerosFrom(file: SeekableFile, offset: number): boolean {
  const chunk = new Uint8Array(CHUNK_BYTES);
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let total = 0;;) {
    const got = file.readSync(chunk);
    if (got === null) return total > 0;
    for (let i = 0; i < got; i++) if (chunk[i] !== 0) return false;
    total += got;
  }
}

/**
 * Where the first whole command behind `from` begins, undefined if there is none. A value that holds
 * commands as text may be mistaken for some; that is why `isCommand` knows their names.
 */
export function findWholeCommand({ file, totalBytes, from, isCommand }: {
  file: SeekableFile;
  totalBytes: number;
  from: number;
  isCommand: (name: string) => boolean;
}): number | undefined {
  const chunk = new Uint8Array(CHUNK_BYTES + OVERLAP_BYTES);
  let candidates = 0;
  for (let offset = from; offset < totalBytes; offset += CHUNK_BYTES) {
    const text = textAt(file, offset, chunk);
    BEGINNING.lastIndex = 0;
    for (let found; (found = BEGINNING.exec(text)) !== null;) {
      BEGINNING.lastIndex = found.index + 2; // the line end may be the next one's
      const nameStart = found.index + found[0].length;
      const name = text.slice(nameStart, nameStart + Number(found[3]));
      if (!isCommand(name)) continue;
      if (++candidates > CANDIDATES_MAX) return undefined;
      const start = offset + found.index + 2;
      const argumentsAt = start + found[1].length;
      if (isWhole(file, { at: argumentsAt, totalBytes, count: Number(found[2]) })) return start;
    }
  }
  return undefined;
}

/** Whether arguments of a command stand at `at`, each as long as it says. */
function isWhole(
  file: SeekableFile,
  { at, totalBytes, count }: { at: number; totalBytes: number; count: number },
): boolean {
  const head = new Uint8Array(24), tail = new Uint8Array(2);
  for (let i = 0; i < Math.min(count, ARGUMENTS_FOLLOWED); i++) {
    const line = /^\$(\d{1,15})\r\n/.exec(textAt(file, at, head));
    if (line === null) return false;
    at += line[0].length + Number(line[1]) + 2;
    if (at > totalBytes || textAt(file, at - 2, tail) !== "\r\n") return false;
  }
  return true;
}

/** As much as fits into `into` and the file has. */
function textAt(file: SeekableFile, offset: number, into: Uint8Array): string {
  file.seekSync(offset, Deno.SeekMode.Start);
  let length = 0;
  while (length < into.length) {
    const got = file.readSync(into.subarray(length));
    if (got === null) break;
    length += got;
  }
  return latin1(into, 0, length);
}
