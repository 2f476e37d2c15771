/** Runs many small cases in threads of their own, and notices one that never ends. */

import type { CasesOptions, CasesResult } from "./case_kinds.ts";

/** No case takes so long, also on a busy machine. */
const STALL_MS = 60_000;
const LOOK_MS = 1000;

/** Runs the cases of a kind; a fault is in the result, that one never ended too. */
export async function runCases(
  options: Omit<CasesOptions, "folder">,
): Promise<CasesResult & { seconds: number }> {
  const folder = Deno.makeTempDirSync({ prefix: "miniredis_crash_" });
  const startedMs = performance.now();
  const progress = new SharedArrayBuffer(4);
  const worker = new Worker(new URL("./cases_worker.ts", import.meta.url), { type: "module" });
  const ended = Promise.withResolvers<CasesResult>();
  worker.onmessage = ({ data }) => ended.resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    ended.resolve({ figures: {}, fault: event.message });
  };
  const watch = watchOver(new Int32Array(progress), (fault) => {
    ended.resolve({ figures: {}, fault: `${options.kind}, seed ${options.seed}, ${fault}` });
  });
  try {
    worker.postMessage({ options: { ...options, folder }, progress });
    return { ...await ended.promise, seconds: (performance.now() - startedMs) / 1000 };
  } finally {
    clearInterval(watch);
    worker.terminate();
    Deno.removeSync(folder, { recursive: true });
  }
}

function watchOver(
  progress: Int32Array,
  onStall: (fault: string) => void,
): ReturnType<typeof setInterval> {
  let present = -1, sinceMs = performance.now();
  return setInterval(() => {
    const number = Atomics.load(progress, 0);
    if (number !== present) sinceMs = performance.now();
    present = number;
    if (performance.now() - sinceMs > STALL_MS) onStall(`case ${number} does not end`);
  }, LOOK_MS);
}
