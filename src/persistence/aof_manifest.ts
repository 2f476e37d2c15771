// The manifest of an append-only file: which files it consists of, as text and as a value.
// Format and messages are those of Redis 7.0 and later.
import { latin1, latin1Bytes, needsQuotes, printable, utf8Bytes } from "../base/bytes.ts";
import { asciiLower } from "../config/numbers.ts";
import { splitWords } from "../config/quoting.ts";

/** A line may have so many bytes, its line break included. */
const LINE_MAX_BYTES = 1024;
const TRIM = /^[ \t\r\n]+|[ \t\r\n]+$/g;
const INVALID_FORMAT = "Invalid AOF manifest file format";

/** Base: the data as of the last rewrite. Incr: commands since. History: to be removed. */
export type AofFileType = "b" | "h" | "i";

/** One file of an append-only file, in the folder `appenddirname`. */
export interface AofFileInfo {
  /** Without a folder. */
  readonly name: string;
  readonly sequence: number;
  readonly type: AofFileType;
}

/** What a manifest says. Functions here make new ones from it. */
export interface AofManifest {
  readonly base: AofFileInfo | undefined;
  readonly history: readonly AofFileInfo[];
  /** In the order in which they were written. */
  readonly incrs: readonly AofFileInfo[];
  /** Sequence of the last base and of the last incremental file, 0 before the first. */
  readonly baseSequence: number;
  readonly incrSequence: number;
}

/** The manifest of an append-only file that has no files yet. */
export const EMPTY_MANIFEST: AofManifest = {
  base: undefined,
  history: [],
  incrs: [],
  baseSequence: 0,
  incrSequence: 0,
};

/** A manifest that cannot be read. */
export class ManifestError extends Error {
  override name = "ManifestError";
  /** Counted from 1, comments included; 0 where there is none. */
  readonly lineNumber: number;
  /** The line, one character per byte; undefined where it could not be taken from the file. */
  readonly line: string | undefined;

  constructor(message: string, lineNumber: number, line?: string) {
    super(message);
    this.lineNumber = lineNumber;
    this.line = line;
  }
}

/** `NAME.manifest` of an append-only file. */
export function manifestName(appendFilename: string): string {
  return `${appendFilename}.manifest`;
}

/** Where a manifest is written before it takes the place of the old one. */
export function temporaryManifestName(appendFilename: string): string {
  return `temp-${manifestName(appendFilename)}`;
}

/** Takes commands while the first base file is being written (CONFIG SET appendonly yes). */
export function temporaryIncrName(appendFilename: string): string {
  return `temp-${appendFilename}.incr`;
}

/** Reads a manifest. Throws ManifestError. */
export function parseManifest(bytes: Uint8Array): AofManifest {
  const text = latin1(bytes);
  if (text === "") throw new ManifestError("Found an empty AOF manifest", 0);
  let manifest = EMPTY_MANIFEST;
  let lineNumber = 0;
  for (let at = 0; at < text.length;) {
    const raw = pieceAt(text, at);
    at += raw.length;
    lineNumber++;
    if (raw[0] === "#") continue;
    const zero = raw.indexOf("\0"); // for Redis the line ends there
    if (!raw.endsWith("\n") || zero >= 0) {
      throw new ManifestError("The AOF manifest file contains too long line", lineNumber);
    }
    const line = raw.replace(TRIM, "");
    try {
      manifest = withFile(manifest, parseLine(line));
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      throw new ManifestError(error.message, lineNumber, line);
    }
  }
  return manifest;
}

/** The line at `at`, or as much of it as Redis reads at a time. */
function pieceAt(text: string, at: number): string {
  const piece = text.slice(at, at + LINE_MAX_BYTES);
  const end = piece.indexOf("\n");
  return end < 0 ? piece : piece.slice(0, end + 1);
}

function parseLine(line: string): AofFileInfo {
  const words = splitWords(line);
  // More words than we know are left for versions to come.
  if (words === undefined || words.length < 6 || words.length % 2 !== 0) {
    throw new ManifestError(INVALID_FORMAT, 0);
  }
  let name: string | undefined;
  let sequence = 0;
  let type = "";
  for (let i = 0; i < words.length; i += 2) {
    const key = asciiLower(words[i]), value = words[i + 1].split("\0", 1)[0];
    if (key === "file") {
      if (/[/\\]/.test(value)) {
        throw new ManifestError("File can't be a path, just a filename", 0);
      }
      name = fileNameOf(value);
    } else if (key === "seq") sequence = parseSequence(value);
    else if (key === "type") type = value.slice(0, 1);
  }
  if (name === undefined || sequence === 0 || type === "") {
    throw new ManifestError(INVALID_FORMAT, 0);
  }
  if (!isFileType(type)) throw new ManifestError("Unknown AOF file type", 0);
  return { name, sequence, type };
}

/** As atoll reads it; a number that nobody counts to is 0, which is refused. */
function parseSequence(word: string): number {
  const value = Number(/^[ \t-\r]*([+-]?\d+)/.exec(word)?.[1] ?? 0);
  return Number.isSafeInteger(value) ? value : 0;
}

function fileNameOf(bytes: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(latin1Bytes(bytes));
}

function isFileType(text: string): text is AofFileType {
  return text === "b" || text === "h" || text === "i";
}

function withFile(manifest: AofManifest, file: AofFileInfo): AofManifest {
  switch (file.type) {
    case "b":
      if (manifest.base !== undefined) {
        throw new ManifestError("Found duplicate base file information", 0);
      }
      return { ...manifest, base: file, baseSequence: file.sequence };
    case "h":
      return { ...manifest, history: [...manifest.history, file] };
    case "i":
      if (file.sequence <= manifest.incrSequence) {
        throw new ManifestError("Found a non-monotonic sequence number", 0);
      }
      return { ...manifest, incrs: [...manifest.incrs, file], incrSequence: file.sequence };
  }
}

/** The text of a manifest: base, history, incremental files. */
export function formatManifest({ base, history, incrs }: AofManifest): Uint8Array<ArrayBuffer> {
  const files = [...base === undefined ? [] : [base], ...history, ...incrs];
  return latin1Bytes(files.map(lineOf).join(""));
}

function lineOf({ name, sequence, type }: AofFileInfo): string {
  const bytes = utf8Bytes(name);
  const range = { bytes, start: 0, end: bytes.length };
  const word = needsQuotes(range) ? printable(range) : latin1(bytes);
  return `file ${word} seq ${sequence} type ${type}\n`;
}

/** The files to load, in their order. */
export function filesToLoad({ base, incrs }: AofManifest): readonly AofFileInfo[] {
  return base === undefined ? incrs : [base, ...incrs];
}

/** Whether there is nothing to load. */
export function isEmptyManifest({ base, incrs }: AofManifest): boolean {
  return base === undefined && incrs.length === 0;
}

/** The base file's successor takes its place, the old one becomes history. `rdb`: its format. */
export function withNextBase(
  manifest: AofManifest,
  appendFilename: string,
  rdb: boolean,
): AofManifest {
  const { base, history, baseSequence } = manifest;
  const sequence = baseSequence + 1;
  const name = `${appendFilename}.${sequence}.base.${rdb ? "rdb" : "aof"}`;
  return {
    ...manifest,
    base: { name, sequence, type: "b" },
    baseSequence: sequence,
    history: base === undefined ? history : [{ ...base, type: "h" }, ...history],
  };
}

/** One more incremental file, behind the others. */
export function withNextIncr(manifest: AofManifest, appendFilename: string): AofManifest {
  const sequence = manifest.incrSequence + 1;
  const name = `${appendFilename}.${sequence}.incr.aof`;
  const incrs: readonly AofFileInfo[] = [...manifest.incrs, { name, sequence, type: "i" }];
  return { ...manifest, incrs, incrSequence: sequence };
}

/** The incremental files become history: all of them, or all but the last, which is written to. */
export function withIncrsAsHistory(manifest: AofManifest, keepLast: boolean): AofManifest {
  const count = Math.max(0, manifest.incrs.length - (keepLast ? 1 : 0));
  const rewritten = manifest.incrs.slice(0, count);
  const history = rewritten.map((file): AofFileInfo => ({ ...file, type: "h" }));
  return {
    ...manifest,
    incrs: manifest.incrs.slice(count),
    history: [...history, ...manifest.history],
  };
}

/** The files of the past are gone. */
export function withoutHistory(manifest: AofManifest): AofManifest {
  return { ...manifest, history: [] };
}

/** The single file that Redis before 7.0 wrote becomes the base, under its own name. */
export function withUpgradedBase(manifest: AofManifest, appendFilename: string): AofManifest {
  return {
    ...manifest,
    base: { name: appendFilename, sequence: 1, type: "b" },
    baseSequence: 1,
  };
}
