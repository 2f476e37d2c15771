/** The configuration of a running server: typed values, CONFIG GET, CONFIG SET and CONFIG REWRITE. */

import { type ByteRange, latin1, latin1Bytes } from "../base/bytes.ts";
import { globMatch } from "../base/glob.ts";
import {
  DENY_LOADING,
  type Directive,
  HIDDEN,
  IMMUTABLE,
  MULTI_ARGUMENT,
  NO_EFFECT,
  PROTECTED,
  SENSITIVE,
  VOLATILE,
  type WorkingDirectory,
} from "./directive.ts";
import {
  type DirectiveName,
  DIRECTIVES,
  NAMES,
  type NumberName,
  type TextName,
  type ViewOf,
  type YesNoName,
} from "./directives.ts";
import { asciiLower, untilNul } from "./numbers.ts";
import { rewriteText } from "./rewrite.ts";

/** A value that follows the configuration: readers on the hot path keep the cell, not the value. */
export interface Cell<Value> {
  readonly value: Value;
}

/**
 * Makes a new value take effect. It may refuse with a message, which CONFIG SET answers after putting
 * the old values back; then it is called again for these. It may also correct the value with `assign`.
 */
export type ApplyHook = () => string | void;

/** Who calls CONFIG SET, and when. */
export interface SetContext {
  /** A dump is being loaded. */
  readonly loading?: boolean;
  /** The client came over loopback or a unix socket. */
  readonly local?: boolean;
}

/** Lines of a configuration file that are not directives; words are byte strings. */
export interface Declarations {
  /** `user` lines: name and rules, without the word `user`. */
  readonly users: (readonly string[])[];
  /** `rename-command` lines: old and new name; an empty new name removes the command. */
  readonly renamedCommands: (readonly [from: string, to: string])[];
}

/** What CONFIG REWRITE writes. */
export interface RewriteOptions {
  /** Definitions of users, without the word `user`; without them the `user` lines stay as they are. */
  readonly users?: readonly string[];
  /** Directives that have their default value are written too. */
  readonly all?: boolean;
}

interface Entry {
  readonly name: DirectiveName;
  readonly directive: Directive;
  stored: unknown;
  readonly cell: { value: unknown };
}

interface Assignment {
  readonly entry: Entry;
  readonly name: string;
  readonly text: string;
}

/** Whether the value of a directive, under any of its names, must be kept out of logs. */
export function isSensitiveDirective(name: Uint8Array): boolean {
  const primary = NAMES.get(asciiLower(latin1(name)));
  return primary !== undefined && (DIRECTIVES.get(primary)!.flags & SENSITIVE) !== 0;
}

export class Config {
  readonly declarations: Declarations = { users: [], renamedCommands: [] };
  readonly #directory: WorkingDirectory;
  readonly #entries: ReadonlyMap<DirectiveName, Entry>;
  readonly #hooks = new Map<Entry, ApplyHook[]>();

  constructor(directory: WorkingDirectory) {
    this.#directory = directory;
    const entries = new Map<DirectiveName, Entry>();
    for (const [name, directive] of DIRECTIVES) {
      const stored = directive.initial(directory);
      entries.set(name, { name, directive, stored, cell: { value: directive.view(stored) } });
    }
    this.#entries = entries;
  }

  /** The value of any directive, with the type its row has. */
  value<Name extends DirectiveName>(name: Name): ViewOf<Name> {
    return this.#entry(name).cell.value as ViewOf<Name>;
  }

  /** The place where the value of a directive stands; it stays the same object for ever. */
  cell<Name extends DirectiveName>(name: Name): Cell<ViewOf<Name>> {
    return this.#entry(name).cell as Cell<ViewOf<Name>>;
  }

  bool(name: YesNoName): boolean {
    return this.#entry(name).cell.value as boolean;
  }

  /** A number in the unit of the directive; beyond 2^53 it is rounded. A percentage is negative. */
  int(name: NumberName): number {
    return this.#entry(name).cell.value as number;
  }

  /** A text decoded from UTF-8; empty where it is not set. For paths, names and messages. */
  text(name: TextName | "dir"): string {
    return this.#entry(name).cell.value as string;
  }

  /** The exact bytes of a text, for passwords. */
  bytes(name: TextName): Uint8Array<ArrayBuffer> {
    return latin1Bytes(this.#entry(name).stored as string);
  }

  /** The value as CONFIG GET shows it, as a byte string. */
  rendered(name: DirectiveName): string {
    const { directive, stored } = this.#entry(name);
    return directive.render(stored);
  }

  /** Calls `hook` after CONFIG SET changed any of `names`, once however many of them changed. */
  onChange(names: DirectiveName | readonly DirectiveName[], hook: ApplyHook): void {
    for (const name of typeof names === "string" ? [names] : names) {
      const entry = this.#entry(name);
      const hooks = this.#hooks.get(entry);
      if (hooks) hooks.push(hook);
      else this.#hooks.set(entry, [hook]);
    }
  }

  /**
   * CONFIG GET: names and values of all directives that any pattern matches. A name without wildcards
   * is answered in the spelling it was asked for; hidden directives answer to their name only.
   */
  get(patterns: readonly Uint8Array[]): [name: Uint8Array, value: Uint8Array][] {
    const found = new Map<string, [name: string, entry: Entry]>();
    for (const pattern of patterns) {
      const text = latin1(pattern);
      if (!/[[*?]/.test(text)) {
        const name = asciiLower(text);
        const entry = this.#lookUp(name);
        if (entry && !found.has(name)) found.set(name, [text, entry]);
        continue;
      }
      for (const name of NAMES.keys()) {
        const entry = this.#lookUp(name)!;
        if ((entry.directive.flags & HIDDEN) !== 0 || found.has(name)) continue;
        if (globMatch(wholeOf(untilNul(text)), wholeOf(name), true)) {
          found.set(name, [name, entry]);
        }
      }
    }
    return [...found.values()].map(([name, { directive, stored }]) => [
      latin1Bytes(name),
      latin1Bytes(directive.render(stored)),
    ]);
  }

  /**
   * CONFIG SET: all pairs or none. The error is a reply without its `-`, as a byte string, because it
   * may repeat bytes that the client sent.
   */
  set(
    pairs: readonly (readonly [name: Uint8Array, value: Uint8Array])[],
    context: SetContext = {},
  ): { error?: string } {
    const assignments: Assignment[] = [];
    for (const [nameBytes, value] of pairs) {
      const given = latin1(nameBytes);
      const refusal = this.#admit(given, assignments, context);
      if (refusal !== undefined) return { error: oneLine(refusal) };
      const name = asciiLower(given);
      assignments.push({ entry: this.#lookUp(name)!, name, text: latin1(value) });
    }
    const error = this.#setAll(assignments);
    return error === undefined ? {} : { error: oneLine(error) };
  }

  /**
   * Gives a directive the value of some words, whether or not CONFIG SET might, and calls no hooks:
   * for configuration files, and for what the server itself changes (REPLICAOF, the port it was
   * given). Answers the reason when the words are refused.
   */
  assign(
    name: DirectiveName,
    words: readonly string[],
    { repeated = false }: { repeated?: boolean } = {},
  ): string | undefined {
    return this.#parse(this.#entry(name), words, repeated);
  }

  /**
   * CONFIG REWRITE: the new text of the configuration file whose text is given (empty when there is
   * none).
   */
  rewrite(
    file: Uint8Array,
    { users, all = false }: RewriteOptions = {},
  ): Uint8Array<ArrayBuffer> {
    const lines = [...this.#entries.values()].map(({ name, directive, stored }) => {
      const own = directive.rewrite(name, stored);
      return [name, all ? own.map(({ text }) => ({ text, force: true })) : own] as const;
    });
    return latin1Bytes(rewriteText(latin1(file), lines, users));
  }

  /** Directives that were given a value but that nothing here reads. */
  withoutEffect(): DirectiveName[] {
    const set = [...this.#entries.values()].filter(({ directive, stored }) =>
      (directive.flags & NO_EFFECT) !== 0 &&
      directive.render(stored) !== directive.render(directive.initial(this.#directory))
    );
    return set.map(({ name }) => name);
  }

  #entry(name: DirectiveName): Entry {
    return this.#entries.get(name)!;
  }

  #lookUp(lowerName: string): Entry | undefined {
    const primary = NAMES.get(lowerName);
    return primary === undefined ? undefined : this.#entries.get(primary);
  }

  #admit(
    given: string,
    before: readonly Assignment[],
    { loading = false, local = false }: SetContext,
  ): string | undefined {
    const name = asciiLower(given);
    const entry = this.#lookUp(name);
    if (!entry) return `ERR Unknown option or number of arguments for CONFIG SET - '${given}'`;
    const { flags } = entry.directive;
    if ((flags & IMMUTABLE) !== 0) return failure(given, "can't set immutable config");
    const protection = this.value("enable-protected-configs");
    const allowed = protection === "yes" || (protection === "local" && local);
    if ((flags & PROTECTED) !== 0 && !allowed) return failure(given, "can't set protected config");
    if ((flags & DENY_LOADING) !== 0 && loading) {
      return "LOADING Redis is loading the dataset in memory";
    }
    // An old name and its new one are not duplicates, as in Redis.
    const duplicate = before.some((assignment) => assignment.name === name);
    return duplicate ? failure(given, "duplicate parameter") : undefined;
  }

  #setAll(assignments: readonly Assignment[]): string | undefined {
    const old = assignments.map(({ entry }) => entry.stored);
    const hooks = new Map<ApplyHook, string>();
    const undo = () => {
      for (const [i, { entry }] of assignments.entries()) {
        if (entry.stored !== old[i]) this.#restore(entry, old[i]);
      }
    };
    for (const [i, { entry, name, text }] of assignments.entries()) {
      const multiple = (entry.directive.flags & MULTI_ARGUMENT) !== 0;
      const words = !multiple ? [text] : text === "" ? [] : text.split(" ");
      const refusal = this.#parse(entry, words, false);
      if (refusal !== undefined) {
        undo();
        return failure(name, refusal);
      }
      if (entry.stored === old[i] && (entry.directive.flags & VOLATILE) === 0) continue;
      for (const hook of this.#hooks.get(entry) ?? []) {
        if (!hooks.has(hook)) hooks.set(hook, name);
      }
    }
    for (const [hook, name] of hooks) {
      const refusal = hook();
      if (typeof refusal !== "string") continue;
      undo();
      for (const again of hooks.keys()) again();
      return failure(name, refusal);
    }
    return undefined;
  }

  #parse(entry: Entry, words: readonly string[], repeated: boolean): string | undefined {
    const parsed = entry.directive.parse(words, {
      current: entry.stored,
      repeated,
      directory: this.#directory,
    });
    if ("error" in parsed) return parsed.error;
    this.#store(entry, parsed.value);
    return undefined;
  }

  #restore(entry: Entry, stored: unknown): void {
    entry.directive.restore?.(stored, this.#directory);
    this.#store(entry, stored);
  }

  #store(entry: Entry, stored: unknown): void {
    if (entry.stored === stored) return;
    entry.stored = stored;
    entry.cell.value = entry.directive.view(stored);
  }
}

function wholeOf(text: string): ByteRange {
  const bytes = latin1Bytes(text);
  return { bytes, start: 0, end: bytes.length };
}

function failure(name: string, reason: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
}

// A line break would end the reply early; Redis writes blanks instead.
function oneLine(error: string): string {
  return error.replace(/[\r\n]+$/, "").replace(/[\r\n]/g, " ");
}
