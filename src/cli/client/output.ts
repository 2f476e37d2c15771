import { printable } from "../../base/bytes.ts";
import { ByteBuilder } from "../../base/byte_builder.ts";

/** Whoever read our standard output has gone away: there is nobody left to work for. */
export class OutputClosed extends Error {
  override name = "OutputClosed";
}

/** Where bytes go; `Deno.stdout` is one. */
export interface ByteWriter {
  write(bytes: Uint8Array): Promise<number>;
}

const PIECE_BYTES = 64 * 1024;

/** Gathers what is to be shown, as bytes, and writes all of it in order. */
export class Output {
  readonly #writer: ByteWriter;
  readonly #small = new ByteBuilder(4096);
  #pieces: Uint8Array[] = [];

  constructor(writer: ByteWriter) {
    this.#writer = writer;
  }

  /** Appends a text known to be ASCII. */
  ascii(text: string): this {
    if (this.#small.length > PIECE_BYTES) this.#closePiece();
    this.#small.ascii(text);
    return this;
  }

  /** Appends bytes as they are. They must not change before the next `flush`. */
  bytes(bytes: Uint8Array): this {
    if (bytes.length < PIECE_BYTES) {
      if (this.#small.length > PIECE_BYTES) this.#closePiece();
      this.#small.bytes(bytes);
    } else {
      this.#closePiece();
      this.#pieces.push(bytes);
    }
    return this;
  }

  /** Appends bytes between double quotes, in printable ASCII, each backslash written `slash`. */
  quoted(bytes: Uint8Array, slash = "\\"): this {
    this.ascii('"');
    // Piece by piece, because the escaped text of a large value would not fit in one string.
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      const end = Math.min(start + PIECE_BYTES, bytes.length);
      const text = printable({ bytes, start, end }).slice(1, -1);
      this.ascii(slash === "\\" ? text : text.replaceAll("\\", slash));
    }
    return this.ascii('"');
  }

  /** Writes everything gathered. Throws OutputClosed when the other end of the pipe is closed. */
  async flush(): Promise<void> {
    this.#closePiece();
    const pieces = this.#pieces;
    this.#pieces = [];
    for (const piece of pieces) await this.#writeAll(piece);
  }

  #closePiece(): void {
    if (this.#small.length === 0) return;
    this.#pieces.push(this.#small.copy());
    this.#small.clear();
  }

  async #writeAll(piece: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < piece.length;) at += await this.#writer.write(piece.subarray(at));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
      throw error;
    }
  }
}
