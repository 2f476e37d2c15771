// PFMERGE.
import type { Call } from "../../engine/call.ts";
import { REGISTERS } from "./registers.ts";
import { CORRUPTED_SKETCH, isDense, mergeSketch, readSketch, writeSketch } from "./sketch.ts";
import { SketchEditor } from "./sketch_editor.ts";

const registers = new Uint8Array(REGISTERS);
const editor = new SketchEditor();

/** PFMERGE destkey [sourcekey ...] */
export function pfmerge(call: Call): void {
  const { database } = call, key = call.at(1);
  let becomesDense = false;
  registers.fill(0);
  for (let i = 1; i < call.count; i++) {
    const ref = readSketch(call, call.at(i));
    if (ref === 0) continue;
    const sketch = database.stringOf(ref);
    if (isDense(sketch)) becomesDense = true;
    if (!mergeSketch(registers, sketch)) throw CORRUPTED_SKETCH;
  }
  editor.open(call, key, writeSketch(call, key));
  try {
    if (becomesDense) editor.becomeDense();
    for (let i = 0; i < REGISTERS; i++) if (registers[i] > 0) editor.raise(i, registers[i]);
  } finally {
    editor.close(true);
  }
  database.changed(key, "pfadd");
  call.reply.ok();
}
