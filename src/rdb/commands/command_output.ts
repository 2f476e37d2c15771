// Commands as clients send them, on their way to a file.
import { asciiBytes, copyBytes } from "../../base/bytes.ts";
import { formatDouble } from "../../base/double.ts";
import {
  type Integer64,
  INTEGER64_TEXT_MAX,
  writeInteger,
  writeInteger64,
} from "../../base/int64.ts";
import type { Slice } from "../../base/slice.ts";
import type { PieceOutput } from "../pieces/value_pieces.ts";
import type { ByteSink } from "../rdb_output.ts";

const CR = 0x0d, LF = 0x0a;
const STAR = 0x2a, DOLLAR = 0x24;
/** As much as a file gets at once: more would take the caches from the commands that come in between. */
const BUFFER_BYTES = 64 << 10;
/** A type byte, digits and two line ends. */
const HEADER_MAX_BYTES = 24;

/** Writes words of commands; what the sink throws passes. */
export class CommandOutput implements PieceOutput {
  readonly #sink: ByteSink;
  readonly #buffer: Uint8Array;
  readonly #digits = new Uint8Array(INTEGER64_TEXT_MAX);
  #at = 0;
  #written = 0;

  /** `bufferBytes`: how much is gathered before the sink gets it. */
  constructor(sink: ByteSink, bufferBytes: number = BUFFER_BYTES) {
    this.#sink = sink;
    this.#buffer = new Uint8Array(bufferBytes);
  }

  /** Bytes so far, those included that the sink has not got yet. */
  get bytes(): number {
    return this.#written + this.#at;
  }

  /** A command of so many words follows. */
  command(words: number): void {
    this.#header(STAR, words);
  }

  word({ bytes, start, end }: Slice): void {
    this.range(bytes, start, end);
  }

  whole(bytes: Uint8Array): void {
    this.range(bytes, 0, bytes.length);
  }

  /** A word of the program: not what a user gave. */
  ascii(text: string): void {
    this.whole(asciiBytes(text));
  }

  integer(value: Integer64): void {
    this.range(this.#digits, 0, writeInteger64(value, this.#digits, 0));
  }

  double(value: number): void {
    this.ascii(formatDouble(value));
  }

  range(bytes: Uint8Array, start: number, end: number): void {
    this.beginWord(end - start);
    this.raw(bytes, start, end);
    this.endWord();
  }

  /** A word of so many bytes follows, by {@link raw}, then its end. */
  beginWord(length: number): void {
    this.#header(DOLLAR, length);
  }

  endWord(): void {
    if (this.#at + 2 > this.#buffer.length) this.flush();
    this.#buffer[this.#at] = CR;
    this.#buffer[this.#at + 1] = LF;
    this.#at += 2;
  }

  /** A line that is no command: `text` begins with `#`. */
  annotation(text: string): void {
    const line = asciiBytes(`${text}\r\n`);
    this.raw(line, 0, line.length);
  }

  /** Hands on what is gathered. */
  flush(): void {
    if (this.#at === 0) return;
    const bytes = this.#buffer.subarray(0, this.#at);
    this.#written += this.#at;
    this.#at = 0;
    this.#sink.write(bytes);
  }

  raw(bytes: Uint8Array, start: number, end: number): void {
    const buffer = this.#buffer;
    while (start < end) {
      if (this.#at === buffer.length) this.flush();
      const next = Math.min(end, start + buffer.length - this.#at);
      copyBytes(bytes, start, next, buffer, this.#at);
      this.#at += next - start;
      start = next;
    }
  }

  #header(type: number, value: number): void {
    if (this.#at + HEADER_MAX_BYTES > this.#buffer.length) this.flush();
    const buffer = this.#buffer;
    buffer[this.#at] = type;
    const end = writeInteger(value, buffer, this.#at + 1);
    buffer[end] = CR;
    buffer[end + 1] = LF;
    this.#at = end + 2;
  }
}
