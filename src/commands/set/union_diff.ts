// SUNION, SDIFF and their STORE forms.
import type { Call } from "../../engine/call.ts";
import { ENCODING_HASHTABLE } from "../../values/encodings.ts";
import { integerOf } from "../../values/member_integer.ts";
import type { SetValue } from "../../values/set_value.ts";
import { writeMembers } from "./members.ts";
import { replaceBySet, setsOf } from "./open_set.ts";
import { endQuestions, expectQuestions, openSources, type SourceSet } from "./source_sets.ts";

type Sources = readonly (SourceSet | undefined)[];

/** Of more sets a union is put together: to look each member up in all others would be more. */
const LOOKED_UP_SOURCES = 4;

/** SUNION key [key ...] */
export function sunion(call: Call): void {
  const sources = openSources(call, 1, call.count - 1);
  const sets = largestFirst(sources);
  if (sets.length > LOOKED_UP_SOURCES) return answer(call, union(call, sources));
  reply(call, (take) => eachOfUnion(sets, 0, take));
}

/** SUNIONSTORE destination key [key ...] */
export function sunionstore(call: Call): void {
  const result = union(call, openSources(call, 2, call.count - 1));
  call.reply.integer(replaceBySet(call, call.at(1), result, "sunionstore"));
}

/** SDIFF key [key ...] */
export function sdiff(call: Call): void {
  const sources = openSources(call, 1, call.count - 1);
  const [first, ...rest] = sources;
  const others = rest.filter((source) => source !== undefined);
  if (first === undefined || others.some(({ ref }) => ref === first.ref)) return call.reply.set(0);
  if (!lookingUpIsLess(first, others)) return answer(call, difference(call, sources));
  reply(call, (take) => eachMissing(first, others, take));
}

/** SDIFFSTORE destination key [key ...] */
export function sdiffstore(call: Call): void {
  const result = difference(call, openSources(call, 2, call.count - 1));
  call.reply.integer(replaceBySet(call, call.at(1), result, "sdiffstore"));
}

type Take = (set: SetValue) => void;

/** Replies the members that `each` stops at; none may come twice. */
function reply(call: Call, each: (take: Take) => void): void {
  const sink = call.reply, token = sink.openArray();
  let size = 0;
  each((set) => {
    set.show();
    sink.bulk(set.member);
    size++;
  });
  sink.closeSet(token, size);
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

/** The sets that exist, each once, the largest first: most members are looked up in none then. */
function largestFirst(sources: Sources): SourceSet[] {
  const sets: SourceSet[] = [];
  for (const source of sources) {
    if (source !== undefined && !sets.some(({ ref }) => ref === source.ref)) sets.push(source);
  }
  return sets.sort((a, b) => b.set.size - a.set.size);
}

function union(call: Call, sources: Sources): SetValue {
  const sets = largestFirst(sources);
  const base = sets.length > 0 && remainsTable(call, sets[0]) ? sets[0] : undefined;
  return build(call, (result) => {
    if (sets.length > LOOKED_UP_SOURCES) {
      for (const source of sets) {
        if (source !== base) eachMember(source.set, (set) => result.addMemberOf(set));
      }
    } else {
      eachOfUnion(sets, base === undefined ? 0 : 1, (set) => {
        set.show();
        result.addNewMemberOf(set);
      });
    }
  }, base);
}

/** Stops at each member that is in no set before its own, in the sets from place `first` on. */
function eachOfUnion(sets: readonly SourceSet[], first: number, take: Take): void {
  for (let i = first; i < sets.length; i++) eachMissing(sets[i], sets.slice(0, i), take);
}

/** Whether a set is a table and every larger set is one: it is too large, or has texts. */
function remainsTable(call: Call, { set }: SourceSet): boolean {
  const { setMaxIntsetEntries, setMaxListpackEntries } = call.services.keyspace.limits;
  if (set.encoding !== ENCODING_HASHTABLE || set.size <= setMaxListpackEntries) return false;
  return set.size > setMaxIntsetEntries || hasText(set);
}

function hasText(set: SetValue): boolean {
  let found = false;
  set.begin();
  while (!found && set.next()) found = integerOf(set.member) === undefined;
  set.end();
  return found;
}

function difference(call: Call, sources: Sources): SetValue {
  const [first, ...rest] = sources;
  const others = rest.filter((source) => source !== undefined);
  return build(call, (result) => {
    if (first === undefined || others.some(({ ref }) => ref === first.ref)) return;
    if (!lookingUpIsLess(first, others)) return addAndRemove(result, first, others);
    eachMissing(first, others, (set) => {
      set.show();
      result.addNewMemberOf(set);
    });
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

/** Stops at each member of a set that no other has. */
function eachMissing(first: SourceSet, others: readonly SourceSet[], take: Take): void {
  // The largest first: it is the likeliest to have the member.
  const ordered = [...others].sort((a, b) => b.set.size - a.set.size), { set } = first;
  expectQuestions(ordered, set.size);
  set.begin();
  try {
    while (set.step()) if (!isInAny(ordered, set)) take(set);
  } finally {
    set.end();
    endQuestions(ordered);
  }
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
