// SRANDMEMBER: random members, which stay.
import type { Slice } from "../../base/slice.ts";
import { integer64Of } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { TYPE_SET } from "../../store/entry.ts";
import { writeMembers } from "./members.ts";
import { openSet } from "./open_set.ts";
import { sampleElements } from "../sample.ts";

const LONG_MAX = 2n ** 63n - 1n;
const COUNT_RANGE = new CommandError(
  `ERR value is out of range, value must between -${LONG_MAX} and ${LONG_MAX}`,
);

/** SRANDMEMBER key [count] */
export function srandmember(call: Call): void {
  if (call.count > 3) throw ERR.syntax;
  const { reply } = call;
  if (call.count === 3) return someMembers(call, countOf(call.at(2)));
  const ref = call.readTyped(call.at(1), TYPE_SET);
  if (ref === 0) return reply.null();
  const set = openSet(call, ref);
  set.pick();
  reply.bulk(set.member);
}

function countOf(argument: Slice): number {
  const count = integer64Of(argument);
  if (count < -LONG_MAX) throw COUNT_RANGE;
  return Number(count);
}

function someMembers(call: Call, count: number): void {
  const { reply } = call;
  const ref = call.readTyped(call.at(1), TYPE_SET);
  if (ref === 0 || count === 0) return reply.array(0);
  call.weigh(Math.abs(count));
  const set = openSet(call, ref);
  if (count < 0 || count === 1) {
    const draws = Math.abs(count);
    reply.array(draws);
    for (let i = 0; i < draws; i++) {
      set.pick();
      reply.bulk(set.member);
    }
  } else if (count >= set.size) {
    reply.array(set.size);
    writeMembers(call, set);
  } else {
    reply.array(count);
    sampleElements(set, count, call.services.keyspace.random, () => reply.bulk(set.member));
  }
}
