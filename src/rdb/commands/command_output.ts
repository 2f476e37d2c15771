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
import type { ByteSink } from "../rdb_output.ts";

const CR = 0x0d, LF = 0x0a;
const STAR = 0x2a, DOLLAR = 0x24;
const BUFFER_BYTES = 256 << 10;
/** A type byte, digits and two line ends. */
const HEADER_MAX_BYTES = 24;

/** Writes words of commands; what the sink throws passes. */
export class CommandOutput {
  readonly #sink: ByteSink;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #digits = new Uint8Array(INTEGER64_TEXT_MAX);
  #at = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** A command of so many words follows. */
  command(words: number): void {
    this.#header(STAR, words);
  }

  word({ bytes, start, end }: Slice): void {
    this.range(bytes, start, end);
  }

  bytes(bytes: Uint8Array): void {
    this.range(bytes, 0, bytes.length);
  }

  /** A word of the program: not what a user gave. */
  ascii(text: string): void {
    this.bytes(asciiBytes(text));
  }

  integer(value: Integer64): void {
    this.range(this.#digits, 0, writeInteger64(value, this.#digits, 0));
  }

  double(value: number): void {
    this.ascii(formatDouble(value));
  }

  range(bytes: Uint8Array, start: number, end: number): void {
    this.#header(DOLLAR, end - start);
    this.#raw(bytes, start, end);
    this.#buffer[this.#at] = CR;
    this.#buffer[this.#at + 1] = LF;
    this.#at += 2;
  }

  /** A line that is no command: `text` begins with `#`. */
  annotation(text: string): void {
    const line = asciiBytes(`${text}\r\n`);
    this.#raw(line, 0, line.length);
  }

  /** Hands on what is gathered. */
  flush(): void {
    if (this.#at > 0) this.#sink.write(this.#buffer.subarray(0, this.#at));
    this.#at = 0;
  }

  /** Always leaves room for a line end. */
  #raw(bytes: Uint8Array, start: number, end: number): void {
    while (start < end) {
      if (this.#at + HEADER_MAX_BYTES >= BUFFER_BYTES) this.flush();
      const room = BUFFER_BYTES - HEADER_MAX_BYTES - this.#at;
      const next = Math.min(end, start + room);
      copyBytes(bytes, start, next, this.#buffer, this.#at);
      this.#at += next - start;
      start = next;
    }
  }

  #header(type: number, value: number): void {
    if (this.#at + 2 * HEADER_MAX_BYTES >= BUFFER_BYTES) this.flush();
    const buffer = this.#buffer;
    buffer[this.#at] = type;
    const end = writeInteger(value, buffer, this.#at + 1);
    buffer[end] = CR;
    buffer[end + 1] = LF;
    this.#at = end + 2;
  }
}
