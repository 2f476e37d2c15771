/** What Linux knows of a process. Deno opens /proc only with every permission, so `cat` reads it. */

/** User and system time of all its threads so far, in milliseconds (the kernel counts in 10 ms). */
export async function cpuTimeMs(pid: number): Promise<number> {
  const stat = await cat(`/proc/${pid}/stat`);
  // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const match = (await cat(`/proc/${pid}/status`)).match(/VmRSS:\s+(\d+) kB/);
  if (match === null) throw new Error(`process ${pid} has no VmRSS`);
  return Number(match[1]) * 1024;
}

async function cat(path: string): Promise<string> {
  const { success, stdout } = await new Deno.Command("cat", { args: [path] }).output();
  if (!success) throw new Error(`cannot read ${path}`);
  return new TextDecoder().decode(stdout);
}
