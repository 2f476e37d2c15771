// SADD, SREM, SMOVE and the questions whether something is a member.
import type { Call } from "../../engine/call.ts";
import { TYPE_SET } from "../../store/entry.ts";
import type { SetValue } from "../../values/set_value.ts";
import { announcePart } from "../part_done.ts";
import { keepSet, openSet, openSetApart, removeEmptySet, setsOf } from "./open_set.ts";

/** SADD key member [member ...] */
export function sadd(call: Call): void {
  const key = call.at(1), count = call.count;
  const { database } = call;
  const ref = call.writeTyped(key, TYPE_SET);
  const set = ref === 0 ? setsOf(call).window.create(call.at(2), count - 2) : openSet(call, ref);
  let added = 0, i = 2;
  try {
    if (ref !== 0) set.expect(count - 2);
    for (; i < count; i++) if (set.add(call.at(i))) added++;
  } catch (error) {
    keepSet(call, key, ref, set);
    announcePart(call, key, { event: "sadd", changes: added, end: i });
    throw error;
  }
  keepSet(call, key, ref, set);
  if (added > 0) database.changed(key, "sadd", added);
  call.reply.integer(added);
}

/** SREM key member [member ...] */
export function srem(call: Call): void {
  const key = call.at(1);
  const { database } = call;
  const ref = call.writeTyped(key, TYPE_SET);
  if (ref === 0) return call.reply.integer(0);
  const set = openSet(call, ref);
  let removed = 0, empty = false;
  try {
    for (let i = 2; i < call.count && !empty; i++) {
      if (!set.remove(call.at(i))) continue;
      removed++;
      empty = set.size === 0;
    }
  } finally {
    keepSet(call, key, ref, set);
  }
  if (removed > 0) database.changed(key, "srem", removed);
  if (empty) removeEmptySet(call, key, ref);
  call.reply.integer(removed);
}

/** SMOVE source destination member */
export function smove(call: Call): void {
  const sourceKey = call.at(1), destinationKey = call.at(2), member = call.at(3);
  const { database, reply } = call;
  const sourceRef = call.writeTyped(sourceKey, TYPE_SET);
  if (sourceRef === 0) return reply.integer(0);
  const destinationRef = call.writeTyped(destinationKey, TYPE_SET);
  const source = openSetApart(call, sourceRef);
  const found = source.has(member);
  if (!found || sourceRef === destinationRef) return reply.integer(found ? 1 : 0);
  // Added first: when memory runs out nothing is lost.
  const destination = destinationRef === 0
    ? setsOf(call).result.create(member, 1)
    : openSetApart(call, destinationRef, 1);
  let added = false;
  try {
    added = destination.add(member);
  } finally {
    keepSet(call, destinationKey, destinationRef, destination);
  }
  source.remove(member);
  keepSet(call, sourceKey, sourceRef, source);
  database.changed(sourceKey, "srem");
  if (source.size === 0) removeEmptySet(call, sourceKey, sourceRef);
  if (added) database.changed(destinationKey, "sadd");
  reply.integer(1);
}

/** SISMEMBER key member */
export function sismember(call: Call): void {
  const ref = call.readTyped(call.at(1), TYPE_SET);
  call.reply.integer(ref !== 0 && openSet(call, ref).has(call.at(2)) ? 1 : 0);
}

/** SMISMEMBER key member [member ...] */
export function smismember(call: Call): void {
  const ref = call.readTyped(call.at(1), TYPE_SET);
  const set = ref === 0 ? undefined : openSet(call, ref);
  call.reply.array(call.count - 2);
  for (let i = 2; i < call.count; i++) call.reply.integer(set?.has(call.at(i)) ? 1 : 0);
}

/** SCARD key */
export function scard(call: Call): void {
  const ref = call.readTyped(call.at(1), TYPE_SET);
  call.reply.integer(ref === 0 ? 0 : openSet(call, ref).size);
}

/** SMEMBERS key */
export function smembers(call: Call): void {
  const ref = call.readTyped(call.at(1), TYPE_SET);
  if (ref === 0) return call.reply.set(0);
  const set = openSet(call, ref);
  call.weigh(set.size);
  call.reply.set(set.size);
  writeMembers(call, set);
}

/** Writes all members, behind a header that says how many they are. */
export function writeMembers(call: Call, set: SetValue): void {
  const { reply } = call;
  set.begin();
  while (set.next()) reply.bulk(set.member);
  set.end();
}
