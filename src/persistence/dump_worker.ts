// The worker of saves in the background, one after the other, until it is ended from outside. It is in
// no import: the tasks that compile name it.
import { attempt, DUMP_FILES } from "./dump_files.ts";
import { fillDump, type FillOrder } from "./dump_filler.ts";
import { FrameRing } from "./frame_ring.ts";

/** The global scope of a worker, as far as it is needed. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<FillOrder>) => void) | null;
  postMessage(message: unknown): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = async ({ data: { shared, path, output } }) => {
  await fillDump({
    ring: new FrameRing(shared),
    output,
    create: () => attempt(`cannot create ${path}`, () => DUMP_FILES.create(path)),
    say: (news) => scope.postMessage(news),
  });
};
