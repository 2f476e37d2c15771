// PFSELFTEST.
import type { Random } from "../../base/random.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import { elementRegister, elementValue, hashElement } from "./element_hash.ts";
import { estimateCardinality, newHistogram } from "./estimate.ts";
import {
  DENSE_REGISTERS_BYTES,
  denseHistogram,
  denseRegister,
  mergeDense,
  packRegisters,
  REGISTERS,
  setDenseRegister,
} from "./registers.ts";
import { SPARSE_FULL, SPARSE_GROWTH_MAX, sparseHistogram, SparseRegisters } from "./sparse.ts";
import { EMPTY_SKETCH, HEADER_BYTES } from "./sketch.ts";

const REGISTER_ROUNDS = 1000;
const ELEMENTS = 10_000_000;
/** Standard error of the estimate, as a part of it. */
const RELATIVE_ERROR = 1.04 / Math.sqrt(REGISTERS);
const ERRORS_ALLOWED = 6;

/** PFSELFTEST: takes seconds, in which nobody else is served, as in Redis. */
export function pfselftest(call: Call): void {
  const { keyspace, config } = call.services;
  testRegisters(keyspace.random);
  testEstimates(keyspace.random, config.int("hll-sparse-max-bytes"));
  call.reply.ok();
}

function failure(text: string): CommandError {
  return new CommandError(`TESTFAILED ${text}`);
}

/** Whether each register keeps what it was given while its neighbours are written. */
function testRegisters(random: Random): void {
  const packed = new Uint8Array(DENSE_REGISTERS_BYTES), values = new Uint8Array(REGISTERS);
  for (let round = 0; round < REGISTER_ROUNDS; round++) {
    for (let i = 0; i < REGISTERS; i++) {
      values[i] = random.next32() & 63;
      setDenseRegister(packed, 0, i, values[i]);
    }
    for (let i = 0; i < REGISTERS; i++) {
      const value = denseRegister(packed, 0, i);
      if (value !== values[i]) {
        throw failure(`Register ${i} should be ${values[i]} but is ${value}`);
      }
    }
  }
  const unpacked = new Uint8Array(REGISTERS), repacked = new Uint8Array(DENSE_REGISTERS_BYTES);
  mergeDense(unpacked, packed, 0);
  packRegisters(unpacked, repacked, 0);
  if (repacked.some((byte, i) => byte !== packed[i])) throw failure("registers packed differ");
}

/** Whether both forms estimate the same, and well, from one element to ten million. */
function testEstimates(random: Random, maxSparseBytes: number): void {
  const both = new BothForms(maxSparseBytes);
  const element = new Uint8Array(8), words = new Uint32Array(element.buffer);
  const seed = random.next32();
  words[1] = random.next32();
  let checkpoint = 1;
  for (let count = 1; count <= ELEMENTS; count++) {
    words[0] = count ^ seed;
    hashElement(element, 0, 8);
    both.raise(elementRegister, elementValue);
    if (count !== checkpoint) continue;
    if (count < maxSparseBytes / 2 && !both.isSparse) throw failure("sparse encoding not used");
    const estimate = Number(both.denseEstimate());
    if (both.isSparse && Number(both.sparseEstimate()) !== estimate) {
      throw failure("dense/sparse disagree");
    }
    const error = Math.abs(estimate - count);
    // Of ten elements two may well share a register, which is a great error already.
    const allowed = count === 10 ? 1 : Math.ceil(RELATIVE_ERROR * ERRORS_ALLOWED * count);
    if (error > allowed) throw failure(`Too big error. card:${count} abserr:${error}`);
    checkpoint *= 10;
  }
}

/** The same registers in both forms, in sparse form for as long as that is allowed. */
class BothForms {
  isSparse = true;
  readonly #dense = new Uint8Array(DENSE_REGISTERS_BYTES);
  readonly #sparse: SparseRegisters;
  readonly #runs: Uint8Array;
  readonly #limit: number;

  constructor(maxSparseBytes: number) {
    // Were every register a run of its own, there would be so many runs.
    this.#limit = Math.min(maxSparseBytes - HEADER_BYTES, REGISTERS);
    this.#runs = new Uint8Array(Math.max(this.#limit, 0) + 2 * SPARSE_GROWTH_MAX);
    this.#runs.set(EMPTY_SKETCH.bytes.subarray(HEADER_BYTES));
    const length = EMPTY_SKETCH.length - HEADER_BYTES;
    this.#sparse = new SparseRegisters().open(this.#runs, 0, length);
  }

  raise(register: number, value: number): void {
    if (denseRegister(this.#dense, 0, register) < value) {
      setDenseRegister(this.#dense, 0, register, value);
    }
    if (!this.isSparse) return;
    this.isSparse = this.#sparse.raise(register, value, this.#limit) !== SPARSE_FULL;
  }

  denseEstimate() {
    const histogram = newHistogram();
    denseHistogram(this.#dense, 0, histogram);
    return estimateCardinality(histogram);
  }

  sparseEstimate() {
    const histogram = newHistogram();
    const whole = sparseHistogram(this.#runs, 0, this.#sparse.end, histogram);
    return whole ? estimateCardinality(histogram) : -1;
  }
}
