/** A stream to write to, and to read as plain texts. */

import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { Arena } from "../../src/memory/arena.ts";
import { defaultValueLimits } from "../../src/values/limits.ts";
import { StreamId } from "../../src/values/stream_id.ts";
import type { StreamValue } from "../../src/values/stream_value.ts";
import { StreamValues } from "../../src/values/stream_values.ts";

export class StreamFixture {
  readonly arena: Arena;
  readonly limits = defaultValueLimits();
  readonly values: StreamValues;
  readonly stream: StreamValue;

  constructor(arena = new Arena()) {
    this.arena = arena;
    this.values = new StreamValues(this);
    this.stream = this.values.create();
  }

  /** Appends an entry; fields and values in turn. */
  add(id: StreamId, ...words: string[]): void {
    const slices = words.map((word) => new Slice(latin1Bytes(word)));
    this.stream.append(id, slices, 0, words.length / 2);
  }

  /** Entries as `id field value ...`. */
  entries(
    start = new StreamId(),
    end = maximum(),
    reverse = false,
    stream: StreamValue = this.stream,
  ): string[] {
    const { cursor } = this.values, found: string[] = [];
    cursor.begin(stream.blocks, start, end, reverse);
    while (cursor.next()) {
      const words = [cursor.id.toString()];
      for (let i = 0; i < cursor.fieldCount; i++) {
        cursor.nextField();
        for (const { bytes, start, end } of [cursor.field, cursor.value]) {
          words.push(latin1(bytes, start, end));
        }
      }
      found.push(words.join(" "));
    }
    return found;
  }

  /** Bytes of each block, in hexadecimal. */
  blocks(): string[] {
    const { blocks } = this.stream, slice = new Slice(), found: string[] = [];
    for (let at = blocks.first(); at >= 0; at = blocks.next(at)) {
      this.stream.readBlock(this.stream.blockAt(at), slice);
      found.push(hex(slice.copy()));
    }
    return found;
  }
}

export function maximum(): StreamId {
  const id = new StreamId();
  id.setMaximum();
  return id;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
