// The worker of saves in the background, one after the other, until it is ended from outside. It is in
// no import: the tasks that compile name it.
import { getPriority, setPriority } from "node:os";
import { attempt, DUMP_FILES } from "./dump_files.ts";
import { fillDump, type FillOrder } from "./dump_filler.ts";
import { FrameRing } from "./frame_ring.ts";

/** The global scope of a worker, as far as it is needed. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<FillOrder>) => void) | null;
  postMessage(message: unknown): void;
}

/**
 * So much lower than that of the server's own thread its priority is, 0 to 39. Measured on two processors
 * that a server under writes and its client share: with 0 a save costs them more than half of their
 * throughput, with this a third. With more it is somewhat less; but where other programs keep all
 * processors busy, the worker starves then, and with it who waits for the dump (with 10 a save took
 * three times as long, with 19 twelve times).
 */
const STEPS = 8;
const LOWEST = 19;

/**
 * Leaves the processors to those who wait for an answer: the server's own thread, and its clients on the
 * same machine. On Linux a priority is a thread's; elsewhere it is that of the whole process. Where the
 * runtime has no permission to, all is done as fast: it is not to ask somebody for it.
 */
function stepBack(): void {
  if (Deno.build.os !== "linux") return;
  const isAllowed = (kind: string) =>
    Deno.permissions.querySync({ name: "sys", kind } as Deno.SysPermissionDescriptor).state ===
      "granted";
  if (!isAllowed("getPriority") || !isAllowed("setPriority")) return;
  setPriority(0, Math.min(getPriority(0) + STEPS, LOWEST));
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
