/// <reference lib="deno.worker" />
// Runs many small cases of one kind in a thread of its own: a case that never ends can be ended there.
import { type CasesOptions, type CasesResult, KINDS } from "./case_kinds.ts";

self.onmessage = async ({ data }: MessageEvent) => {
  const { options, progress } = data as { options: CasesOptions; progress: SharedArrayBuffer };
  const present = new Int32Array(progress);
  let result: CasesResult;
  try {
    const kind = await KINDS[options.kind](options);
    for (let number = 0; number < options.cases; number++) {
      Atomics.store(present, 0, number);
      kind.run(number);
    }
    result = { figures: kind.figures() };
  } catch (error) {
    result = { figures: {}, fault: (error as Error).stack ?? String(error) };
  }
  self.postMessage(result);
  self.close();
};
