// What a save in the background leaves for the next one: its worker for a while, its ring for ever.
import { FrameRing } from "./frame_ring.ts";

/**
 * What threads share is outside of the heap, which grows too slowly for a collection, so that each save
 * would leave its ring behind for hours.
 */
let ring: FrameRing | undefined;
let worker: Worker | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** A ring that is as new, and a worker that has begun nothing, where one is left. */
export function takeSpare(ringBytes: number): { ring: FrameRing; worker: Worker | undefined } {
  const taken = { ring: ring ?? FrameRing.ofBytes(ringBytes), worker };
  clearTimeout(timer);
  ring = worker = timer = undefined;
  taken.ring.reset();
  return taken;
}

/** Leaves a ring that nobody looks at any more. */
export function leaveRing(left: FrameRing): void {
  ring = left;
}

/** Leaves a worker that waits for an order; without one it goes after `keepMs`, which holds up no exit. */
export function leaveWorker(left: Worker, keepMs: number): void {
  endSpareWorker();
  worker = left;
  const end = () => {
    if (worker === left) endSpareWorker();
  };
  left.onerror = (event) => {
    event.preventDefault();
    end();
  };
  left.onmessageerror = left.onmessage = end;
  timer = setTimeout(end, keepMs);
  Deno.unrefTimer(timer);
}

/** Ends the worker that is left, if there is one. */
export function endSpareWorker(): void {
  clearTimeout(timer);
  worker?.terminate();
  worker = timer = undefined;
}
