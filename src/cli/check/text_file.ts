// A file read in order, by line and by length, with the place where each began.
import { latin1 } from "../../base/bytes.ts";

const WINDOW_BYTES = 256 << 10;
const LF = 0x0a;

/** A cursor over a file of a known size. Texts have one character per byte. */
export class TextFile {
  readonly totalBytes: number;
  readonly #file: Deno.FsFile;
  readonly #window = new Uint8Array(WINDOW_BYTES);
  #windowOffset: number;
  #position = 0;
  #end = 0;

  constructor(file: Deno.FsFile, offset: number) {
    this.#file = file;
    this.totalBytes = file.statSync().size;
    this.#windowOffset = offset;
    file.seekSync(offset, Deno.SeekMode.Start);
  }

  /** Bytes from the start of the file. */
  get offset(): number {
    return this.#windowOffset + this.#position;
  }

  get remaining(): number {
    return this.totalBytes - this.offset;
  }

  /** The next byte, which stays; undefined at the end. */
  peek(): string | undefined {
    if (this.#position === this.#end && !this.#fill()) return undefined;
    return String.fromCharCode(this.#window[this.#position]);
  }

  /** The next line with its LF, or `limit` bytes of it, or what there is; empty at the end. */
  line(limit: number): string {
    let text = "";
    while (text.length < limit) {
      if (this.#position === this.#end && !this.#fill()) break;
      const until = Math.min(this.#end, this.#position + limit - text.length);
      const found = this.#window.indexOf(LF, this.#position);
      const end = found < 0 || found >= until ? until : found + 1;
      text += latin1(this.#window, this.#position, end);
      this.#position = end;
      if (text.endsWith("\n")) break;
    }
    return text;
  }

  /** The next `count` bytes, or what there is. */
  take(count: number): string {
    let text = "";
    while (text.length < count) {
      if (this.#position === this.#end && !this.#fill()) break;
      const end = Math.min(this.#end, this.#position + count - text.length);
      text += latin1(this.#window, this.#position, end);
      this.#position = end;
    }
    return text;
  }

  /** Passes over `count` bytes, which are there. */
  skip(count: number): void {
    if (count <= this.#end - this.#position) {
      this.#position += count;
      return;
    }
    this.#windowOffset = this.offset + count;
    this.#position = this.#end = 0;
    this.#file.seekSync(this.#windowOffset, Deno.SeekMode.Start);
  }

  #fill(): boolean {
    this.#windowOffset += this.#end;
    this.#position = this.#end = 0;
    const got = this.#file.readSync(this.#window);
    this.#end = got ?? 0;
    return got !== null;
  }
}
