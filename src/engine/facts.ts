// What is known of a command without running it: the columns of the command table but the handler.
import type { Slice } from "../base/slice.ts";
import type { CategoryName, FlagName } from "./flags.ts";

/** Groups of the command documentation (COMMAND DOCS). */
export type CommandGroup =
  | "bitmap"
  | "cluster"
  | "connection"
  | "generic"
  | "geo"
  | "hash"
  | "hyperloglog"
  | "list"
  | "pubsub"
  | "scripting"
  | "server"
  | "set"
  | "sorted-set"
  | "stream"
  | "string"
  | "transactions";

/**
 * Where keys stand among the arguments and what happens to them (the Redis page "Key
 * specifications"). Positions count the command name as 0.
 */
export interface KeySpec {
  /** Access (RO, RW, OW, RM) and then access, update, insert, delete, not_key, incomplete ... */
  readonly flags: readonly string[];
  readonly begin:
    | { readonly index: number }
    | { readonly keyword: string; readonly startFrom: number }
    | "unknown";
  /** `last` is relative to the first key when not negative, counted from the end when it is. */
  readonly find:
    | { readonly last: number; readonly step: number; readonly limit: number }
    | { readonly keyNumIndex: number; readonly firstKey: number; readonly step: number }
    | "unknown";
  readonly notes?: string;
}

/** One key of a request: its position, the name counting as 0, and flags as in {@link KeySpec}. */
export interface FoundKey {
  readonly position: number;
  readonly flags: readonly string[];
}

/** Finds keys where the specs cannot. Undefined: the arguments make no sense. */
export type KeyFinder = (
  args: readonly Slice[],
  count: number,
) => readonly FoundKey[] | undefined;

/** Positions of arguments that must not be shown; the arity was checked. */
export type SecretFinder = (args: readonly Slice[], count: number) => readonly number[];

/** The facts of one command or subcommand, as a row of a table states them. */
export interface CommandFacts {
  /** Lower case, without the container's name. */
  readonly name: string;
  readonly group: CommandGroup;
  /** One line, in our own words. */
  readonly summary: string;
  readonly complexity: string;
  /** Version of Redis that brought the command. */
  readonly since: string;
  /** Arguments in the notation of the command pages: `key [EX seconds | PX milliseconds]`. */
  readonly syntax: string;
  /** Types of arguments whose names alone do not tell (see engine/syntax.ts), by name. */
  readonly argumentTypes?: Readonly<Record<string, "string" | "integer" | "double" | "key">>;
  /** Number of arguments with the name(s); negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly FlagName[];
  /** Only categories that do not follow from the flags. */
  readonly categories?: readonly CategoryName[];
  readonly keys?: readonly KeySpec[];
  readonly findKeys?: KeyFinder;
  /** Position of the argument that is looked up in the key's value: what looking ahead fetches. */
  readonly member?: number;
  /** Tips for proxies (COMMAND INFO's eighth element). */
  readonly tips?: readonly string[];
  /** Versions and what they changed. */
  readonly history?: readonly (readonly [version: string, change: string])[];
  /** Runs at once though the client is in a transaction (EXEC, DISCARD, MULTI, WATCH, QUIT ...). */
  readonly immediate?: boolean;
  /**
   * Takes time in proportion to its request at most, or says so itself (`Call.long`): then its time
   * need not be measured call by call. Follows from an O(1) or O(log(N)) in the complexity.
   */
  readonly short?: boolean;
  /** Runs what a transaction queued: is admitted as that would be, and ends it when refused (EXEC). */
  readonly runsTransaction?: boolean;
  /** For tests and for the server's own use, not for applications (COMMAND DOCS: syscmd). */
  readonly systemCommand?: boolean;
  /** Positions of arguments that no log may show: passwords. */
  readonly findSecrets?: SecretFinder;
  readonly deprecated?: { readonly since: string; readonly replacedBy: string };
}

/** One key, or `count` adjacent ones, at a fixed position. `flags` are words: `"RW access update"`. */
export function keyAt(index: number, flags: string): KeySpec {
  return { flags: flags.split(" "), begin: { index }, find: { last: 0, step: 1, limit: 0 } };
}

/** Keys from `first` on to `last` (negative: from the end), every `step` arguments. */
export function keyRange(first: number, last: number, step: number, flags: string): KeySpec {
  const relative = last < 0 ? last : last - first;
  return {
    flags: flags.split(" "),
    begin: { index: first },
    find: { last: relative, step, limit: 0 },
  };
}

/** A count at position `index`, and as many keys right behind it. */
export function keysCounted(index: number, flags: string): KeySpec {
  return {
    flags: flags.split(" "),
    begin: { index },
    find: { keyNumIndex: 0, firstKey: 1, step: 1 },
  };
}
