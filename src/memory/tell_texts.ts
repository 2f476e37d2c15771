// Hands out the texts of neighbouring elements, for replies of whole ranges.
import { Slice } from "../base/slice.ts";
import { INTEGER64_TEXT_MAX } from "../base/int64.ts";
import { elementTextInto } from "./listpack_element.ts";
import {
  backLengthBytes,
  elementBytes,
  ENCODING_12_BIT_STRING,
  ENCODING_13_BIT_INTEGER,
  ENCODING_32_BIT_STRING,
  ENCODING_6_BIT_STRING,
  LISTPACK_END,
} from "./listpack_format.ts";

/** Takes texts, which it may keep no longer than the call. */
export interface TextSink {
  bulkRange(bytes: Uint8Array, start: number, end: number): void;
}

const text = new Slice();
const digits = new Uint8Array(INTEGER64_TEXT_MAX);

/** Tells up to `count` elements from `at` on; answers how many there were. */
export function tellTexts(list: Uint8Array, at: number, count: number, sink: TextSink): number {
  let told = 0;
  for (; told < count; told++) {
    const encoding = list[at];
    if (encoding >= ENCODING_6_BIT_STRING && encoding < ENCODING_13_BIT_INTEGER) {
      // Most elements are strings of these two forms.
      const start = at + 1;
      at += (encoding & 0x3f) + 2;
      sink.bulkRange(list, start, at - 1);
      continue;
    }
    if (encoding >= ENCODING_12_BIT_STRING && encoding < ENCODING_32_BIT_STRING) {
      const start = at + 2, length = (encoding & 0x0f) << 8 | list[at + 1];
      at = start + length + backLengthBytes(length + 2);
      sink.bulkRange(list, start, start + length);
      continue;
    }
    if (encoding === LISTPACK_END) break;
    elementTextInto(list, at, text, digits);
    sink.bulkRange(text.bytes, text.start, text.end);
    at += elementBytes(list, at);
  }
  return told;
}
