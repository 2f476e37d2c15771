// Walks over the commands of one file of an append-only file, and says how far they are in order. What
// is in order, and the words for what is not, are those of redis-check-aof 7.2.
import { asciiLower } from "../../config/numbers.ts";
import type { TextFile } from "./text_file.ts";

/** A header line is read so far. */
const HEADER_MAX_BYTES = 127;
/** A comment is read so far at a time. */
const COMMENT_MAX_BYTES = 1023;
/** Longer than the name of any command. */
const NAME_MAX_BYTES = 64;

/** How a walk ended. */
export interface AofScan {
  /** Up to where whole commands and transactions stand, bytes. */
  readonly validUpTo: number;
  /** What stands there instead, as a line of the report; empty at the end of a good file. */
  readonly fault: string;
  /** Where the first comment stands whose time is beyond the one given; undefined without. */
  readonly laterFrom: number | undefined;
}

/** A comment that should tell the time and does not. */
export class BadTimestamp extends Error {}

/** A command that is not in order; the message says why. */
class AofFormatError extends Error {
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

/** The lines of commands counted so far, over all files. */
export interface LineCount {
  line: number;
}

/** How the file is called in the report: some lines have its path. */
export interface AofNames {
  readonly name: string;
  readonly path: string;
}

/** One walk. */
export class AofScanner {
  readonly #file: TextFile;
  readonly #names: AofNames;
  readonly #lines: LineCount;
  #inTransaction = false;
  /** Where what was read last begins. */
  #readAt = 0;

  constructor(file: TextFile, names: AofNames, lines: LineCount) {
    this.#file = file;
    this.#names = names;
    this.#lines = lines;
  }

  /** `untilSeconds`: Unix time that ends the walk, 0 for none. Throws BadTimestamp. */
  run(untilSeconds: number): AofScan {
    const file = this.#file;
    let validUpTo = file.offset, fault = "";
    for (let next = file.peek(); next !== undefined; next = file.peek()) {
      if (!this.#inTransaction) validUpTo = file.offset;
      if (next === "#") {
        const laterFrom = this.#comment(untilSeconds);
        if (laterFrom !== undefined) return { validUpTo, fault, laterFrom };
        continue;
      }
      fault = next === "*" ? this.#faultOfCommand() : `AOF ${this.#names.name} format error`;
      if (fault !== "") return { validUpTo, fault, laterFrom: undefined };
    }
    if (!this.#inTransaction) validUpTo = file.offset;
    else fault = placed("Reached EOF before reading EXEC for MULTI", this.#readAt);
    return { validUpTo, fault, laterFrom: undefined };
  }

  /** Where the comment begins if its time is later than `untilSeconds`. */
  #comment(untilSeconds: number): number | undefined {
    const file = this.#file;
    const start = this.#readAt = file.offset;
    const text = file.line(COMMENT_MAX_BYTES);
    for (let rest = text; rest !== "" && !rest.endsWith("\n");) rest = file.line(COMMENT_MAX_BYTES);
    if (untilSeconds === 0 || !text.startsWith("#TS:")) return undefined;
    const seconds = /^#TS:[ \t-\r]*([+-]?\d+)\r/.exec(text);
    if (seconds === null) throw new BadTimestamp();
    return Number(seconds[1]) > untilSeconds ? start : undefined;
  }

  #faultOfCommand(): string {
    try {
      this.#command();
      return "";
    } catch (error) {
      if (!(error instanceof AofFormatError)) throw error;
      return error.message === "" ? EARLY_END : placed(error.message, error.offset);
    }
  }

  #command(): void {
    const count = this.#number("*");
    if (count < 1) throw this.#error(`Expected at least one argument, got a count of ${count}`);
    for (let i = 0; i < count; i++) {
      const name = this.#argument(i === 0);
      if (i === 0) this.#noteTransaction(asciiLower(name));
    }
  }

  #noteTransaction(name: string): void {
    if (name === "multi") {
      if (this.#inTransaction) throw this.#error(`Unexpected MULTI in AOF ${this.#names.path}`);
      this.#inTransaction = true;
    } else if (name === "exec") {
      if (!this.#inTransaction) throw this.#error(`Unexpected EXEC in AOF ${this.#names.path}`);
      this.#inTransaction = false;
    }
  }

  /** The number on a line that begins with `prefix`. */
  #number(prefix: string): number {
    this.#readAt = this.#file.offset;
    const text = this.#file.line(HEADER_MAX_BYTES);
    if (text === "") throw this.#error("");
    if (text[0] !== prefix) {
      throw this.#error(`Expected prefix '${prefix}', got: '${printableByte(text)}'`);
    }
    const digits = /^[ \t-\r]*[+-]?\d+/.exec(text.slice(1))?.[0] ?? "";
    this.#lineEnd(text.slice(1 + digits.length));
    return Number(digits);
  }

  /** An argument; its text if it is wanted. */
  #argument(isName: boolean): string {
    const file = this.#file;
    const length = this.#number("$");
    if (length < 0 || !Number.isSafeInteger(length)) {
      const range = "which is not in the suitable range";
      throw this.#error(`Expected to read string of ${length} bytes, ${range}`);
    }
    this.#readAt = file.offset;
    const { remaining } = file;
    if (remaining < length + 2) {
      throw this.#error(`Expected to read ${length + 2} bytes, got ${remaining} bytes`);
    }
    const name = isName ? file.take(Math.min(length, NAME_MAX_BYTES)) : "";
    file.skip(length - name.length);
    this.#lineEnd(file.take(2));
    return name;
  }

  #lineEnd(text: string): void {
    if (!text.startsWith("\r\n")) {
      throw this.#error(`Expected \\r\\n, got: ${hexByte(text, 0)}${hexByte(text, 1)}`);
    }
    this.#lines.line++;
  }

  #error(reason: string): AofFormatError {
    return new AofFormatError(reason, this.#readAt);
  }
}

/** Where the file ends between the lines of a command, redis-check-aof gives no reason. */
const EARLY_END = " ";

function placed(reason: string, offset: number): string {
  return `0x${offset.toString(16).padStart(16)}: ${reason}`;
}

function hexByte(text: string, at: number): string {
  return (at < text.length ? text.charCodeAt(at) : 0).toString(16).padStart(2, "0");
}

function printableByte(text: string): string {
  return /^[ -~]/.test(text) ? text[0] : `\\x${hexByte(text, 0)}`;
}
