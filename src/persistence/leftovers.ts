// Removes half-written files that a process left behind when it was killed.
import { join } from "node:path";
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/config.ts";

/**
 * A file that nobody has written to for so long is nobody's: whoever saves writes all the time. Whether
 * the process in its name is alive cannot be known; if it is, one save of it fails. Longer, and a
 * server that is killed and started again and again would fill the disk.
 */
const ABANDONED_MS = 60_000;

const DUMPS = /^temp-(?:bgsave-)?(\d+)(?:-\d+)?\.rdb$/;
const BASES = /^temp-rewriteaof-(?:bg-)?(\d+)(?:-\d+)?\.aof$/;

/** Where and when to look. */
export interface LeftoverOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Unix time in milliseconds. */
  readonly nowMs: number;
  /** The number of this process, which has written nothing yet. */
  readonly pid: number;
}

/**
 * Looks through the folders of the data. Never throws: what cannot be removed stays. Nobody is served
 * meanwhile: a client could have a file written that bears the number of this process.
 */
export function removeLeftovers(options: LeftoverOptions): void {
  const { config } = options;
  const dir = config.text("dir");
  removeFrom(dir, DUMPS, options);
  removeFrom(dir, BASES, options);
  removeFrom(join(dir, config.text("appenddirname")), BASES, options);
}

function removeFrom(
  folder: string,
  pattern: RegExp,
  { logger, nowMs, pid }: LeftoverOptions,
): void {
  try {
    for (const { name, isFile } of Deno.readDirSync(folder)) {
      const match = isFile ? pattern.exec(name) : null;
      if (match === null) continue;
      const path = join(folder, name);
      const { mtime, size } = Deno.statSync(path);
      const ageMs = nowMs - (mtime?.getTime() ?? nowMs);
      if (ageMs < ABANDONED_MS && Number(match[1]) !== pid) continue;
      Deno.removeSync(path);
      logger.notice(`Removed ${name} (${size} bytes), which a process left behind half-written`);
    }
  } catch { /* the folder is not there yet, or another start was faster */ }
}
