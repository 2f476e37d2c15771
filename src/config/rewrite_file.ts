/** CONFIG REWRITE on disk: the old file stays as it is until the new one is complete. */

import { renameFile } from "../base/rename_file.ts";
import type { Config, RewriteOptions } from "./config.ts";

/** Writes the configuration in force to `path`. Throws the system's error when that fails. */
export function rewriteConfigFile(
  config: Config,
  path: string,
  options: RewriteOptions = {},
): void {
  const text = config.rewrite(readIfThere(path), options);
  const temporary = `${path}.${Deno.pid}.tmp`;
  try {
    const file = Deno.openSync(temporary, {
      write: true,
      create: true,
      truncate: true,
      mode: 0o600,
    });
    try {
      writeAll(file, text);
      file.syncSync();
    } finally {
      file.close();
    }
    keepMode(path, temporary);
    renameFile(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

function readIfThere(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array(0);
    throw error;
  }
}

/** The file may hold passwords: whoever could not read the old one cannot read the new one. */
function keepMode(from: string, to: string): void {
  if (Deno.build.os === "windows") return;
  let mode: number | null = 0o600;
  try {
    mode = Deno.statSync(from).mode;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (mode !== null) Deno.chmodSync(to, mode & 0o777);
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
