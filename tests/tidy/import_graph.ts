/** Who imports whom, type-only and dynamic imports included, as `deno info --json` sees it. */

import { projectDir } from "./project_files.ts";

export interface Import {
  /** The importing file, below the project's folder. */
  from: string;
  /** The imported file below the project's folder, or a specifier of something outside. */
  to: string;
}

interface InfoModule {
  specifier: string;
  error?: string;
  dependencies?: {
    specifier: string;
    code?: { specifier?: string };
    type?: { specifier?: string };
  }[];
}

/** Every import of these files and of what they import. */
export async function importsOf(files: readonly string[]): Promise<Import[]> {
  const base = new URL(`file://${projectDir.startsWith("/") ? "" : "/"}${projectDir}/`).href;
  const root = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(root, files.map((file) => `import "${base}${file}";\n`).join(""));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", `${projectDir}/deno.json`, root],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const info: { modules: InfoModule[] } = JSON.parse(new TextDecoder().decode(stdout));
    const imports: Import[] = [];
    for (const module of info.modules) {
      if (module.error !== undefined) throw new Error(module.error);
      if (!module.specifier.startsWith(base)) continue;
      const from = module.specifier.slice(base.length);
      for (const { specifier, code, type } of module.dependencies ?? []) {
        const target = code?.specifier ?? type?.specifier ?? specifier;
        imports.push({ from, to: target.startsWith(base) ? target.slice(base.length) : target });
      }
    }
    return imports;
  } finally {
    await Deno.remove(root);
  }
}

/** The shortest cycles found: each a list of files in which one imports the next, the last the first. */
export function cyclesOf(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...next.get(from) ?? [], to]);
  const done = new Set<string>();
  const cycles: string[][] = [];

  function visit(file: string, path: string[]): void {
    const at = path.indexOf(file);
    if (at >= 0) {
      cycles.push(path.slice(at));
      return;
    }
    if (done.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  }

  for (const file of next.keys()) visit(file, []);
  return cycles;
}
