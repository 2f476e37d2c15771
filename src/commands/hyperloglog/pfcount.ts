// PFCOUNT.
import type { Call } from "../../engine/call.ts";
import { estimateCardinality, newHistogram } from "./estimate.ts";
import { REGISTERS } from "./registers.ts";
import {
  CORRUPTED_SKETCH,
  HEADER_BYTES,
  histogramOf,
  keepEstimate,
  knownEstimate,
  makeWritable,
  mergeSketch,
  readSketch,
} from "./sketch.ts";

const registers = new Uint8Array(REGISTERS);
const histogram = newHistogram();

/** PFCOUNT key [key ...] */
export function pfcount(call: Call): void {
  if (call.count > 2) countUnion(call);
  else countOne(call);
}

/** The estimate is kept in the value: a change, though the command reads. */
function countOne(call: Call): void {
  const key = call.at(1), { database, reply } = call;
  let ref = readSketch(call, key);
  if (ref === 0) return reply.integer(0);
  database.willChange(ref); // it was looked up for reading
  ref = makeWritable(call, ref);
  const sketch = database.stringOf(ref), known = knownEstimate(sketch);
  if (known !== undefined) return reply.integer(known);
  const counts = histogramOf(sketch);
  if (counts === undefined) throw CORRUPTED_SKETCH;
  const estimate = estimateCardinality(counts);
  database.willWriteString(ref, 0, HEADER_BYTES);
  keepEstimate(sketch, estimate);
  // No keyspace event tells of it.
  database.changed(key, "");
  reply.integer(estimate);
}

function countUnion(call: Call): void {
  registers.fill(0);
  for (let i = 1; i < call.count; i++) {
    const ref = readSketch(call, call.at(i));
    if (ref !== 0 && !mergeSketch(registers, call.database.stringOf(ref))) throw CORRUPTED_SKETCH;
  }
  histogram.fill(0);
  for (let i = 0; i < REGISTERS; i++) histogram[registers[i]]++;
  call.reply.integer(estimateCardinality(histogram));
}
