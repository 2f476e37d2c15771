// Where memory ran out in the middle of a request: the part that was done is told to everybody.
import type { Slice } from "../base/slice.ts";
import type { Call } from "../engine/call.ts";

/** What of a request was done before the rest of it failed. */
export interface PartDone {
  readonly event: string;
  /** Changes that were made. */
  readonly changes: number;
  /** The first argument without effect: effects are the request up to there. */
  readonly end: number;
}

/**
 * Announces the part of a request that was done, and propagates no more than that: others have what
 * this server has, though its client gets an error.
 */
export function announcePart(call: Call, key: Slice, { event, changes, end }: PartDone): void {
  if (changes === 0) return;
  call.database.changed(key, event, changes);
  if (call.propagates) call.propagateAll(copies(call, 0, end));
}

/** Copies of the arguments from `first` to `end`. */
export function copies(call: Call, first: number, end: number): Uint8Array[] {
  const words: Uint8Array[] = [];
  for (let i = first; i < end; i++) words.push(call.at(i).copy());
  return words;
}
