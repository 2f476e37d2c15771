/** Lines typed at the prompt, kept from one session to the next. */

import { lowerCased, splitTypedLine } from "./arguments.ts";
import { readEnvironment } from "./environment.ts";

const FILE_NAME = ".miniredis_history";
/** How many lines are kept. */
export const HISTORY_LINES = 1000;

/** Where the history is kept; undefined when nowhere. */
export function historyPath(): string | undefined {
  const asked = readEnvironment("MINIREDIS_HISTFILE");
  if (asked !== undefined) return asked === "" || asked === "/dev/null" ? undefined : asked;
  const home = readEnvironment("HOME") || readEnvironment("USERPROFILE");
  return home ? `${home}/${FILE_NAME}` : undefined;
}

/** Lines of the file, oldest first, at most `HISTORY_LINES`; the file is cut to them when longer. */
export async function loadHistory(path: string | undefined): Promise<string[]> {
  if (path === undefined) return [];
  try {
    const lines = (await Deno.readTextFile(path)).split(/\r?\n/).filter((line) => line !== "");
    const kept = lines.slice(-HISTORY_LINES);
    if (lines.length > 2 * HISTORY_LINES) {
      await Deno.writeTextFile(path, kept.join("\n") + "\n", { mode: 0o600 });
    }
    return kept;
  } catch {
    // A history that cannot be read is no reason not to serve.
    return [];
  }
}

/** Appends one line, so that two prompts at once do not lose each other's lines. */
export async function appendHistory(path: string | undefined, line: string): Promise<void> {
  if (path === undefined) return;
  try {
    await Deno.writeTextFile(path, line + "\n", { append: true, create: true, mode: 0o600 });
  } catch {
    // As above.
  }
}

/** Whether a line holds a password, and so must not be kept. A line that cannot be split may. */
export function holdsSecret(line: string): boolean {
  const split = splitTypedLine(line);
  if (split === undefined) return /\b(auth2?|setuser|masterauth|requirepass)\b/i.test(line);
  const words = split.map(lowerCased);
  if (words.length > 1 && /^\d+$/.test(words[0])) words.shift();
  const [command, second, ...rest] = words;
  switch (command) {
    case "auth":
      return true;
    case "acl":
      return second === "setuser";
    case "config":
      return second === "set" && rest.some((word) => SECRET_DIRECTIVES.has(word));
    case "hello":
      return rest.includes("auth");
    case "migrate":
      return rest.includes("auth") || rest.includes("auth2");
    default:
      return false;
  }
}

const SECRET_DIRECTIVES: ReadonlySet<string> = new Set([
  "masterauth",
  "masteruser",
  "requirepass",
  "tls-key-file-pass",
  "tls-client-key-file-pass",
]);
