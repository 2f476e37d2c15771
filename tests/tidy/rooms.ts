/** The rooms of `src` and what each may import: the table of the import rule. */

const ENGINE_ROW = [
  "base",
  "memory",
  "resp",
  "values",
  "store",
  "config",
  "acl",
  "pubsub",
  "stats",
];

/** A room, the first folder under `src`, and the rooms it may import besides itself. */
export const MAY_IMPORT: Record<string, string[]> = {
  base: [],
  memory: ["base"],
  resp: ["base"],
  config: ["base"],
  acl: ["base"],
  values: ["base", "memory"],
  stats: ["base", "memory"],
  pubsub: ["base", "resp"],
  store: ["base", "memory", "values"],
  rdb: ["base", "memory", "values", "store"],
  engine: ENGINE_ROW,
  commands: [...ENGINE_ROW, "engine", "rdb"],
  scripting: ["base", "resp", "engine"],
  persistence: ["base", "memory", "resp", "values", "store", "rdb", "config", "engine"],
  replication: ["base", "memory", "resp", "store", "rdb", "config", "engine"],
  net: ["base", "resp", "config", "engine"],
  cli: ["base", "resp", "config"],
};

/**
 * The tools of the command line that check files may also use the formats of these files and what
 * they stand on; of `persistence` only what is about files, not about a server.
 */
export const CLI_CHECK_TOOLS = {
  folder: "src/cli/check/",
  also: ["rdb", "store", "values", "memory"],
  alsoFiles: ["src/persistence/aof_manifest.ts", "src/persistence/aof_tail.ts"],
};

/** The program's first file sees the command line and the composition root only. */
export const MAIN_MAY_IMPORT = ["cli", "server.ts", "base"];

/** Modules from outside that any room may use. */
export const FROM_OUTSIDE = /^(node:|npm:\/?deno-std@)/;

/** The room of a path below the project's folder: a folder of `src`, `server.ts` or `main.ts`. */
export function roomOf(path: string): string {
  const parts = path.split("/");
  return parts[0] === "src" ? parts[1] : parts[0];
}

/** Why this import is not allowed, or null. Both paths are below the project's folder. */
export function importFault(from: string, to: string): string | null {
  const fromRoom = roomOf(from);
  const toRoom = roomOf(to);
  if (fromRoom === toRoom || from === "src/server.ts") return null;
  const row = from === "main.ts" ? MAIN_MAY_IMPORT : MAY_IMPORT[fromRoom];
  if (row === undefined) return `${from}: the room ${fromRoom} is not in the table of rooms`;
  if (row.includes(toRoom)) return null;
  const { folder, also, alsoFiles } = CLI_CHECK_TOOLS;
  if (from.startsWith(folder) && (also.includes(toRoom) || alsoFiles.includes(to))) return null;
  return `${from} imports ${to}: ${fromRoom} may import ${row.join(", ") || "nothing"}`;
}
