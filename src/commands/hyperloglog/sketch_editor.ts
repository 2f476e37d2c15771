// Changing registers of a HyperLogLog under a key.
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { type Database, KEEP_EXPIRY, NO_EXPIRY } from "../../store/database.ts";
import { ENCODING_RAW } from "../../store/entry.ts";
import { denseRegister, packRegisters, REGISTERS, setDenseRegister } from "./registers.ts";
import {
  DENSE,
  DENSE_BYTES,
  EMPTY_SKETCH,
  ENCODING_AT,
  forgetEstimate,
  HEADER_BYTES,
  isDense,
  makeWritable,
  mergeSketch,
} from "./sketch.ts";
import {
  SPARSE_CORRUPTED,
  SPARSE_FULL,
  SPARSE_GROWTH_MAX,
  SPARSE_RAISED,
  SparseRegisters,
} from "./sparse.ts";

/** Room that a sparse one is given at a time while it is changed, bytes. */
const ROOM_BYTES = 5 * SPARSE_GROWTH_MAX;

const registers = new Uint8Array(REGISTERS);
const dense = new Slice(new Uint8Array(DENSE_BYTES));

/**
 * Makes the HyperLogLog of an entry dense; the key was looked up last. Answers the entry, 0 when it
 * is corrupted: then it is as it was.
 */
export function makeDense(database: Database, key: Slice, ref: number): number {
  const old = database.stringOf(ref);
  registers.fill(0);
  if (!mergeSketch(registers, old)) return 0;
  const { bytes } = dense;
  for (let i = 0; i < HEADER_BYTES; i++) bytes[i] = old.bytes[old.start + i];
  bytes[ENCODING_AT] = DENSE;
  packRegisters(registers, bytes, HEADER_BYTES);
  return database.putString(ref, key, dense, ENCODING_RAW, KEEP_EXPIRY);
}

/** One HyperLogLog while it is changed. A sparse one has room behind its end until {@link close}. */
export class SketchEditor {
  /** Set when a register could not be raised because the runs are corrupted. */
  corrupted = false;
  #database!: Database;
  #key!: Slice;
  #ref = 0;
  #maxSparseBytes = 0;
  #dense = false;
  #bytes: Uint8Array = dense.bytes;
  #start = 0;
  /** Where the runs of a sparse one end, and where the room behind them does. */
  #end = 0;
  #roomEnd = 0;
  readonly #sparse = new SparseRegisters();

  /** Opens the HyperLogLog of the key that was looked up last; `ref` 0 makes a new one. */
  open(call: Call, key: Slice, ref: number): this {
    const { database } = call;
    this.#database = database;
    this.#key = key;
    this.corrupted = false;
    this.#maxSparseBytes = call.services.config.int("hll-sparse-max-bytes");
    this.#ref = ref === 0
      ? database.putString(0, key, EMPTY_SKETCH, ENCODING_RAW, NO_EXPIRY)
      : makeWritable(call, ref);
    this.#locate();
    return this;
  }

  #locate(): void {
    const sketch = this.#database.stringOf(this.#ref);
    this.#dense = isDense(sketch);
    this.#bytes = sketch.bytes;
    this.#start = sketch.start;
    this.#end = this.#roomEnd = sketch.end;
  }

  /** Makes it dense; false when it is corrupted. */
  becomeDense(): boolean {
    if (this.#dense) return true;
    this.#trim();
    const ref = makeDense(this.#database, this.#key, this.#ref);
    this.corrupted = ref === 0;
    if (ref !== 0) {
      this.#ref = ref;
      this.#locate();
    }
    return ref !== 0;
  }

  /** Raises a register to `value`; false when it is as high, or {@link corrupted}. */
  raise(register: number, value: number): boolean {
    if (this.#dense) return this.#raiseDense(register, value);
    if (this.#roomEnd - this.#end < SPARSE_GROWTH_MAX) this.#makeRoom();
    const sparse = this.#sparse, start = this.#start;
    sparse.open(this.#bytes, start + HEADER_BYTES, this.#end);
    const done = sparse.raise(register, value, start + this.#maxSparseBytes);
    this.#end = sparse.end;
    if (done === SPARSE_CORRUPTED) this.corrupted = true;
    if (done !== SPARSE_FULL) return done === SPARSE_RAISED;
    return this.becomeDense() && this.#raiseDense(register, value);
  }

  #raiseDense(register: number, value: number): boolean {
    const at = this.#start + HEADER_BYTES;
    if (denseRegister(this.#bytes, at, register) >= value) return false;
    setDenseRegister(this.#bytes, at, register, value);
    return true;
  }

  #makeRoom(): void {
    const length = this.#end - this.#start;
    this.#ref = this.#database.resizeString(this.#ref, length + ROOM_BYTES);
    this.#locate();
    this.#end = this.#start + length;
  }

  /** Gives up the room behind the end. */
  #trim(): void {
    if (this.#roomEnd === this.#end) return;
    this.#ref = this.#database.resizeString(this.#ref, this.#end - this.#start);
    this.#locate();
  }

  /** Ends the change; `changed`: the estimate in the header holds no more. */
  close(changed: boolean): void {
    this.#trim();
    if (changed) forgetEstimate(this.#database.stringOf(this.#ref));
  }
}
