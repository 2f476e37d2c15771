// The registers of a HyperLogLog of few elements: runs of equal registers, as Redis writes them.
//
//   00llllll            l+1 registers (1 to 64) are zero
//   01llllll llllllll   l+1 registers (1 to 16384) are zero
//   1vvvvvll            l+1 registers (1 to 4) have the value v+1 (1 to 32)
import { REGISTERS } from "./registers.ts";

const LONG_ZEROS_BIT = 0x40;
const VALUES_BIT = 0x80;
const SHORT_ZEROS_MAX = 64;
const VALUES_MAX = 4;
/** Largest value that a run can have. */
export const SPARSE_VALUE_MAX = 32;
/** Bytes that one more value may take. */
export const SPARSE_GROWTH_MAX = 3;

/** Reads runs one after the other. The second byte of a run that ends too early counts as zero. */
export class SparseRuns {
  /** Of the last run. */
  value = 0;
  length = 0;
  /** Whether the last run was two bytes of zeros. */
  long = false;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  /** Goes to the first of the runs from `start` up to `end`. */
  open(bytes: Uint8Array, start: number, end: number): this {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    return this;
  }

  /** Reads the next run; false at the end. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const bytes = this.#bytes, byte = bytes[this.#at++];
    this.long = (byte & 0xc0) === LONG_ZEROS_BIT;
    if (byte >= VALUES_BIT) {
      this.value = (byte >>> 2 & 31) + 1;
      this.length = (byte & 3) + 1;
    } else {
      this.value = 0;
      this.length = (byte & 63) + 1;
      if (this.long) {
        const low = this.#at < this.#end ? bytes[this.#at] : 0;
        this.length = ((byte & 63) << 8 | low) + 1;
        this.#at++;
      }
    }
    return true;
  }
}

const runs = new SparseRuns();

/** Raises registers of a byte each to those of the runs; false where the runs are corrupted. */
export function mergeSparse(
  registers: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  let register = 0;
  for (runs.open(bytes, start, end); runs.next();) {
    const { length, value } = runs;
    if (register + length > REGISTERS) return false;
    for (let i = value === 0 ? length : 0; i < length; i++) {
      if (value > registers[register + i]) registers[register + i] = value;
    }
    register += length;
  }
  return register === REGISTERS;
}

/** Counts how many registers have each value; false where the runs are corrupted. */
export function sparseHistogram(
  bytes: Uint8Array,
  start: number,
  end: number,
  histogram: Int32Array,
): boolean {
  let register = 0;
  for (runs.open(bytes, start, end); runs.next();) {
    histogram[runs.value] += runs.length;
    register += runs.length;
  }
  return register === REGISTERS;
}

/** What {@link SparseRegisters.raise} did. */
export const SPARSE_UNCHANGED = 0;
export const SPARSE_RAISED = 1;
/** Nothing: runs cannot say it, or not in as many bytes as they may take. */
export const SPARSE_FULL = 2;
/** Nothing: the runs end before the register. */
export const SPARSE_CORRUPTED = 3;

/** Changes runs in place; behind {@link end} there is room for {@link SPARSE_GROWTH_MAX} bytes. */
export class SparseRegisters {
  end = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  /** The run that {@link #find} found, its first register and length, and the run before or 0. */
  #at = 0;
  #first = 0;
  #length = 0;
  #before = 0;
  readonly #fresh = new Uint8Array(5);
  #freshLength = 0;

  open(bytes: Uint8Array, start: number, end: number): this {
    this.#bytes = bytes;
    this.#start = start;
    this.end = end;
    return this;
  }

  /** Raises a register to `value`, unless it is as high; runs must not go beyond `limit`. */
  raise(register: number, value: number, limit: number): number {
    if (value > SPARSE_VALUE_MAX) return SPARSE_FULL;
    if (!this.#find(register)) return SPARSE_CORRUPTED;
    const bytes = this.#bytes, at = this.#at, byte = bytes[at];
    const old = byte >= VALUES_BIT ? (byte >>> 2 & 31) + 1 : 0;
    if (old >= value) return SPARSE_UNCHANGED;
    const oldBytes = (byte & 0xc0) === LONG_ZEROS_BIT ? 2 : 1;
    if (at + oldBytes > this.end) return SPARSE_CORRUPTED;
    if (oldBytes === 1 && this.#length === 1) bytes[at] = valuesRun(value, 1);
    else {
      this.#split(register, old, value);
      const growth = this.#freshLength - oldBytes;
      if (growth > 0 && this.end + growth > limit) return SPARSE_FULL;
      if (growth !== 0) bytes.copyWithin(at + this.#freshLength, at + oldBytes, this.end);
      for (let i = 0; i < this.#freshLength; i++) bytes[at + i] = this.#fresh[i];
      this.end += growth;
    }
    this.#join();
    return SPARSE_RAISED;
  }

  /** Finds the run that a register stands in; false where there is none. */
  #find(register: number): boolean {
    const bytes = this.#bytes, end = this.end;
    let at = this.#start, before = 0, first = 0;
    while (at < end) {
      const byte = bytes[at];
      let length: number, size = 1;
      if (byte >= VALUES_BIT) length = (byte & 3) + 1;
      else if (byte < LONG_ZEROS_BIT) length = byte + 1;
      else {
        length = ((byte & 63) << 8 | (at + 1 < end ? bytes[at + 1] : 0)) + 1;
        size = 2;
      }
      if (register < first + length) {
        this.#at = at;
        this.#first = first;
        this.#length = length;
        this.#before = before;
        return true;
      }
      before = at;
      at += size;
      first += length;
    }
    return false;
  }

  /** Makes the runs that take the place of the one that was found. */
  #split(register: number, old: number, value: number): void {
    this.#freshLength = 0;
    this.#add(old, register - this.#first);
    this.#add(value, 1);
    this.#add(old, this.#first + this.#length - 1 - register);
  }

  #add(value: number, length: number): void {
    const fresh = this.#fresh;
    if (length === 0) return;
    if (value > 0) fresh[this.#freshLength++] = valuesRun(value, length);
    else if (length <= SHORT_ZEROS_MAX) fresh[this.#freshLength++] = length - 1;
    else {
      fresh[this.#freshLength++] = LONG_ZEROS_BIT | length - 1 >>> 8;
      fresh[this.#freshLength++] = length - 1 & 0xff;
    }
  }

  /** Joins neighbours of the same value around the run that changed, in five steps as Redis does. */
  #join(): void {
    const bytes = this.#bytes;
    let at = this.#before === 0 ? this.#start : this.#before;
    for (let steps = 5; steps > 0 && at < this.end; steps--) {
      const byte = bytes[at];
      if (byte < VALUES_BIT) at += byte < LONG_ZEROS_BIT ? 1 : 2;
      else if (at + 1 < this.end && canJoin(byte, bytes[at + 1])) {
        // The lengths are stored less one.
        bytes[at + 1] += (byte & 3) + 1;
        bytes.copyWithin(at, at + 1, this.end--);
      } else at++;
    }
  }
}

function valuesRun(value: number, length: number): number {
  return VALUES_BIT | value - 1 << 2 | length - 1;
}

/** Whether two runs have the same value and are short enough together; the first is not of zeros. */
function canJoin(first: number, second: number): boolean {
  return (first & 0xfc) === (second & 0xfc) && (first & 3) + (second & 3) + 2 <= VALUES_MAX;
}
