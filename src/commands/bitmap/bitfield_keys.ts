// What BITFIELD does to its key depends on its subcommands.
import { keyword } from "../../engine/arguments.ts";
import type { FoundKey, KeyFinder } from "../../engine/facts.ts";

const GET = keyword("get");
const READ: readonly FoundKey[] = [{ position: 1, flags: ["RO", "access"] }];
const WRITTEN: readonly FoundKey[] = [{ position: 1, flags: ["RW", "access", "update"] }];

/** With nothing but GET the key is only read. */
export const findBitfieldKeys: KeyFinder = (args, count) => {
  let at = 2;
  while (at + 2 < count && args[at].equalsIgnoreCase(GET)) at += 3;
  return at === count ? READ : WRITTEN;
};
