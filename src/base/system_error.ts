/** What went wrong with a file, in the words that Unix systems and so Redis's messages use. */

const WORDS: readonly (readonly [kind: new () => Error, words: string])[] = [
  [Deno.errors.NotFound, "No such file or directory"],
  [Deno.errors.PermissionDenied, "Permission denied"],
  [Deno.errors.IsADirectory, "Is a directory"],
  [Deno.errors.NotADirectory, "Not a directory"],
  [Deno.errors.FilesystemLoop, "Too many levels of symbolic links"],
];

/** The words for an error that a file operation threw; its own message where there are none. */
export function systemErrorWords(error: unknown): string {
  const known = WORDS.find(([kind]) => error instanceof kind);
  if (known) return known[1];
  const message = error instanceof Error ? error.message : String(error);
  // "No space left on device (os error 28)", and where it was.
  return /^(.*?) \(os error \d+\)/.exec(message)?.[1] ?? message;
}
