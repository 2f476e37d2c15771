// The commands of the bitmap group.
import type { CommandSpec } from "../../engine/command.ts";
import { keyAt, keyRange } from "../../engine/facts.ts";
import { getbit, setbit } from "./bit.ts";
import { bitcount } from "./bitcount.ts";
import { bitfield, bitfieldRo } from "./bitfield.ts";
import { findBitfieldKeys } from "./bitfield_keys.ts";
import { bitop } from "./bitop.ts";
import { bitpos } from "./bitpos.ts";

export const BITMAP_COMMANDS: readonly CommandSpec[] = [
  {
    name: "setbit",
    group: "bitmap",
    summary: "Sets or clears one bit of a string, which grows as far as needed.",
    complexity: "O(1)",
    since: "2.2.0",
    syntax: "key offset value",
    argumentTypes: { value: "integer" },
    arity: 4,
    flags: ["write", "denyoom"],
    categories: ["bitmap"],
    keys: [keyAt(1, "RW access update")],
    handler: setbit,
  },
  {
    name: "getbit",
    group: "bitmap",
    summary: "Reads one bit of a string.",
    complexity: "O(1)",
    since: "2.2.0",
    syntax: "key offset",
    arity: 3,
    flags: ["readonly", "fast"],
    categories: ["bitmap"],
    keys: [keyAt(1, "RO access")],
    handler: getbit,
  },
  {
    name: "bitcount",
    group: "bitmap",
    summary: "Counts the bits that are set in a string or a part of it.",
    complexity: "O(N)",
    since: "2.6.0",
    syntax: "key [start end [BYTE | BIT]]",
    arity: -2,
    flags: ["readonly"],
    categories: ["bitmap"],
    keys: [keyAt(1, "RO access")],
    history: [["7.0.0", "Options BYTE and BIT."]],
    handler: bitcount,
  },
  {
    name: "bitpos",
    group: "bitmap",
    summary: "Finds the first bit that is set, or clear, in a string or a part of it.",
    complexity: "O(N)",
    since: "2.8.7",
    syntax: "key bit [start [end [BYTE | BIT]]]",
    arity: -3,
    flags: ["readonly"],
    categories: ["bitmap"],
    keys: [keyAt(1, "RO access")],
    history: [["7.0.0", "Options BYTE and BIT."]],
    handler: bitpos,
  },
  {
    name: "bitop",
    group: "bitmap",
    summary: "Combines strings bit by bit and stores the result.",
    complexity: "O(N)",
    since: "2.6.0",
    syntax: "<AND | OR | XOR | NOT> destkey key [key ...]",
    arity: -4,
    flags: ["write", "denyoom"],
    categories: ["bitmap"],
    keys: [keyAt(2, "OW update"), keyRange(3, -1, 1, "RO access")],
    handler: bitop,
  },
  {
    name: "bitfield",
    group: "bitmap",
    summary: "Reads, sets and adds to integers of any width inside a string.",
    complexity: "O(1) for each subcommand specified",
    since: "3.2.0",
    syntax:
      "key [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment> [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment> ...]]",
    argumentTypes: { value: "integer" },
    arity: -2,
    flags: ["write", "denyoom"],
    categories: ["bitmap"],
    keys: [
      {
        ...keyAt(1, "RW update access variable_flags"),
        notes: "The key is changed unless every subcommand is GET.",
      },
    ],
    findKeys: findBitfieldKeys,
    handler: bitfield,
  },
  {
    name: "bitfield_ro",
    group: "bitmap",
    summary: "Reads integers of any width inside a string.",
    complexity: "O(1) for each subcommand specified",
    since: "6.0.0",
    syntax: "key [GET encoding offset [GET encoding offset ...]]",
    arity: -2,
    flags: ["readonly", "fast"],
    categories: ["bitmap"],
    keys: [keyAt(1, "RO access")],
    handler: bitfieldRo,
  },
];
