/** Where a program stands on the PATH. */

/** The full path of an executable, or null where the PATH has none of that name. */
export function findProgram(name: string): string | null {
  const windows = Deno.build.os === "windows";
  const folders = (Deno.env.get("PATH") ?? "").split(windows ? ";" : ":");
  for (const folder of folders) {
    if (folder === "") continue;
    const path = `${folder}/${name}${windows ? ".exe" : ""}`;
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch { /* not in this folder */ }
  }
  return null;
}
