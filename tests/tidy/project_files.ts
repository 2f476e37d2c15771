/** The project's own files, as paths below its folder with `/` between the parts. */

import { projectDir } from "../support/miniredis_server.ts";

export { projectDir };

/** All TypeScript files of `main.ts`, `src` and `tests`, declarations left out, in order. */
export function sourceFiles(...folders: string[]): string[] {
  const found: string[] = [];
  for (const folder of folders) collect(folder, found);
  return found.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts")).sort();
}

export function readFile(path: string): string {
  return Deno.readTextFileSync(`${projectDir}/${path}`);
}

export function exists(path: string): boolean {
  try {
    Deno.statSync(`${projectDir}/${path}`);
    return true;
  } catch {
    return false;
  }
}

function collect(path: string, found: string[]): void {
  if (!exists(path)) return;
  if (path.endsWith(".ts")) {
    found.push(path);
    return;
  }
  for (const entry of Deno.readDirSync(`${projectDir}/${path}`)) {
    if (entry.isDirectory) collect(`${path}/${entry.name}`, found);
    else found.push(`${path}/${entry.name}`);
  }
}
