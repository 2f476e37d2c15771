// Processor time that this process took.
import process from "node:process";

/** Seconds in the system and in the program. */
export interface CpuSeconds {
  readonly system: number;
  readonly user: number;
}

type Usage = { readonly system: number; readonly user: number };

// Newer than Deno 2.4, and so are its types.
const { threadCpuUsage } = process as unknown as { threadCpuUsage?: () => Usage };

/** Of all threads: the one that runs the program, those that compile it and collect its garbage. */
export function cpuSeconds(): CpuSeconds {
  return inSeconds(process.cpuUsage());
}

/** Of the thread that calls; of all threads where the runtime cannot tell them apart. */
export function threadCpuSeconds(): CpuSeconds {
  if (threadCpuUsage !== undefined) {
    try {
      return inSeconds(threadCpuUsage.call(process));
    } catch {
      // Not on every system.
    }
  }
  return cpuSeconds();
}

function inSeconds({ system, user }: Usage): CpuSeconds {
  return { system: system / 1e6, user: user / 1e6 };
}
