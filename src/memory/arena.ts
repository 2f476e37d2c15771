// The arena: all user data, in blocks inside one WebAssembly.Memory that grows in place.
import { keepViewsOf } from "../base/bytes.ts";
import { invariant } from "../base/invariant.ts";
import { PageHeap } from "./page_heap.ts";
import {
  CLASS_BLOCKS,
  CLASS_COUNT,
  CLASS_OF_UNITS,
  CLASS_PAGES,
  CLASS_UNITS,
  MAX_SMALL_UNITS,
  PAGE_BYTES,
  PAGE_UNITS,
  UNIT_BYTES,
} from "./size_classes.ts";

const WASM_PAGE_BYTES = 65536;
/** 16 GiB, the most a 64-bit WebAssembly.Memory takes. */
const MAX_WASM_PAGES = 262144;
/** The largest request that shares a span with others; compared in bytes, which may exceed 32 bits. */
const MAX_SMALL_BYTES = MAX_SMALL_UNITS * UNIT_BYTES;
const GROW_STEP_LIMIT_BYTES = 256 * 1024 * 1024;

/** Thrown when the memory cannot grow any further. */
export class ArenaFullError extends Error {
  override name = "ArenaFullError";
}

/**
 * An allocator whose blocks are addressed by a reference: the block's byte offset divided by 8, a
 * positive 32-bit integer. 0 is no block. Blocks are 8-byte aligned and hold what they held before.
 * The views are replaced when the memory grows: read them from the arena after every allocation.
 */
export class Arena {
  u8!: Uint8Array;
  i32!: Int32Array;
  f64!: Float64Array;
  /** Bytes in blocks that are handed out, rounded up to their size class. */
  usedBytes = 0;
  /** Most that {@link usedBytes} ever was, as of the last {@link samplePeak}. */
  peakBytes = 0;
  #memory: WebAssembly.Memory;
  #pages: PageHeap;
  #limitPages = 0;
  #maxWasmPages: number;
  /** Per class: first span with a free block, 0 for none. */
  #partial = new Int32Array(CLASS_COUNT);
  // Columns beside those of the page heap, by span id.
  #spanClass = new Uint8Array(1);
  #spanFree = new Int32Array(1);
  #spanBump = new Int32Array(1);
  #spanUsed = new Int32Array(1);

  /** `maxBytes` bounds the memory, for tests; the default is the platform's 16 GiB. */
  constructor(maxBytes: number = MAX_WASM_PAGES * WASM_PAGE_BYTES) {
    this.#maxWasmPages = Math.ceil(maxBytes / WASM_PAGE_BYTES);
    const initial = BigInt(Math.min(16, this.#maxWasmPages));
    const descriptor = { address: "i64", initial, maximum: BigInt(this.#maxWasmPages) };
    this.#memory = new WebAssembly.Memory(descriptor as unknown as WebAssembly.MemoryDescriptor);
    this.#pages = new PageHeap((pages) => this.#growTo(pages));
    this.#refreshViews();
  }

  /** Bytes that spans take, free blocks inside them included: what fragmentation is measured on. */
  get mappedBytes(): number {
    return this.#pages.usedPages * PAGE_BYTES;
  }

  /** Bytes of the memory that were ever used. */
  get touchedBytes(): number {
    return this.#pages.topPage * PAGE_BYTES;
  }

  /** Bytes that it can grow by and that nobody had yet. */
  get untouchedBytes(): number {
    return this.#maxWasmPages * WASM_PAGE_BYTES - this.touchedBytes;
  }

  /** Remembers the peak; called where a number is reported and once per cron, not per allocation. */
  samplePeak(): number {
    if (this.usedBytes > this.peakBytes) this.peakBytes = this.usedBytes;
    return this.peakBytes;
  }

  /**
   * Grows in one step for about so many bytes more, if it can: each step replaces the views, and pages
   * that are not touched cost nothing.
   */
  expect(bytes: number): void {
    const most = this.#maxWasmPages * WASM_PAGE_BYTES / PAGE_BYTES;
    const pages = Math.min(most, this.#pages.topPage + Math.ceil(bytes / PAGE_BYTES));
    try {
      this.#growTo(pages);
    } catch (error) {
      if (!(error instanceof ArenaFullError)) throw error; // then what comes will grow it, or fail
    }
  }

  /** Allocates at least `bytes` bytes; their content is undefined. Throws {@link ArenaFullError}. */
  allocate(bytes: number): number {
    if (bytes > MAX_SMALL_BYTES) return this.#allocateLarge(bytes);
    const sizeClass = CLASS_OF_UNITS[(bytes + UNIT_BYTES - 1) >>> 3];
    let span = this.#partial[sizeClass];
    if (span === 0) span = this.#newSpan(sizeClass);
    let ref = this.#spanFree[span];
    if (ref !== 0) this.#spanFree[span] = this.i32[ref * 2];
    else {
      ref = this.#spanBump[span];
      this.#spanBump[span] = ref + CLASS_UNITS[sizeClass];
    }
    if (++this.#spanUsed[span] === CLASS_BLOCKS[sizeClass]) this.#unlinkPartial(span, sizeClass);
    this.usedBytes += CLASS_UNITS[sizeClass] * UNIT_BYTES;
    return ref;
  }

  /** Allocates `bytes` zero bytes without touching them where the memory is fresh. */
  allocateZeroed(bytes: number): number {
    if (bytes > MAX_SMALL_BYTES) {
      const pages = Math.ceil(bytes / PAGE_BYTES);
      const returned = this.#pages.takeReturned(pages);
      if (returned === 0) return this.#openLarge(this.#pages.takeFresh(pages));
      const ref = this.#openLarge(returned);
      this.u8.fill(0, ref * UNIT_BYTES, ref * UNIT_BYTES + bytes);
      return ref;
    }
    const ref = this.allocate(bytes);
    const at = ref * UNIT_BYTES;
    this.u8.fill(0, at, at + bytes);
    return ref;
  }

  /** Gives a block back. */
  free(ref: number): void {
    const span = this.#pages.pageSpan[ref >>> 9];
    const sizeClass = this.#spanClass[span];
    if (sizeClass === 0) return this.#freeLarge(span);
    this.i32[ref * 2] = this.#spanFree[span];
    this.#spanFree[span] = ref;
    this.usedBytes -= CLASS_UNITS[sizeClass] * UNIT_BYTES;
    const used = --this.#spanUsed[span];
    if (used === CLASS_BLOCKS[sizeClass] - 1) this.#linkPartial(span, sizeClass);
    // One empty span per class stays, so that a value written and deleted in turn costs no span.
    if (used === 0 && this.#pages.spanNext[this.#partial[sizeClass]] !== 0) {
      this.#unlinkPartial(span, sizeClass);
      this.#pages.give(span);
    }
  }

  /** Bytes the block really has: its size class, or whole pages. */
  usableBytes(ref: number): number {
    const span = this.#pages.pageSpan[ref >>> 9];
    const sizeClass = this.#spanClass[span];
    if (sizeClass === 0) return this.#pages.spanPages[span] * PAGE_BYTES;
    return CLASS_UNITS[sizeClass] * UNIT_BYTES;
  }

  /**
   * Makes a block at least `bytes` long and returns where it is now; the first `keep` bytes are kept.
   * A block that is long enough, and not more than twice too long, stays where it is.
   */
  resize(ref: number, bytes: number, keep: number): number {
    const usable = this.usableBytes(ref);
    if (bytes <= usable && (usable <= 64 || bytes * 2 >= usable)) return ref;
    if (usable > MAX_SMALL_BYTES && bytes > usable && this.#extend(ref, bytes)) return ref;
    const moved = this.allocate(bytes);
    const from = ref * UNIT_BYTES;
    this.u8.copyWithin(moved * UNIT_BYTES, from, from + keep);
    this.free(ref);
    return moved;
  }

  /** Grows a large block where it stands: a string that is appended to is not copied each time. */
  #extend(ref: number, bytes: number): boolean {
    const pages = this.#pages, span = pages.pageSpan[ref >>> 9];
    const before = pages.spanPages[span];
    try {
      if (!pages.extend(span, Math.ceil(bytes / PAGE_BYTES))) return false;
    } catch (error) {
      if (error instanceof ArenaFullError) return false; // there may be room in front
      throw error;
    }
    this.usedBytes += (pages.spanPages[span] - before) * PAGE_BYTES;
    return true;
  }

  /** Size that a request of `bytes` takes, without allocating it. */
  static roundUp(bytes: number): number {
    if (bytes > MAX_SMALL_BYTES) return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
    return CLASS_UNITS[CLASS_OF_UNITS[(bytes + UNIT_BYTES - 1) >>> 3]] * UNIT_BYTES;
  }

  #allocateLarge(bytes: number): number {
    return this.#openLarge(this.#pages.take(Math.ceil(bytes / PAGE_BYTES)));
  }

  #openLarge(span: number): number {
    this.#ensureColumns();
    this.#spanClass[span] = 0;
    this.usedBytes += this.#pages.spanPages[span] * PAGE_BYTES;
    return this.#pages.spanPage[span] * PAGE_UNITS;
  }

  #freeLarge(span: number): void {
    this.usedBytes -= this.#pages.spanPages[span] * PAGE_BYTES;
    this.#pages.give(span);
  }

  #newSpan(sizeClass: number): number {
    const span = this.#pages.take(CLASS_PAGES[sizeClass]);
    this.#ensureColumns();
    this.#pages.coverPages(span);
    this.#spanClass[span] = sizeClass;
    this.#spanFree[span] = 0;
    this.#spanBump[span] = this.#pages.spanPage[span] * PAGE_UNITS;
    this.#spanUsed[span] = 0;
    this.#linkPartial(span, sizeClass);
    return span;
  }

  #linkPartial(span: number, sizeClass: number): void {
    const { spanNext, spanPrevious } = this.#pages;
    const head = this.#partial[sizeClass];
    spanNext[span] = head;
    spanPrevious[span] = 0;
    if (head !== 0) spanPrevious[head] = span;
    this.#partial[sizeClass] = span;
  }

  #unlinkPartial(span: number, sizeClass: number): void {
    const { spanNext, spanPrevious } = this.#pages;
    const next = spanNext[span], previous = spanPrevious[span];
    if (next !== 0) spanPrevious[next] = previous;
    if (previous !== 0) spanNext[previous] = next;
    else this.#partial[sizeClass] = next;
  }

  #ensureColumns(): void {
    const length = this.#pages.idLimit;
    if (this.#spanFree.length >= length) return;
    const grow = <A extends Int32Array | Uint8Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    this.#spanClass = grow(this.#spanClass, new Uint8Array(length));
    this.#spanFree = grow(this.#spanFree, new Int32Array(length));
    this.#spanBump = grow(this.#spanBump, new Int32Array(length));
    this.#spanUsed = grow(this.#spanUsed, new Int32Array(length));
  }

  /** Untouched pages cost nothing, so the memory grows in generous steps. */
  #growTo(pages: number): void {
    if (pages <= this.#limitPages) return;
    const have = this.#limitPages * PAGE_BYTES;
    const step = Math.min(GROW_STEP_LIMIT_BYTES, Math.max(have / 2, 4 << 20));
    const wanted = Math.ceil(Math.max(pages * PAGE_BYTES, have + step) / WASM_PAGE_BYTES);
    const needed = Math.ceil(pages * PAGE_BYTES / WASM_PAGE_BYTES);
    const current = this.#memory.buffer.byteLength / WASM_PAGE_BYTES;
    const target = Math.max(needed, Math.min(wanted, this.#maxWasmPages));
    if (target > current && !this.#tryGrow(target - current) && !this.#tryGrow(needed - current)) {
      throw new ArenaFullError(`cannot grow the memory to ${pages * PAGE_BYTES} bytes`);
    }
    this.#refreshViews();
    invariant(pages <= this.#limitPages, "the memory grew as asked");
  }

  #tryGrow(wasmPages: number): boolean {
    try {
      (this.#memory.grow as unknown as (delta: bigint) => bigint).call(
        this.#memory,
        BigInt(wasmPages),
      );
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  #refreshViews(): void {
    const buffer = this.#memory.buffer;
    this.u8 = new Uint8Array(buffer);
    keepViewsOf(this.u8);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.#limitPages = Math.floor(buffer.byteLength / PAGE_BYTES);
  }
}
