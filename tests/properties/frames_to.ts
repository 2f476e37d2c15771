import { FrameEncoder } from "../../src/rdb/frame_encoder.ts";
import {
  type ByteSink,
  type FrameSink,
  RdbOutput,
  type RdbOutputOptions,
} from "../../src/rdb/rdb_output.ts";

const USUAL: RdbOutputOptions = { compress: true, checksum: true };

/** What a worker does with what it gets. */
export function framesTo(sink: ByteSink, options = USUAL): FrameSink {
  const output = new RdbOutput(sink, options);
  const encoder = new FrameEncoder(output);
  return {
    frame(bytes, marks, isLast) {
      encoder.take(bytes.slice(), marks.slice());
      if (isLast) output.checksum();
    },
  };
}
