// Writes replies without waiting: one buffer is being written while the other fills.
import type { HeldOutput, ReplyGate } from "../engine/reply_gate.ts";
import { giveLargeBuffer, LARGE_REPLY_BYTES, LARGEST_KEPT_BYTES } from "../resp/large_buffers.ts";
import type { ReplyWriter } from "../resp/reply_writer.ts";

/** What is written to. */
export interface ByteWriter {
  write(bytes: Uint8Array): Promise<number>;
}

const NO_BYTES = new Uint8Array(0);

/** A part of a buffer as it was last written. */
interface Part {
  of: Uint8Array;
  bytes: Uint8Array;
}

/** The output side of a connection. At most one write is under way; its buffer is not touched. */
export class OutputQueue implements HeldOutput {
  readonly #target: ByteWriter;
  readonly #writer: ReplyWriter;
  readonly #onWritten: (bytes: number) => void;
  readonly #onError: () => void;
  readonly #gate: ReplyGate | undefined;
  #spare: Uint8Array<ArrayBuffer> = NO_BYTES;
  /**
   * What the last write took, of what is now the spare buffer, and the one before, of the other: a
   * client that gets replies of one length, one by one, needs no new view for each.
   */
  #part: Part = { of: NO_BYTES, bytes: NO_BYTES };
  #partBefore: Part = { of: NO_BYTES, bytes: NO_BYTES };
  #inFlight = 0;
  #held = false;
  /** Bytes of the buffer in flight that earlier, shorter writes took. */
  #sent = 0;
  #writing = false;
  #failed = false;
  #peak = 0;
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(options: {
    target: ByteWriter;
    writer: ReplyWriter;
    onWritten: (bytes: number) => void;
    onError: () => void;
    /** Where what came during a write may have to wait when the write ends. */
    gate?: ReplyGate;
  }) {
    this.#target = options.target;
    this.#writer = options.writer;
    this.#onWritten = options.onWritten;
    this.#onError = options.onError;
    this.#gate = options.gate;
  }

  /** Bytes that wait to be written or are being written. */
  get pendingBytes(): number {
    return this.#inFlight + this.#writer.length;
  }

  /** Bytes of both buffers. */
  get bufferBytes(): number {
    return this.#spare.length + this.#writer.buffer.length;
  }

  /** Whether a write is under way. */
  get writing(): boolean {
    return this.#writing;
  }

  /** Bytes that the last flush took. */
  get peak(): number {
    return this.#peak;
  }

  /** Nothing more leaves until {@link letOut}; what is being written goes on. */
  hold(): void {
    this.#held = true;
  }

  letOut(): void {
    this.#held = false;
    this.flush();
  }

  /** Starts writing what the reply writer holds, unless a write is under way: its end will. */
  flush(): void {
    if (this.#writing || this.#writer.length === 0 || this.#held) return;
    if (this.#failed) return this.discard();
    const full = this.#writer.buffer, length = this.#writer.length;
    this.#writer.buffer = this.#spare;
    this.#writer.length = 0;
    this.#spare = full;
    this.#inFlight = this.#peak = length;
    this.#expect(length);
    this.#writing = true;
    this.#target.write(this.#partOf(full, length)).then(this.#wrote, this.#fail);
  }

  #partOf(buffer: Uint8Array, length: number): Uint8Array {
    const part = this.#partBefore;
    this.#partBefore = this.#part;
    this.#part = part;
    if (buffer.length > LARGE_REPLY_BYTES) {
      part.of = part.bytes = NO_BYTES; // it took the place of a smaller one
      return buffer.subarray(0, length); // it is given back
    }
    if (part.of !== buffer || part.bytes.length !== length) {
      part.of = buffer;
      part.bytes = buffer.subarray(0, length);
    }
    return part.bytes;
  }

  /**
   * Large buffers go back after each write. Who reads long lists in a pipeline needs the next at once:
   * reaching its size in steps, from nothing, took half of the time of LRANGE of 100 elements. A small
   * reply between large ones, as the rest of a batch is, does not change that.
   */
  #expect(length: number): void {
    const expected = Math.max(length, this.#writer.expectedBytes >>> 1);
    if (expected <= LARGE_REPLY_BYTES) this.#writer.expectedBytes = 0;
    else this.#writer.expectedBytes = Math.min(expected, LARGEST_KEPT_BYTES);
  }

  readonly #wrote = (count: number): void => {
    this.#onWritten(count);
    if (count < this.#inFlight) {
      // A write may take fewer bytes than offered.
      const from = this.#sent + count;
      this.#sent = from;
      this.#inFlight -= count;
      this.#target.write(this.#spare.subarray(from, from + this.#inFlight))
        .then(this.#wrote, this.#fail);
      return;
    }
    this.#finish();
  };

  #finish(): void {
    this.#sent = this.#inFlight = 0;
    this.#writing = false;
    if (this.#spare.length > LARGE_REPLY_BYTES) {
      if (!this.#failed) giveLargeBuffer(this.#spare);
      this.#spare = NO_BYTES;
    }
    if (this.#writer.length > 0) this.#flushNext();
    if (!this.#writing && this.#writer.length === 0) this.#release();
  }

  /** Others may have written to this client what is not in the append-only file yet. */
  #flushNext(): void {
    if (this.#gate?.closed) this.#gate.hold(this);
    else this.flush();
  }

  #release(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  readonly #fail = (): void => {
    this.discard();
    this.#onError();
    this.#finish();
  };

  /**
   * The other end will not get what waits, nor anything that comes later. Nobody waits any longer
   * either: on Deno 2.4 a write under way does not end when the connection is closed.
   */
  discard(): void {
    this.#failed = true;
    this.#release();
    this.#writer.length = 0;
    if (this.#writer.buffer.length > LARGE_REPLY_BYTES) this.#writer.buffer = NO_BYTES.slice();
  }

  /** Resolves when everything is written, or cannot be. */
  drained(): Promise<void> {
    this.flush();
    if (this.#failed || !this.#writing && this.#writer.length === 0) return Promise.resolve();
    this.#drained ??= Promise.withResolvers<void>();
    return this.#drained.promise;
  }
}
