// The commands of the hyperloglog group.
import type { CommandSpec } from "../../engine/command.ts";
import { keyAt, keyRange } from "../../engine/facts.ts";
import { pfadd } from "./pfadd.ts";
import { pfcount } from "./pfcount.ts";
import { pfdebug } from "./pfdebug.ts";
import { pfmerge } from "./pfmerge.ts";
import { pfselftest } from "./pfselftest.ts";

export const HYPERLOGLOG_COMMANDS: readonly CommandSpec[] = [
  {
    name: "pfadd",
    group: "hyperloglog",
    summary: "Counts elements in a HyperLogLog, which is made if it is not there.",
    complexity: "O(1) to add every element.",
    since: "2.8.9",
    syntax: "key [element [element ...]]",
    arity: -2,
    flags: ["write", "denyoom", "fast"],
    categories: ["hyperloglog"],
    keys: [keyAt(1, "RW insert")],
    handler: pfadd,
  },
  {
    name: "pfcount",
    group: "hyperloglog",
    summary: "Estimates how many different elements HyperLogLogs have seen together.",
    complexity: "O(1) for one key, O(N) for N keys, with a much larger constant",
    since: "2.8.9",
    syntax: "key [key ...]",
    arity: -2,
    flags: ["readonly", "may_replicate"],
    categories: ["hyperloglog"],
    keys: [
      {
        ...keyRange(1, -1, 1, "RW access"),
        notes: "The estimate is kept in the value, which is a change that replicas get.",
      },
    ],
    handler: pfcount,
  },
  {
    name: "pfmerge",
    group: "hyperloglog",
    summary: "Makes a HyperLogLog of all that several ones have seen.",
    complexity: "O(N) to merge N HyperLogLogs, but with high constant times.",
    since: "2.8.9",
    syntax: "destkey [sourcekey [sourcekey ...]]",
    arity: -2,
    flags: ["write", "denyoom"],
    categories: ["hyperloglog"],
    keys: [keyAt(1, "RW access insert"), keyRange(2, -1, 1, "RO access")],
    handler: pfmerge,
  },
  {
    name: "pfdebug",
    group: "hyperloglog",
    summary: "Shows the inside of a HyperLogLog, for tests.",
    complexity: "N/A",
    since: "2.8.9",
    syntax: "subcommand key",
    arity: 3,
    flags: ["write", "denyoom", "admin"],
    categories: ["hyperloglog"],
    keys: [keyAt(2, "RW access")],
    systemCommand: true,
    handler: pfdebug,
  },
  {
    name: "pfselftest",
    group: "hyperloglog",
    summary: "Tests how HyperLogLogs count, for as long as it takes.",
    complexity: "N/A",
    since: "2.8.9",
    syntax: "",
    arity: 1,
    flags: ["admin"],
    categories: ["hyperloglog"],
    systemCommand: true,
    handler: pfselftest,
  },
];
