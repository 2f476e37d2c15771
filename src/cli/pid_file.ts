// The file that tells service managers the number of this process.

import { systemErrorWords } from "../base/system_error.ts";

/** What went wrong in words, or undefined. As in Redis a server without its pid file serves all the same. */
export function writePidFile(path: string, pid: number): string | undefined {
  try {
    Deno.writeTextFileSync(path, `${pid}\n`);
    return undefined;
  } catch (error) {
    return systemErrorWords(error);
  }
}

/** Removes the file of a process that ends. One that another server wrote meanwhile is not ours. */
export function removePidFile(path: string, pid: number): void {
  try {
    if (Deno.readTextFileSync(path).trim() === String(pid)) Deno.removeSync(path);
  } catch { /* it is gone, or was never written, which the log has told */ }
}
