import { latin1 } from "../../base/bytes.ts";
import { Slice } from "../../base/slice.ts";
import type { PackedCursor } from "./packed_cursor.ts";

/**
 * The deep check of the elements of a set, of a map, or of a map with more than one value to a key:
 * why keys are not all different, or elements not in groups of `groupLength`; undefined when there
 * is nothing to say. The first of each group is its key. The cursor stands at the beginning of a
 * value that has no fault. An integer equals its text.
 */
export function repetitionFault(cursor: PackedCursor, groupLength: number): string | undefined {
  const seen = new Set<string>();
  const element = new Slice();
  let count = 0;
  for (; cursor.next(); count++) {
    if (count % groupLength !== 0) continue;
    cursor.textInto(element);
    const text = latin1(element.bytes, element.start, element.end);
    if (seen.has(text)) return `element ${count} repeats an earlier one`;
    seen.add(text);
  }
  return groupingFault(count, groupLength);
}

/** Why a number of elements cannot be groups of `groupLength`; undefined if it can. */
export function groupingFault(elements: number, groupLength: number): string | undefined {
  if (elements % groupLength === 0) return undefined;
  return `${elements} elements where groups of ${groupLength} are due`;
}
