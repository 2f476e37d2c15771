// All commands, found by the bytes of their name without making a string.
import { asciiBytes, latin1, latin1Bytes } from "../base/bytes.ts";
import { invariant } from "../base/invariant.ts";
import type { Slice } from "../base/slice.ts";
import { wordsOf } from "../base/words.ts";
import type { Request } from "../resp/request.ts";
import { CommandStats } from "../stats/command_stats.ts";
import type { CommandLookup, KnownCommand } from "./call.ts";
import type { CommandSpec, Handler } from "./command.ts";
import { FLAG_MOVABLEKEYS, FLAG_PROTECTED, flagBits } from "./flags.ts";
import { hasMovableKeys } from "./key_finder.ts";

/** More than a request can have. */
const MOST_ARGUMENTS = 2 ** 31 - 1;

/** A command ready to run. */
export class Command implements KnownCommand {
  readonly facts: CommandSpec;
  readonly fullName: string;
  /** What clients call it: its name, unless `rename-command` gave it another one. */
  nameBytes: Uint8Array;
  readonly flags: number;
  readonly arity: number;
  readonly handler: Handler | undefined;
  readonly stats = new CommandStats();
  readonly container: Command | undefined;
  readonly subcommands: readonly Command[];
  readonly subcommandTable: NameTable | undefined;
  /** Position of the first key where it is fixed, else 0: what looking ahead looks at. */
  readonly firstKey: number;
  /** Position of the argument that is looked up in the value of the first key, else 0. */
  readonly member: number;
  /** Its time need not be measured call by call; see the fact of this name. */
  readonly short: boolean;
  /** Neither has subcommands nor is refused to some: a request with enough arguments can run. */
  readonly plain: boolean;
  readonly #leastArguments: number;
  readonly #mostArguments: number;
  /** Calls in the current time segment, booked when it ends. */
  unbooked = 0;

  constructor(spec: CommandSpec, container?: Command) {
    this.facts = spec;
    this.container = container;
    this.fullName = container === undefined ? spec.name : `${container.fullName}|${spec.name}`;
    this.nameBytes = asciiBytes(spec.name);
    const movable = hasMovableKeys(spec.keys ?? []);
    this.flags = flagBits(spec.flags) | (movable ? FLAG_MOVABLEKEYS : 0);
    this.arity = spec.arity;
    this.#leastArguments = Math.abs(spec.arity);
    this.#mostArguments = spec.arity > 0 ? spec.arity : MOST_ARGUMENTS;
    this.handler = spec.handler;
    const begin = spec.keys?.[0]?.begin;
    this.firstKey = typeof begin === "object" && "index" in begin ? begin.index : 0;
    this.member = spec.member ?? 0;
    this.short = spec.short ?? /^O\((1|log\(N\))\)/.test(spec.complexity);
    this.subcommands = (spec.subcommands ?? []).map((sub) => new Command(sub, this));
    const guarded = spec.subcommands !== undefined || (this.flags & FLAG_PROTECTED) !== 0;
    this.plain = spec.handler !== undefined && !guarded;
    if (spec.subcommands !== undefined) this.subcommandTable = new NameTable(this.subcommands);
  }

  /** Whether a request with `count` arguments fits the arity. */
  accepts(count: number): boolean {
    return count >= this.#leastArguments && count <= this.#mostArguments;
  }
}

/** A name as some client writes it: its first and last four bytes, which overlap below eight. */
interface Spelling {
  length: number;
  first: number;
  last: number;
  command: Command | undefined;
}

/** Spellings remembered, a power of two; of two that fall together the later one stays. */
const SPELLINGS = 64;

/** Open addressing over hashes of lower-cased names. */
class NameTable {
  #slots: (Command | undefined)[];
  #spellings = Array.from({ length: SPELLINGS }, (): Spelling => {
    return { length: -1, first: 0, last: 0, command: undefined };
  });
  #mask: number;

  constructor(commands: readonly Command[]) {
    let size = 16;
    while (size < commands.length * 4) size *= 2;
    this.#slots = new Array(size).fill(undefined);
    this.#mask = size - 1;
    for (const command of commands) {
      const name = command.nameBytes;
      let slot = nameHash(name, 0, name.length) & this.#mask;
      while (this.#slots[slot] !== undefined) {
        invariant(this.#slots[slot]!.facts.name !== command.facts.name, "names are unique");
        slot = slot + 1 & this.#mask;
      }
      this.#slots[slot] = command;
    }
  }

  find(name: Slice): Command | undefined {
    const { bytes, start, end } = name;
    const length = end - start;
    const words = wordsOf(bytes);
    if (words === undefined || length > 8 || length < 3 || start === 0) return this.#search(name);
    // Clients tend to repeat themselves, above all in a pipeline.
    const last = words.getInt32(end - 4, true);
    const first = length === 3 ? last >>> 8 : words.getInt32(start, true);
    // Shifted: of names of four letters, which many have, both are the same.
    const spelling = this.#spellings[Math.imul(first << 1 ^ last, 0x9e3779b1) >>> 26];
    if (spelling.first !== first || spelling.last !== last || spelling.length !== length) {
      spelling.command = this.#search(name);
      spelling.length = length;
      spelling.first = first;
      spelling.last = last;
    }
    return spelling.command;
  }

  #search({ bytes, start, end }: Slice): Command | undefined {
    const length = end - start;
    let slot = nameHash(bytes, start, end) & this.#mask;
    for (;;) {
      const command = this.#slots[slot];
      if (command === undefined) return undefined;
      const expected = command.nameBytes;
      if (expected.length === length) {
        let i = 0;
        while (i < length && expected[i] === lower(bytes[start + i])) i++;
        if (i === length) return command;
      }
      slot = slot + 1 & this.#mask;
    }
  }
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}

function nameHash(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = Math.imul(hash, 31) + (bytes[i] | 32) | 0;
  return hash ^ hash >>> 10;
}

/** The command table at work. */
export class Registry implements CommandLookup {
  #commands: readonly Command[];
  #table: NameTable;
  #byName = new Map<string, Command>();

  constructor(specs: readonly CommandSpec[]) {
    this.#commands = specs.map((spec) => new Command(spec));
    this.#table = new NameTable(this.#commands);
    for (const command of this.#commands) this.#list(command, command.facts.name);
  }

  /** All commands that clients can call. */
  get commands(): readonly Command[] {
    return this.#commands;
  }

  #list(command: Command, name: string): void {
    this.#byName.set(name, command);
    for (const sub of command.subcommands) this.#byName.set(`${name}|${sub.facts.name}`, sub);
  }

  #unlist(command: Command, name: string): void {
    this.#byName.delete(name);
    for (const sub of command.subcommands) this.#byName.delete(`${name}|${sub.facts.name}`);
  }

  /**
   * `rename-command`: clients call the command `to` from now on; nobody can when that is empty. Names
   * are byte strings. Answers the reason when it is refused.
   */
  rename(from: string, to: string): string | undefined {
    const oldName = from.toLowerCase(), newName = to.toLowerCase();
    const command = this.#byName.get(oldName);
    if (command === undefined || command.container !== undefined) {
      return "No such command in rename-command";
    }
    if (this.#byName.has(newName)) return "Target command name already exists";
    this.#unlist(command, oldName);
    if (newName === "") this.#commands = this.#commands.filter((other) => other !== command);
    else {
      command.nameBytes = latin1Bytes(newName);
      this.#list(command, newName);
    }
    this.#table = new NameTable(this.#commands);
    return undefined;
  }

  /** The command or container that argument 0 names. */
  find(name: Slice): Command | undefined {
    return this.#table.find(name);
  }

  byName(name: string): Command | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  resolve(request: Request): Command | undefined {
    const command = this.find(request.at(0));
    if (command?.subcommandTable === undefined || request.count < 2) return command;
    return command.subcommandTable.find(request.at(1));
  }
}

const QUOTED_NAME_BYTES = 128;

/** `ERR unknown command 'x', with args beginning with: 'a' 'b' `, as Redis cuts it. */
export function unknownCommand(request: Request): string {
  let args = "";
  for (let i = 1; i < request.count && args.length < QUOTED_NAME_BYTES; i++) {
    args += `'${quoted(request.at(i), QUOTED_NAME_BYTES - args.length)}' `;
  }
  const name = quoted(request.at(0), QUOTED_NAME_BYTES);
  return `ERR unknown command '${name}', with args beginning with: ${args}`;
}

/** `ERR unknown subcommand 'x'. Try CLIENT HELP.` */
export function unknownSubcommand(container: Command, request: Request): string {
  const name = quoted(request.at(1), QUOTED_NAME_BYTES);
  return `ERR unknown subcommand '${name}'. Try ${container.facts.name.toUpperCase()} HELP.`;
}

/** As much of an argument as C's `%.*s` would print. */
function quoted(slice: Slice, limit: number): string {
  const text = latin1(slice.bytes, slice.start, Math.min(slice.end, slice.start + limit));
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}
