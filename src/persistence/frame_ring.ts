// Frames of a dump on their way from one thread to another, in memory that both see. One writes, one
// reads; neither waits for an event loop.
import { FRAME_MAX_BYTES, FRAME_MAX_MARKS } from "../rdb/rdb_output.ts";

/** Word indexes: what the writer has written and the reader taken so far, bytes modulo 2^32. */
const WRITTEN = 0;
const TAKEN = 1;
/** What the writer wants of the reader, and what the reader says of itself. */
const WISH = 2;
const STATE = 3;
/** Length of the text that the reader leaves when it fails. */
const TEXT_BYTES = 4;
const TEXT_AT = 32;
const TEXT_MAX_BYTES = 2016;
const HEADER_BYTES = TEXT_AT + TEXT_MAX_BYTES;
/** So much waits before the reader is woken for it. */
const WAKE_BYTES = 256 << 10;
/** Before each frame: its kind, how many marks and bytes it has, and a word to make them even. */
const FRAME_WORDS = 4;

export type FrameKind = typeof FRAME_KIND[keyof typeof FRAME_KIND];
/** What a frame is: part of the dump, its end, or the wish that what came before be synced. */
export const FRAME_KIND = { part: 0, last: 1, sync: 2 } as const;

/** How it goes with whoever reads: `broken` is a mistake of ours, `failed` one of the file's. */
export const RING_STATE = { starting: 0, filling: 1, complete: 2, failed: 3, broken: 4 } as const;
export type RingState = typeof RING_STATE[keyof typeof RING_STATE];

/** A frame that was taken; valid until the next one is. */
export interface Frame {
  readonly kind: FrameKind;
  readonly bytes: Uint8Array;
  readonly marks: Int32Array;
}

const WISH_NOTHING = 0, WISH_STOP = 1;

/** One end of a ring of frames; both ends are made of the same shared memory. */
export class FrameRing {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  readonly #ints: Int32Array<SharedArrayBuffer>;
  readonly #capacity: number;
  /** What {@link take} copies to, made when it is called first. */
  #target: { bytes: Uint8Array<ArrayBuffer>; marks: Int32Array<ArrayBuffer> } | undefined;

  constructor(shared: SharedArrayBuffer) {
    this.shared = shared;
    this.#words = new Int32Array(shared, 0, HEADER_BYTES >>> 2);
    this.#bytes = new Uint8Array(shared, HEADER_BYTES);
    this.#ints = new Int32Array(shared, HEADER_BYTES);
    this.#capacity = this.#bytes.length;
  }

  /** A ring for so many bytes, a power of two that is not below 256 KiB. */
  static ofBytes(capacity: number): FrameRing {
    return new FrameRing(new SharedArrayBuffer(HEADER_BYTES + capacity));
  }

  /** Makes it as new, once nobody else looks at it. */
  reset(): void {
    this.#words.fill(0);
  }

  /** Bytes that were written and not taken yet. */
  get waitingBytes(): number {
    return Atomics.load(this.#words, WRITTEN) - Atomics.load(this.#words, TAKEN) | 0;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Puts a frame behind the others; false, and nothing done, where there is no room for it. */
  put(kind: FrameKind, bytes: Uint8Array, marks: Int32Array): boolean {
    // Eight bytes are copied at a time where both begin at a multiple of eight; else it is one, in memory
    // that threads share. The marks are pairs.
    const size = (FRAME_WORDS + marks.length) * 4 + (bytes.length + 7 & ~7);
    if (size > this.#capacity - this.waitingBytes) return false;
    const written = this.#words[WRITTEN]; // nobody else changes it
    let at = this.#putWord(written, kind);
    at = this.#putWord(at, marks.length);
    at = this.#putWord(at, bytes.length) + 4;
    const last = this.#capacity - 1, word = (at & last) >>> 2;
    const first = Math.min(marks.length, (this.#capacity >>> 2) - word);
    this.#ints.set(marks.subarray(0, first), word);
    this.#ints.set(marks.subarray(first), 0);
    at = at + marks.length * 4 & last;
    const whole = Math.min(bytes.length, this.#capacity - at);
    this.#bytes.set(bytes.subarray(0, whole), at);
    this.#bytes.set(bytes.subarray(whole), 0);
    Atomics.store(this.#words, WRITTEN, written + size | 0);
    // Waking a thread takes a tenth of what filling a frame does: the reader looks by itself now and then.
    if (kind !== FRAME_KIND.part || this.waitingBytes >= WAKE_BYTES) this.#wake();
    return true;
  }

  #wake(): void {
    Atomics.notify(this.#words, WRITTEN);
  }

  #putWord(at: number, value: number): number {
    this.#ints[(at & this.#capacity - 1) >>> 2] = value;
    return at + 4 | 0;
  }

  /** Takes the next frame, if there is one. */
  take(): Frame | undefined {
    if (this.waitingBytes === 0) return undefined;
    const { bytes, marks } = this.#target ??= {
      bytes: new Uint8Array(FRAME_MAX_BYTES),
      marks: new Int32Array(FRAME_MAX_MARKS),
    };
    const taken = this.#words[TAKEN], last = this.#capacity - 1;
    const wordAt = (index: number) => this.#ints[(taken + index * 4 & last) >>> 2];
    const kind = wordAt(0) as FrameKind, markCount = wordAt(1), length = wordAt(2);
    for (let i = 0; i < markCount; i++) marks[i] = wordAt(FRAME_WORDS + i);
    const at = taken + (FRAME_WORDS + markCount) * 4 & last;
    const whole = Math.min(length, this.#capacity - at);
    bytes.set(this.#bytes.subarray(at, at + whole));
    bytes.set(this.#bytes.subarray(0, length - whole), whole);
    const size = (FRAME_WORDS + markCount) * 4 + (length + 7 & ~7);
    Atomics.store(this.#words, TAKEN, taken + size | 0);
    Atomics.notify(this.#words, TAKEN);
    return { kind, bytes: bytes.subarray(0, length), marks: marks.subarray(0, markCount) };
  }

  /** Stops the thread until there is a frame, or for so long. */
  waitForFrame(ms: number): void {
    const written = Atomics.load(this.#words, WRITTEN);
    if (written === this.#words[TAKEN]) Atomics.wait(this.#words, WRITTEN, written, ms);
  }

  /** Stops the thread until a frame is taken; false when none was for so long. */
  waitForRoom(ms: number): boolean {
    const taken = Atomics.load(this.#words, TAKEN);
    if (Atomics.load(this.#words, WRITTEN) === taken) return true;
    return Atomics.wait(this.#words, TAKEN, taken, ms) !== "timed-out";
  }

  /** The reader begins; false where the writer waits for it no more. */
  begin(): boolean {
    const { starting, filling } = RING_STATE;
    return Atomics.compareExchange(this.#words, STATE, starting, filling) === starting;
  }

  /** The writer waits for the reader no more; false where that has begun. */
  giveUpStart(): boolean {
    const { starting, broken } = RING_STATE;
    return Atomics.compareExchange(this.#words, STATE, starting, broken) === starting;
  }

  /** Asks the reader to leave what it does. */
  stop(): void {
    Atomics.store(this.#words, WISH, WISH_STOP);
    this.#wake();
  }

  get isStopped(): boolean {
    return Atomics.load(this.#words, WISH) !== WISH_NOTHING;
  }

  get state(): RingState {
    return Atomics.load(this.#words, STATE) as RingState;
  }

  set state(state: RingState) {
    Atomics.store(this.#words, STATE, state);
  }

  /** Says that the reader has ended, and why; what waits is gone, and who waits for room need not. */
  fail(state: RingState, text: string): void {
    // A view on shared memory is no place to encode to.
    const bytes = new TextEncoder().encode(text).subarray(0, TEXT_MAX_BYTES);
    new Uint8Array(this.shared).set(bytes, TEXT_AT);
    this.#words[TEXT_BYTES] = bytes.length;
    this.state = state;
    // Who looked at the state just before, and waits for room only now, must see a change.
    Atomics.store(this.#words, TAKEN, Atomics.load(this.#words, WRITTEN));
    Atomics.notify(this.#words, TAKEN);
  }

  /** What {@link fail} was told. */
  get failure(): string {
    const bytes = new Uint8Array(this.shared, TEXT_AT, this.#words[TEXT_BYTES]);
    return new TextDecoder().decode(bytes.slice());
  }
}
