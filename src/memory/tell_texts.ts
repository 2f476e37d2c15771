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

/** Takes many texts at a time as well. */
export interface RunSink extends TextSink {
  /**
   * `count` texts that stand one behind the other, each of {@link RUN_TEXT_MAX_BYTES} at most: `bounds`
   * holds where each starts and ends, counted from `base`.
   */
  bulkRanges(bytes: Uint8Array, base: number, bounds: Int32Array, count: number): void;
}

/** Longer texts are handed out alone: how one is copied decides on its time, not how it is found. */
export const RUN_TEXT_MAX_BYTES = 512;
/** Texts that are handed out at a time. */
const RUN_TEXTS = 64;

const bounds = new Int32Array(RUN_TEXTS * 2);
const text = new Slice();
const digits = new Uint8Array(INTEGER64_TEXT_MAX);

/**
 * Tells up to `count` elements from `at` on; answers how many there were. To look for the elements first
 * and to copy them then takes three quarters of the time of doing both in turn: where one starts is known
 * before the one before it is copied.
 */
export function tellTexts(list: Uint8Array, at: number, count: number, sink: RunSink): number {
  const base = at;
  let told = 0, gathered = 0;
  for (; told < count; told++) {
    const encoding = list[at];
    let start: number, end: number;
    if (encoding >= ENCODING_6_BIT_STRING && encoding < ENCODING_13_BIT_INTEGER) {
      // Most elements are strings of these two forms.
      start = at + 1;
      end = start + (encoding & 0x3f);
      at = end + 1;
    } else if (encoding >= ENCODING_12_BIT_STRING && encoding < ENCODING_32_BIT_STRING) {
      start = at + 2;
      end = start + ((encoding & 0x0f) << 8 | list[at + 1]);
      at = end + backLengthBytes(end - start + 2);
      if (end - start > RUN_TEXT_MAX_BYTES) {
        if (gathered > 0) sink.bulkRanges(list, base, bounds, gathered);
        gathered = 0;
        sink.bulkRange(list, start, end);
        continue;
      }
    } else {
      if (gathered > 0) sink.bulkRanges(list, base, bounds, gathered);
      gathered = 0;
      if (encoding === LISTPACK_END) return told;
      elementTextInto(list, at, text, digits);
      sink.bulkRange(text.bytes, text.start, text.end);
      at += elementBytes(list, at);
      continue;
    }
    bounds[gathered * 2] = start - base;
    bounds[gathered * 2 + 1] = end - base;
    if (++gathered < RUN_TEXTS) continue;
    sink.bulkRanges(list, base, bounds, gathered);
    gathered = 0;
  }
  if (gathered > 0) sink.bulkRanges(list, base, bounds, gathered);
  return told;
}
