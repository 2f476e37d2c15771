/**
 * What one configuration directive is: how its words are read, how CONFIG GET shows it and how
 * CONFIG REWRITE writes it. Words and rendered values are byte strings: one character per byte.
 */

/** CONFIG SET refuses it: it is fixed once the server runs. */
export const IMMUTABLE = 1;
/** Its value is a list of words, not one word. */
export const MULTI_ARGUMENT = 2;
/** Its value must not reach MONITOR, the slow log or the log. */
export const SENSITIVE = 4;
/** CONFIG GET shows it only by its exact name, never by a pattern. */
export const HIDDEN = 8;
/** Of interest in a crash report. */
export const DEBUG = 16;
/** CONFIG SET refuses it while a dump is loaded. */
export const DENY_LOADING = 32;
/** CONFIG SET obeys `enable-protected-configs`. */
export const PROTECTED = 64;
/** Setting it to the value it has is still a change: the file it names may have changed. */
export const VOLATILE = 128;
/** Accepted, stored and shown, so that files and clients written for Redis work, but nothing reads it. */
export const NO_EFFECT = 256;

/** The process's working directory, which is what the directive `dir` stands for. */
export interface WorkingDirectory {
  /** Absolute path as a byte string of UTF-8. */
  current(): string;
  /** Enters a directory; answers the reason in the system's words when it cannot. */
  enter(path: string): string | undefined;
}

/** What the value of a directive is read in: the value so far and the doors to the outside. */
export interface Reading<Stored> {
  readonly current: Stored;
  /** True from the second line of this directive in one configuration file on. */
  readonly repeated: boolean;
  readonly directory: WorkingDirectory;
}

/** A value, or the reason why the words are refused. */
export type Parsed<Stored> = { readonly value: Stored } | { readonly error: string };

/** One line CONFIG REWRITE would write; unforced ones only replace a line that is there already. */
export interface RewriteLine {
  readonly text: string;
  readonly force: boolean;
}

/** What every row of the table may say beside its kind. */
export interface Facts {
  /** Old name of the directive, still understood. */
  readonly alias?: string;
  readonly flags?: number;
}

/**
 * A row of the directive table. `Stored` is what the table keeps, an immutable value; `View` is what
 * the program reads.
 */
export interface Directive<Stored = unknown, View = unknown> {
  readonly alias: string | undefined;
  readonly flags: number;
  initial(directory: WorkingDirectory): Stored;
  parse(words: readonly string[], reading: Reading<Stored>): Parsed<Stored>;
  view(stored: Stored): View;
  /** As CONFIG GET shows it. */
  render(stored: Stored): string;
  /** Lines for CONFIG REWRITE; none where the directive must not stand in the file. */
  rewrite(name: string, stored: Stored): readonly RewriteLine[];
  /** Undoes what parsing did outside of the configuration, before the value is put back. */
  restore?(stored: Stored, directory: WorkingDirectory): void;
}
