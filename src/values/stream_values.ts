// Streams as the store sees them: values behind handles.
import { asciiBytes } from "../base/bytes.ts";
import type { Arena } from "../memory/arena.ts";
import type { Digest } from "./digest.ts";
import { HandleTable } from "./handle_table.ts";
import type { ValueLimits } from "./limits.ts";
import { BlockWriter } from "./stream_block.ts";
import { BlockPacker } from "./stream_packing.ts";
import { StreamCursor } from "./stream_cursor.ts";
import { type StreamTools, StreamValue } from "./stream_value.ts";
import type { SlicedFree, ValueType } from "./value_type.ts";

/** All streams of a keyspace; the value word of a stream's entry is its handle. */
export class StreamValues implements ValueType {
  readonly streams = new HandleTable<StreamValue>();
  readonly tools: StreamTools;
  /** For the one who replies: no other walk uses it. */
  readonly cursor: StreamCursor;

  constructor({ arena, limits }: { arena: Arena; limits: ValueLimits }) {
    this.tools = {
      arena,
      writer: new BlockWriter(arena, limits),
      packer: new BlockPacker(arena),
      cursor: new StreamCursor(arena),
    };
    this.cursor = new StreamCursor(arena);
  }

  /** A new, empty stream, not in the table yet. */
  create(): StreamValue {
    return new StreamValue(this.tools);
  }

  free(_encoding: number, value: number): void {
    this.streams.release(value).free();
  }

  freeInSlices(_encoding: number, value: number): SlicedFree {
    const stream = this.streams.release(value);
    return { run: (elements) => stream.drain(elements) };
  }

  copy(_encoding: number, value: number): number {
    return this.streams.add(this.streams.get(value).copy());
  }

  elements(_encoding: number, value: number): number {
    return this.streams.get(value).parts;
  }

  bytes(_encoding: number, value: number, samples: number): number {
    return this.streams.get(value).bytesOf(samples);
  }

  digest(_encoding: number, value: number, digest: Digest): void {
    const { cursor } = this;
    cursor.beginAll(this.streams.get(value).blocks);
    while (cursor.next()) {
      digest.mix(asciiBytes(`${cursor.id.milliseconds}.${cursor.id.sequence}`));
      for (let i = 0; i < cursor.fieldCount; i++) {
        cursor.nextField();
        digest.mixSlice(cursor.field);
        digest.mixSlice(cursor.value);
      }
    }
  }
}
