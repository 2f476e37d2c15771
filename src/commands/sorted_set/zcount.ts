// ZCOUNT, ZLEXCOUNT, and the ZREMRANGEBY commands: what is done with ranges as wholes.
import type { Call } from "../../engine/call.ts";
import { TYPE_ZSET } from "../../store/entry.ts";
import { removeEntry } from "../../store/key_operations.ts";
import { ZsetRange } from "./bounds.ts";
import { keepZset, openZset } from "./open_zset.ts";

const RANGE = new ZsetRange();

/** ZCOUNT key min max */
export function zcount(call: Call): void {
  answerCount(call, RANGE.readScores(call.at(2), call.at(3)));
}

/** ZLEXCOUNT key min max */
export function zlexcount(call: Call): void {
  answerCount(call, RANGE.readMembers(call.at(2), call.at(3)));
}

function answerCount(call: Call, range: ZsetRange): void {
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  if (ref === 0) return call.reply.integer(0);
  range.find(openZset(call, ref).elements);
  call.reply.integer(range.end - range.first);
}

/** ZREMRANGEBYRANK key start stop */
export function zremrangebyrank(call: Call): void {
  removeRange(call, RANGE.readRanks(call.at(2), call.at(3), false), "zremrangebyrank");
}

/** ZREMRANGEBYSCORE key min max */
export function zremrangebyscore(call: Call): void {
  removeRange(call, RANGE.readScores(call.at(2), call.at(3)), "zremrangebyscore");
}

/** ZREMRANGEBYLEX key min max */
export function zremrangebylex(call: Call): void {
  removeRange(call, RANGE.readMembers(call.at(2), call.at(3)), "zremrangebylex");
}

function removeRange(call: Call, range: ZsetRange, event: string): void {
  const key = call.at(1), { database, reply } = call;
  const ref = call.writeTyped(key, TYPE_ZSET);
  if (ref === 0) return reply.integer(0);
  const zset = openZset(call, ref), { size } = zset;
  range.find(zset.elements);
  const { first, end } = range;
  const count = end - first;
  call.weigh(count);
  if (count > 0 && count < size) {
    zset.elements.removeRanks(first, count);
    keepZset(call, key, ref, zset);
  } else if (count > 0) removeEntry(database, ref);
  if (count > 0) database.changed(key, event, count);
  if (count === size) database.changed(key, "del", 0);
  reply.integer(count);
}
