// Decodes the commands of an append-only file in place, and tells a torn end from damage.
import { Request } from "../resp/request.ts";
import { findWholeCommand, onlyZerosFrom, type SeekableFile } from "./aof_damage.ts";

const CR = 0x0d, LF = 0x0a;
const STAR = 0x2a, DOLLAR = 0x24, HASH = 0x23;
const ZERO = 0x30, NINE = 0x39;
/** Measured: larger windows leave the processor's cache, smaller ones cost more reads. */
const WINDOW_BYTES = 256 << 10;
/** More is not a comment but damage. */
const COMMENT_MAX_BYTES = 64 << 10;
/** Digits of a count or a length; more cannot be meant. */
const DIGITS_MAX = 15;
/** Lengths are numbers of 31 bits in memory; as for commands. Redis takes more if it was configured to. */
const ARGUMENT_MAX_BYTES = 2 ** 31 - 4096;
/** `$0`, two line ends. */
const SHORTEST_ARGUMENT_BYTES = 6;
/** A window that one huge command made large is given back beyond this. */
const LARGE_WINDOW_BYTES = 4 << 20;

/** What {@link AofReader} found in place of a command. */
export interface AofFault {
  /** "torn": the file ends within a command. "damaged": what stands there is no command. */
  readonly kind: "torn" | "damaged";
  /** Where the command begins, bytes from the start of the file. */
  readonly commandOffset: number;
  /** Where reading stopped. */
  readonly offset: number;
  readonly reason: string;
}

/** More bytes are needed / no command stands there. */
const PARTIAL = -1, FAULTY = -2;

/**
 * Reads an append-only file from `offset` on. Comments (`#TS:` and any other) are passed over. What
 * {@link read} decoded is borrowed from a window over the file until the next call.
 */
export class AofReader {
  /** The decoded commands. */
  readonly batch: Request[] = [];
  /** Why {@link read} answered 0 before the end of the file. */
  fault: AofFault | undefined;
  readonly #file: SeekableFile;
  readonly #totalBytes: number;
  /** For telling commands from values that look like some. */
  readonly #isCommand: (name: string) => boolean;
  #window: Uint8Array = new Uint8Array(WINDOW_BYTES);
  /** Where the window begins in the file. */
  #windowOffset: number;
  #position = 0;
  #end = 0;
  /** Bytes from the start of a command that it is known to need. */
  #needed = 0;
  /** Where a number ended, and where reading stopped. */
  #at = 0;
  #reason = "";

  constructor(options: {
    file: SeekableFile;
    /** Size of the whole file, bytes. */
    totalBytes: number;
    offset: number;
    isCommand: (name: string) => boolean;
  }) {
    this.#file = options.file;
    this.#totalBytes = options.totalBytes;
    this.#windowOffset = options.offset;
    this.#isCommand = options.isCommand;
    options.file.seekSync(options.offset, Deno.SeekMode.Start);
  }

  /** Behind the last command that was decoded, bytes from the start of the file. */
  get offset(): number {
    return this.#windowOffset + this.#position;
  }

  /** Where a command of {@link batch} begins in the file. */
  offsetOf(request: Request): number {
    return this.#windowOffset + request.position;
  }

  /** Decodes up to `limit` commands; 0 at the end of the file, or with {@link fault}. */
  read(limit: number): number {
    if (this.fault !== undefined) return 0;
    for (;;) {
      const count = this.#decodeBatch(limit);
      if (count > 0 || this.fault !== undefined) return count;
      if (!this.#fill()) {
        if (this.#position < this.#end || this.#needed > 0) this.#latchTorn();
        return 0;
      }
    }
  }

  #decodeBatch(limit: number): number {
    const { batch } = this;
    let count = 0;
    while (count < limit && this.#position < this.#end) {
      if (count === batch.length) batch.push(new Request());
      const isComment = this.#window[this.#position] === HASH;
      const next = isComment ? this.#comment() : this.#command(batch[count]);
      if (next === PARTIAL) return count;
      if (next === FAULTY) {
        if (count === 0) this.#latchDamage();
        return count; // what came before is run first
      }
      this.#position = next;
      if (!isComment) count++;
    }
    return count;
  }

  /** The command at the position; answers where it ends. */
  #command(request: Request): number {
    const window = this.#window, end = this.#end, start = this.#position;
    request.count = 0;
    request.position = start;
    if (window[start] !== STAR) return this.#faulty(start, "no command begins here");
    let left = this.#number(start + 1);
    if (left < 0) return left;
    if (left === 0) return this.#faulty(start, "a command without arguments");
    let at = this.#at;
    if (left * SHORTEST_ARGUMENT_BYTES > end - at) {
      if (this.#tooLong(at, left * SHORTEST_ARGUMENT_BYTES)) return PARTIAL;
    }
    for (; left > 0; left--) {
      if (at >= end) return this.#partial(at + left * SHORTEST_ARGUMENT_BYTES);
      if (window[at] !== DOLLAR) return this.#faulty(at, "the length of an argument is due");
      const length = this.#number(at + 1);
      if (length < 0) return length;
      const from = this.#at, to = from + length;
      if (length > ARGUMENT_MAX_BYTES && !this.#tooLong(from, length)) {
        return this.#faulty(at + 1, `an argument of ${length} bytes is too long to be kept`);
      }
      at = to + 2;
      if (at > end) return this.#partial(at);
      if (window[to] !== CR || window[to + 1] !== LF) {
        return this.#faulty(to, "an argument is not as long as its length says");
      }
      request.next().set(window, from, to);
    }
    return at;
  }

  /** The digits at `at`; the line behind them ends at {@link #at}. */
  #number(at: number): number {
    const window = this.#window, end = this.#end;
    const start = at;
    let value = 0;
    for (; at < end; at++) {
      const byte = window[at];
      if (byte < ZERO || byte > NINE) break;
      value = value * 10 + byte - ZERO;
    }
    const digits = at - start;
    if (digits > DIGITS_MAX) return this.#faulty(start, "a number has too many digits");
    if (at < end && (digits === 0 || window[at] !== CR)) {
      return this.#faulty(at, "a number is due");
    }
    if (at + 1 >= end) return this.#partial(at + 2);
    if (window[at + 1] !== LF) return this.#faulty(at + 1, "a line end is due");
    this.#at = at + 2;
    return value;
  }

  #comment(): number {
    const lineEnd = this.#window.indexOf(LF, this.#position + 1);
    if (lineEnd >= 0 && lineEnd < this.#end) return lineEnd + 1;
    if (this.#end - this.#position > COMMENT_MAX_BYTES) {
      return this.#faulty(this.#position, "a comment does not end");
    }
    return this.#partial(this.#end + 1);
  }

  /** Whether `count` bytes from `at` on are more than the file has. */
  #tooLong(at: number, count: number): boolean {
    if (this.#windowOffset + at + count <= this.#totalBytes) return false;
    this.#partial(at + count);
    return true;
  }

  /** The command goes on at least until `until`, an index in the window. */
  #partial(until: number): typeof PARTIAL {
    this.#needed = until - this.#position;
    return PARTIAL;
  }

  #faulty(at: number, reason: string): typeof FAULTY {
    this.#at = at;
    this.#reason = reason;
    return FAULTY;
  }

  /** Reads on; false at the end of the file, or where it cannot hold what a command claims. */
  #fill(): boolean {
    const held = this.#end - this.#position;
    const left = this.#totalBytes - this.#windowOffset - this.#end;
    if (left <= 0 || this.#needed > held + left) return false;
    this.#makeRoom(held);
    const limit = Math.min(this.#window.length, this.#end + left);
    const got = this.#file.readSync(this.#window.subarray(this.#end, limit));
    if (got === null) return false;
    this.#end += got;
    return true;
  }

  /** What is held moves to the front of the window, or of one that suits what is needed. */
  #makeRoom(held: number): void {
    const wanted = Math.max(this.#needed, WINDOW_BYTES);
    this.#needed = 0;
    const old = this.#window;
    if (old.length < wanted || old.length > LARGE_WINDOW_BYTES && wanted * 8 < old.length) {
      this.#window = new Uint8Array(Math.max(wanted, held * 2));
      this.#window.set(old.subarray(this.#position, this.#end));
    } else old.copyWithin(0, this.#position, this.#end);
    this.#windowOffset += this.#position;
    this.#position = 0;
    this.#end = held;
  }

  /** The file ends within a command, unless it only seems so: then a length was damaged. */
  #latchTorn(): void {
    const from = this.offset, file = this.#file, totalBytes = this.#totalBytes;
    const isCommand = this.#isCommand;
    const next = findWholeCommand({ file, totalBytes, from: from + 1, isCommand });
    this.fault = next === undefined
      ? this.#fault("torn", totalBytes, "the file ends within it")
      : this.#fault("damaged", from, `it ends beyond the file, but a command follows at ${next}`);
  }

  #latchDamage(): void {
    const offset = this.#windowOffset + this.#at;
    // A file system may have made the file longer, but not yet written the bytes, when it lost power.
    this.fault = onlyZerosFrom(this.#file, offset)
      ? this.#fault("torn", offset, "only zeros follow")
      : this.#fault("damaged", offset, this.#reason);
  }

  #fault(kind: AofFault["kind"], offset: number, reason: string): AofFault {
    return { kind, commandOffset: this.offset, offset, reason };
  }
}
