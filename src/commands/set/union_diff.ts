// SUNION, SDIFF and their STORE forms.
import type { Call } from "../../engine/call.ts";
import { ENCODING_HASHTABLE } from "../../values/encodings.ts";
import type { SetValue } from "../../values/set_value.ts";
import { writeMembers } from "./members.ts";
import { replaceBySet, setsOf } from "./open_set.ts";
import { openSources, type SourceSet } from "./source_sets.ts";

type Sources = readonly (SourceSet | undefined)[];

/** SUNION key [key ...] */
export function sunion(call: Call): void {
  answer(call, union(call, openSources(call, 1, call.count - 1)));
}

/** SUNIONSTORE destination key [key ...] */
export function sunionstore(call: Call): void {
  const result = union(call, openSources(call, 2, call.count - 1));
  call.reply.integer(replaceBySet(call, call.at(1), result, "sunionstore"));
}

/** SDIFF key [key ...] */
export function sdiff(call: Call): void {
  answer(call, difference(call, openSources(call, 1, call.count - 1)));
}

/** SDIFFSTORE destination key [key ...] */
export function sdiffstore(call: Call): void {
  const result = difference(call, openSources(call, 2, call.count - 1));
  call.reply.integer(replaceBySet(call, call.at(1), result, "sdiffstore"));
}

function answer(call: Call, result: SetValue): void {
  call.reply.set(result.size);
  writeMembers(call, result);
  result.free();
}

/**
 * A result begins as a set of integers, or as a copy of a large set that will be in it as a whole, and
 * becomes what its members need.
 */
function build(
  call: Call,
  fill: (result: SetValue) => void,
  base?: SourceSet,
): SetValue {
  const sets = setsOf(call), { result } = sets;
  if (base === undefined) result.createIntset();
  else result.open(base.set.encoding, sets.copy(base.set.encoding, base.set.value));
  try {
    fill(result);
  } catch (error) {
    result.free();
    throw error;
  }
  return result;
}

function union(call: Call, sources: Sources): SetValue {
  const base = largestTable(call, sources);
  return build(call, (result) => {
    for (const source of sources) {
      if (source === undefined || source.ref === base?.ref) continue;
      eachMember(source.set, (set) => result.addMemberOf(set));
    }
  }, base);
}

/** The largest source that is a table and has more members than any other form may have. */
function largestTable(call: Call, sources: Sources): SourceSet | undefined {
  const { setMaxIntsetEntries, setMaxListpackEntries } = call.services.keyspace.limits;
  let size = Math.max(setMaxIntsetEntries, setMaxListpackEntries), largest: SourceSet | undefined;
  for (const source of sources) {
    if (source?.set.encoding !== ENCODING_HASHTABLE || source.set.size <= size) continue;
    largest = source;
    size = source.set.size;
  }
  return largest;
}

function difference(call: Call, sources: Sources): SetValue {
  const [first, ...rest] = sources;
  const others = rest.filter((source) => source !== undefined);
  return build(call, (result) => {
    if (first === undefined || others.some(({ ref }) => ref === first.ref)) return;
    if (lookingUpIsLess(first, others)) addMissing(result, first, others);
    else addAndRemove(result, first, others);
  });
}

/**
 * Looking each member of the first set up in all others, against removing the members of the others
 * one by one. Looking up has the smaller constant and ends early where sets overlap.
 */
function lookingUpIsLess(first: SourceSet, others: readonly SourceSet[]): boolean {
  let removing = first.set.size;
  for (const { set } of others) removing += set.size;
  return first.set.size * (others.length + 1) / 2 <= removing;
}

function addMissing(result: SetValue, first: SourceSet, others: readonly SourceSet[]): void {
  // The largest first: it is the likeliest to have the member.
  const ordered = [...others].sort((a, b) => b.set.size - a.set.size);
  eachMember(first.set, (set) => {
    if (!isInAny(ordered, set)) result.addMemberOf(set);
  });
}

function isInAny(sources: readonly SourceSet[], member: SetValue): boolean {
  for (let i = 0; i < sources.length; i++) if (sources[i].set.hasMemberOf(member)) return true;
  return false;
}

function addAndRemove(result: SetValue, first: SourceSet, others: readonly SourceSet[]): void {
  eachMember(first.set, (set) => result.addMemberOf(set));
  for (const other of others) {
    if (result.size === 0) break;
    eachMember(other.set, (set) => result.remove(set.member));
  }
}

function eachMember(set: SetValue, visit: (set: SetValue) => void): void {
  set.begin();
  try {
    while (set.next()) visit(set);
  } finally {
    set.end();
  }
}
