// SPOP: random members leave a set.
import { asciiBytes } from "../../base/bytes.ts";
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR } from "../../engine/errors.ts";
import { removeEntry } from "../../store/key_operations.ts";
import { ENCODING_INTSET, ENCODING_LISTPACK, TYPE_SET } from "../../store/entry.ts";
import type { SetValue } from "../../values/set_value.ts";
import { graveyardIf } from "../generic/lazy_free.ts";
import { writeMembers } from "./members.ts";
import { keepSet, openSet, openSetApart, removeEmptySet, setsOf } from "./open_set.ts";
import { sampleElements } from "../sample.ts";

const SREM_BYTES = asciiBytes("SREM");
const DEL_BYTES = asciiBytes("DEL");
const UNLINK_BYTES = asciiBytes("UNLINK");
/** Most members that one SREM tells replicas and the append-only file of. */
const EFFECT_MEMBERS = 1024;
/** When fewer than one in so many members stay, they are what is moved. */
const STAYING_SHARE = 5;

/** SPOP key [count] */
export function spop(call: Call): void {
  if (call.count > 3) throw ERR.syntax;
  if (call.count === 3) return popSome(call);
  const key = call.at(1);
  const { database, reply } = call;
  const ref = call.writeTyped(key, TYPE_SET);
  if (ref === 0) return reply.null();
  const set = openSet(call, ref);
  set.pick();
  reply.bulk(set.member);
  if (call.propagates) call.propagateAs(SREM_BYTES, key.copy(), set.member.copy());
  set.removeMember();
  keepSet(call, key, ref, set);
  database.changed(key, "spop");
  if (set.size === 0) removeEmptySet(call, key, ref);
}

function popSome(call: Call): void {
  const key = call.at(1);
  const { database, reply } = call;
  const count = countOf(call.at(2));
  const ref = call.writeTyped(key, TYPE_SET);
  if (ref === 0 || count === 0) return reply.set(0);
  const set = openSetApart(call, ref);
  const size = set.size;
  call.weigh(Math.min(count, size));
  if (count >= size) return popAll(call, ref, set);
  reply.set(count);
  const effects = new RemovalEffects(call, key);
  const staying = size - count;
  if (set.encoding === ENCODING_LISTPACK) popFromListpack(call, set, count, effects);
  else if (staying * STAYING_SHARE > count) popOneByOne(call, set, count, effects);
  else popMost(call, set, staying, effects);
  keepSet(call, key, ref, set);
  effects.end();
  database.changed(key, "spop", count);
}

/** Redis words both errors, no number and a negative one, in the same way here. */
function countOf(argument: Slice): number {
  const count = clampedIntegerOf(argument, ERR.notPositive);
  if (count < 0) throw ERR.notPositive;
  return count;
}

function popAll(call: Call, ref: number, set: SetValue): void {
  const { database, reply } = call;
  const key = call.at(1), size = set.size;
  reply.set(size);
  writeMembers(call, set);
  const graveyard = graveyardIf(call, "lazyfree-lazy-server-del");
  removeEntry(database, ref, graveyard);
  database.changed(key, "spop", size);
  database.changed(key, "del", 0);
  call.propagateAs(graveyard === undefined ? DEL_BYTES : UNLINK_BYTES, key.copy());
}

function popFromListpack(
  call: Call,
  set: SetValue,
  count: number,
  effects: RemovalEffects,
): void {
  const positions: number[] = [];
  sampleElements(set, count, call.services.keyspace.random, () => {
    call.reply.bulk(set.member);
    effects.add(set.member);
    positions.push(set.position);
  });
  // From the end on, so that the positions before stay what they are.
  for (let i = positions.length - 1; i >= 0; i--) set.removeAt(positions[i]);
}

function popOneByOne(call: Call, set: SetValue, count: number, effects: RemovalEffects): void {
  for (; count > 0; count--) {
    set.pick();
    call.reply.bulk(set.member);
    effects.add(set.member);
    set.removeMember();
  }
}

/** Those who stay move to a new set, which may be a small one again; the old set is the answer. */
function popMost(call: Call, set: SetValue, staying: number, effects: RemovalEffects): void {
  const kept = setsOf(call).result;
  if (set.encoding === ENCODING_INTSET) kept.createIntset();
  else kept.createListpack();
  for (; staying > 0; staying--) {
    set.pick();
    kept.add(set.member);
    set.removeMember();
  }
  set.begin();
  while (set.next()) {
    call.reply.bulk(set.member);
    effects.add(set.member);
  }
  set.end();
  call.services.keyspace.releaseValue(TYPE_SET, set.encoding, set.value);
  set.open(kept.encoding, kept.value);
}

/** Gathers what was removed into SREMs. */
class RemovalEffects {
  readonly #call: Call;
  readonly #key: Slice;
  #words: Uint8Array[] = [];

  constructor(call: Call, key: Slice) {
    this.#call = call;
    this.#key = key;
    call.propagateNothing();
  }

  add(member: Slice): void {
    if (!this.#call.propagates) return;
    if (this.#words.length === 0) this.#words.push(SREM_BYTES, this.#key.copy());
    this.#words.push(member.copy());
    if (this.#words.length === EFFECT_MEMBERS + 2) this.end();
  }

  end(): void {
    if (this.#words.length > 0) this.#call.propagateAll(this.#words);
    this.#words = [];
  }
}
