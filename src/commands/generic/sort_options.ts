// The options of SORT and SORT_RO, and the keys among them.
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import type { FoundKey, KeyFinder } from "../../engine/facts.ts";
import { SortPattern } from "./sort_pattern.ts";

const ASC = keyword("asc");
const DESC = keyword("desc");
const ALPHA = keyword("alpha");
const LIMIT = keyword("limit");
const STORE = keyword("store");
const BY = keyword("by");
const GET = keyword("get");

export interface SortOptions {
  descending: boolean;
  /** As texts, not as numbers. */
  alpha: boolean;
  /** Elements to skip, and how many to answer, negative for all. */
  offset: number;
  count: number;
  store: Slice | undefined;
  by: SortPattern | undefined;
  /** BY a pattern that is the same for all elements: they stay in their order. */
  unsorted: boolean;
  gets: SortPattern[];
}

/** Reads the arguments from the second on; STORE only where it may be said. */
export function readSortOptions(call: Call, mayStore: boolean): SortOptions {
  const options: SortOptions = {
    descending: false,
    alpha: false,
    offset: 0,
    count: -1,
    store: undefined,
    by: undefined,
    unsorted: false,
    gets: [],
  };
  for (let i = 2; i < call.count;) i += readOption(call, i, options, mayStore);
  return options;
}

/** Answers how many arguments the option takes. */
function readOption(call: Call, i: number, options: SortOptions, mayStore: boolean): number {
  const name = call.at(i), behind = call.count - 1 - i;
  if (name.equalsIgnoreCase(ASC)) options.descending = false;
  else if (name.equalsIgnoreCase(DESC)) options.descending = true;
  else if (name.equalsIgnoreCase(ALPHA)) options.alpha = true;
  else if (name.equalsIgnoreCase(LIMIT) && behind >= 2) {
    options.offset = clampedIntegerOf(call.at(i + 1));
    options.count = clampedIntegerOf(call.at(i + 2));
    return 3;
  } else return readValueOption(name, behind >= 1 ? call.at(i + 1) : undefined, options, mayStore);
  return 1;
}

function readValueOption(
  name: Slice,
  value: Slice | undefined,
  options: SortOptions,
  mayStore: boolean,
): number {
  if (value === undefined) throw ERR.syntax;
  if (name.equalsIgnoreCase(GET)) options.gets.push(new SortPattern(value));
  else if (name.equalsIgnoreCase(STORE) && mayStore) options.store = value;
  else if (name.equalsIgnoreCase(BY)) {
    options.by = new SortPattern(value);
    // One such is enough, whatever comes after it.
    if (!options.by.varies) options.unsorted = true;
  } else throw ERR.syntax;
  return 2;
}

const READ: FoundKey = { position: 1, flags: ["RO", "access"] };

/** The sorted key and the last one to be stored to; those that patterns name nobody can know. */
export const findSortKeys: KeyFinder = (args, count) => {
  let store = 0;
  for (let i = 2; i < count; i++) {
    const name = args[i];
    if (name.equalsIgnoreCase(LIMIT)) i += 2;
    else if (name.equalsIgnoreCase(GET) || name.equalsIgnoreCase(BY)) i++;
    else if (name.equalsIgnoreCase(STORE) && i + 1 < count) store = ++i;
  }
  return store === 0 ? [READ] : [READ, { position: store, flags: ["OW", "update"] }];
};

/** SORT_RO stores nothing. */
export const findSortRoKeys: KeyFinder = () => [READ];
