import { latin1 } from "../../base/bytes.ts";
import { Slice } from "../../base/slice.ts";
import type { PackedCursor } from "./packed_cursor.ts";

/**
 * The deep check of a set's or a map's elements: why they are not all different, or not in pairs;
 * undefined when there is nothing to say. The cursor stands at the beginning of a value that has no
 * fault. With `pairs` every second element is a value and may repeat. An integer equals its text.
 */
export function repetitionFault(cursor: PackedCursor, pairs: boolean): string | undefined {
  const seen = new Set<string>();
  const element = new Slice();
  let count = 0;
  for (; cursor.next(); count++) {
    if (pairs && count % 2 === 1) continue;
    cursor.textInto(element);
    const text = latin1(element.bytes, element.start, element.end);
    if (seen.has(text)) return `element ${count} repeats an earlier one`;
    seen.add(text);
  }
  if (pairs && count % 2 === 1) return `${count} elements where pairs are due`;
  return undefined;
}
