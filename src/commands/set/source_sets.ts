// The sets that SINTER, SUNION and SDIFF work on.
import type { Call } from "../../engine/call.ts";
import { TYPE_SET } from "../../store/entry.ts";
import type { SetValue } from "../../values/set_value.ts";
import { openSetApart } from "./open_set.ts";

/** A set, and which entry it is of, to tell when two keys are the same. */
export interface SourceSet {
  readonly ref: number;
  readonly set: SetValue;
}

/**
 * The sets of the keys at arguments `first` to `last`; undefined for keys that do not exist. Throws
 * WRONGTYPE. They may be read until the database is written to.
 */
export function openSources(call: Call, first: number, last: number): (SourceSet | undefined)[] {
  const sources: (SourceSet | undefined)[] = [];
  let size = 0;
  for (let i = first; i <= last; i++) {
    const ref = call.readTyped(call.at(i), TYPE_SET);
    if (ref === 0) sources.push(undefined);
    else {
      const set = openSetApart(call, ref, i - first);
      sources.push({ ref, set });
      size += set.size;
    }
  }
  call.weigh(size);
  return sources;
}

/** Makes sets ready to be asked about the members of another one, so many times. */
export function expectQuestions(
  sources: readonly (SourceSet | undefined)[],
  questions: number,
): void {
  for (let i = 0; i < sources.length; i++) sources[i]?.set.expectQuestions(questions);
}

/** Ends what {@link expectQuestions} began. */
export function endQuestions(sources: readonly (SourceSet | undefined)[]): void {
  for (let i = 0; i < sources.length; i++) sources[i]?.set.endQuestions();
}
