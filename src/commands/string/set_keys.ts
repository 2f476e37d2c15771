// What SET does to its key depends on its options.
import { keyword } from "../../engine/arguments.ts";
import type { FoundKey, KeyFinder } from "../../engine/facts.ts";

const GET = keyword("get");
const WRITTEN: readonly FoundKey[] = [{ position: 1, flags: ["OW", "update"] }];
const READ_AND_WRITTEN: readonly FoundKey[] = [{ position: 1, flags: ["RW", "access", "update"] }];

/** With GET the old value is read, else the key is only written. */
export const findSetKeys: KeyFinder = (args, count) => {
  for (let i = 3; i < count; i++) if (args[i].equalsIgnoreCase(GET)) return READ_AND_WRITTEN;
  return WRITTEN;
};
