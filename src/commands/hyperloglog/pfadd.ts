// PFADD.
import type { Call } from "../../engine/call.ts";
import { elementRegister, elementValue, hashElement } from "./element_hash.ts";
import { CORRUPTED_SKETCH, writeSketch } from "./sketch.ts";
import { SketchEditor } from "./sketch_editor.ts";

const editor = new SketchEditor();

/** PFADD key [element ...] */
export function pfadd(call: Call): void {
  const key = call.at(1);
  const ref = writeSketch(call, key);
  let changes = ref === 0 ? 1 : 0;
  editor.open(call, key, ref);
  try {
    for (let i = 2; i < call.count && !editor.corrupted; i++) {
      const { bytes, start, end } = call.at(i);
      hashElement(bytes, start, end);
      if (editor.raise(elementRegister, elementValue)) changes++;
    }
  } finally {
    editor.close(changes > 0);
  }
  if (changes > 0) call.database.changed(key, "pfadd", changes);
  if (editor.corrupted) call.reply.error(CORRUPTED_SKETCH.message);
  else call.reply.integer(changes > 0 ? 1 : 0);
}
