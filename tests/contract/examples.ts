/** An example of each command, made from its syntax, and one key of each type of value. */

import { allCommands } from "../../src/commands/registry.ts";
import type { CommandSpec } from "../../src/engine/command.ts";
import type { CommandGroup } from "../../src/engine/facts.ts";
import { parseSyntax, type SyntaxArgument } from "../../src/engine/syntax.ts";

/** A row with the container it stands in. */
export interface Row {
  readonly spec: CommandSpec;
  readonly container: CommandSpec | undefined;
  /** `client|id`. */
  readonly fullName: string;
}

/** Every row that a client can call: subcommands, and containers that can be called alone. */
export function callableRows(): Row[] {
  return everyRow().filter(({ spec }) => {
    const needsSubcommand = spec.subcommands !== undefined && spec.arity < -1;
    return spec.handler !== undefined && !needsSubcommand;
  });
}

/** Runs a check for each row; a failure names all rows that fail. */
export function checkEach(rows: readonly Row[], check: (row: Row) => void): void {
  const failures: string[] = [];
  for (const row of rows) {
    try {
      check(row);
    } catch (error) {
      failures.push(`${row.fullName}: ${(error as Error).message.trim()}`);
    }
  }
  if (failures.length > 0) throw new Error(`of ${rows.length} rows fail:\n${failures.join("\n")}`);
}

/** Every row, containers too. */
export function everyRow(): Row[] {
  const rows: Row[] = [];
  for (const spec of allCommands()) {
    rows.push({ spec, container: undefined, fullName: spec.name });
    for (const sub of spec.subcommands ?? []) {
      rows.push({ spec: sub, container: spec, fullName: `${spec.name}|${sub.name}` });
    }
  }
  return rows;
}

/** Words before the arguments. */
export function nameWords({ spec, container }: Row): string[] {
  return container === undefined ? [spec.name] : [container.name, spec.name];
}

/** Where the syntax alone gives arguments that make no sense, by full name; KEY is the first key. */
const ARGUMENTS: Readonly<Record<string, string[]>> = {
  "bitop": ["AND", "KEY2", "KEY"],
  "bitfield": ["KEY", "GET", "u4", "0"],
  "bitfield_ro": ["KEY", "GET", "u4", "0"],
  "setbit": ["KEY", "7", "1"],
  "client|kill": ["ID", "999999"],
  "client|pause": ["0"],
  "client|reply": ["ON"],
  "command|getkeys": ["GET", "k"],
  "command|getkeysandflags": ["GET", "k"],
  "config|set": ["maxmemory", "0"],
  "copy": ["KEY", "KEY2"],
  "pfmerge": ["KEY", "KEY2"],
  "rename": ["KEY", "KEY2"],
  "renamenx": ["KEY", "KEY2"],
  "debug": ["HELP"],
  "expireat": ["KEY", "99999999999"],
  "pexpireat": ["KEY", "99999999999999"],
  "hello": ["3"],
  "scan": ["0"],
  "select": ["1"],
  "sscan": ["KEY", "0"],
  "hscan": ["KEY", "0"],
  "zscan": ["KEY", "0"],
  "swapdb": ["0", "1"],
  "wait": ["0", "1"],
  "waitaof": ["0", "0", "1"],
  "zrange": ["KEY", "0", "-1"],
  "zlexcount": ["KEY", "-", "+"],
  "zrangebylex": ["KEY", "-", "+"],
  "zrevrangebylex": ["KEY", "+", "-"],
  "zremrangebylex": ["KEY", "-", "+"],
};

/** Commands that end the server, take the client away or stand for others, with the reason. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  "shutdown": "ends the server",
  "quit": "ends the client",
};

/** The words of an example with the required arguments only; `key` is its first key. */
export function exampleOf(row: Row, key: string): string[] {
  const given = ARGUMENTS[row.fullName];
  if (given !== undefined) {
    const named = given.map((word) => word === "KEY" ? key : word === "KEY2" ? `${key}:2` : word);
    return [...nameWords(row), ...named];
  }
  const maker = new ExampleMaker(key);
  return [...nameWords(row), ...maker.sequence(parseSyntax(row.spec))];
}

/** Words by the name of the argument, where any text will not do. */
const VALUES: Readonly<Record<string, string>> = {
  "numkeys": "1",
  "numfields": "1",
  "threshold": "1",
  "min": "1",
  "max": "1",
  "min-idle-time": "1",
  "id": "1-1",
  "start": "1-1",
  "end": "1-1",
  "last-id": "1-1",
};

class ExampleMaker {
  readonly #key: string;
  #keys = 0;

  constructor(key: string) {
    this.#key = key;
  }

  sequence(args: readonly SyntaxArgument[]): string[] {
    return args.filter(({ optional }) => !optional).flatMap((argument) => this.#words(argument));
  }

  #words(argument: SyntaxArgument): string[] {
    const token = argument.token === undefined ? [] : [argument.token];
    const { type, arguments: inner = [] } = argument;
    if (type === "pure-token") return token;
    if (type === "block") return [...token, ...this.sequence(inner)];
    if (type === "oneof") return [...token, ...this.#words(inner[0])];
    return [...token, this.#value(argument)];
  }

  #value({ name, type }: SyntaxArgument): string {
    switch (type) {
      case "key":
        return this.#keys++ === 0 ? this.#key : `${this.#key}:${this.#keys}`;
      case "integer":
        return "1";
      case "double":
        return "1.5";
      case "unix-time":
        return "99999999999";
      case "pattern":
        return "*";
      default:
        return VALUES[name] ?? "v";
    }
  }
}

/** A type of value: the groups of its commands, and how a key of it is made. */
export interface TypeMaker {
  readonly type: string;
  readonly groups: readonly CommandGroup[];
  readonly make: (key: string) => string[];
}

const ALL_MAKERS: readonly TypeMaker[] = [
  { type: "string", groups: ["string", "bitmap", "hyperloglog"], make: (k) => ["SET", k, "v"] },
  { type: "list", groups: ["list"], make: (k) => ["RPUSH", k, "a", "b"] },
  { type: "set", groups: ["set"], make: (k) => ["SADD", k, "a", "b"] },
  { type: "zset", groups: ["sorted-set", "geo"], make: (k) => ["ZADD", k, "1", "a", "2", "b"] },
  { type: "hash", groups: ["hash"], make: (k) => ["HSET", k, "f", "v", "g", "1"] },
  { type: "stream", groups: ["stream"], make: (k) => ["XADD", k, "1-1", "f", "v"] },
];

/** Makers of those types whose commands the server has. */
export function typeMakers(): TypeMaker[] {
  const names = new Set(allCommands().map(({ name }) => name));
  return ALL_MAKERS.filter(({ make }) => names.has(make("k")[0].toLowerCase()));
}
