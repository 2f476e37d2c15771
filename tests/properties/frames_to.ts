import { FrameEncoder } from "../../src/rdb/frame_encoder.ts";
import { type ByteSink, type FrameSink, RdbOutput } from "../../src/rdb/rdb_output.ts";

/** What a worker does with what it gets. */
export function framesTo(sink: ByteSink): FrameSink {
  const output = new RdbOutput(sink, { compress: true, checksum: true });
  const encoder = new FrameEncoder(output);
  return {
    frame(bytes, marks, isLast) {
      encoder.take(bytes.slice(), marks.slice());
      if (isLast) output.checksum();
    },
  };
}
