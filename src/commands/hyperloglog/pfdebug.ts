// PFDEBUG.
import { asciiBytes, latin1 } from "../../base/bytes.ts";
import { Slice } from "../../base/slice.ts";
import { keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError } from "../../engine/errors.ts";
import { denseRegister, REGISTERS } from "./registers.ts";
import { CORRUPTED_SKETCH, HEADER_BYTES, isDense, makeWritable, writeSketch } from "./sketch.ts";
import { makeDense } from "./sketch_editor.ts";
import { SparseRuns } from "./sparse.ts";

const GETREG = keyword("getreg");
const DECODE = keyword("decode");
const ENCODING = keyword("encoding");
const TODENSE = keyword("todense");

const NO_KEY = new CommandError("ERR The specified key does not exist");
const NOT_SPARSE = new CommandError("ERR HLL encoding is not sparse");

/** PFDEBUG GETREG | DECODE | ENCODING | TODENSE key */
export function pfdebug(call: Call): void {
  const subcommand = call.at(1), { reply } = call;
  const found = writeSketch(call, call.at(2));
  if (found === 0) throw NO_KEY;
  const ref = makeWritable(call, found);
  if (subcommand.equalsIgnoreCase(GETREG)) replyRegisters(call, denseEntry(call, ref) || ref);
  else if (subcommand.equalsIgnoreCase(DECODE)) decode(call, ref);
  else if (subcommand.equalsIgnoreCase(ENCODING)) {
    reply.simple(isDense(call.database.stringOf(ref)) ? "dense" : "sparse");
  } else if (subcommand.equalsIgnoreCase(TODENSE)) {
    reply.integer(denseEntry(call, ref) === 0 ? 0 : 1);
  } else throw unknownSubcommand(subcommand);
}

function unknownSubcommand({ bytes, start, end }: Slice): CommandError {
  const name = latin1(bytes, start, end).split("\0", 1)[0];
  return new CommandError(`ERR Unknown PFDEBUG subcommand '${name}'`);
}

/** Makes a sparse HyperLogLog dense; answers its entry, 0 when it was dense. */
function denseEntry(call: Call, ref: number): number {
  const key = call.at(2), { database } = call;
  if (isDense(database.stringOf(ref))) return 0;
  const entry = makeDense(database, key, ref);
  if (entry === 0) throw CORRUPTED_SKETCH;
  // No keyspace event tells of it.
  database.changed(key, "");
  return entry;
}

function replyRegisters({ database, reply }: Call, ref: number): void {
  const { bytes, start } = database.stringOf(ref);
  reply.array(REGISTERS);
  for (let i = 0; i < REGISTERS; i++) reply.integer(denseRegister(bytes, start + HEADER_BYTES, i));
}

/** Replies the runs as text: z and Z are zeros with their length, v a value and its length. */
function decode({ database, reply }: Call, ref: number): void {
  const sketch = database.stringOf(ref);
  if (isDense(sketch)) throw NOT_SPARSE;
  const runs = new SparseRuns().open(sketch.bytes, sketch.start + HEADER_BYTES, sketch.end);
  const words: string[] = [];
  while (runs.next()) {
    const { length, long, value } = runs;
    if (value > 0) words.push(`v:${value},${length}`);
    else words.push(`${long ? "Z" : "z"}:${length}`);
  }
  reply.bulk(new Slice(asciiBytes(words.join(" "))));
}
