// The worker of saves in the background, one after the other, until it is ended from outside. It is in
// no import: the tasks that compile name it.
import { setPriority } from "node:os";
import { attempt, DUMP_FILES } from "./dump_files.ts";
import { fillDump, type FillOrder } from "./dump_filler.ts";
import { FrameRing } from "./frame_ring.ts";

/** The global scope of a worker, as far as it is needed. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<FillOrder>) => void) | null;
  postMessage(message: unknown): void;
}

/**
 * So much its thread steps back; 19 is the most. Measured on two processors that a server under writes and
 * its client share: with 10 a save costs them a third of their throughput, with 0 more than half. With
 * 15 or 19 it is a little less; but where other programs keep all processors busy the worker starves
 * then, and a save takes four to twelve times as long (10: twice).
 */
const NICE = 10;

/**
 * Leaves the processors to those who wait for an answer: the server's own thread, and its clients on the
 * same machine. On Linux a priority is a thread's; elsewhere it is that of the whole process.
 */
function stepBack(): void {
  if (Deno.build.os !== "linux") return;
  try {
    setPriority(0, NICE);
  } catch { /* a runtime without that permission: a save is complete all the same */ }
}

stepBack();

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = async ({ data: { shared, path, output } }) => {
  await fillDump({
    ring: new FrameRing(shared),
    output,
    create: () => attempt(`cannot create ${path}`, () => DUMP_FILES.create(path)),
    say: (news) => scope.postMessage(news),
  });
};
