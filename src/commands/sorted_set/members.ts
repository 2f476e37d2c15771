// ZREM, ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK: what is done with single members.
import { keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { ERR, wrongArguments } from "../../engine/errors.ts";
import { TYPE_ZSET } from "../../store/entry.ts";
import { keepZset, openZset, removeEmptyZset } from "./open_zset.ts";

const WITHSCORE = keyword("withscore");

/** ZREM key member [member ...] */
export function zrem(call: Call): void {
  const key = call.at(1), { database } = call;
  const ref = call.writeTyped(key, TYPE_ZSET);
  if (ref === 0) return call.reply.integer(0);
  const zset = openZset(call, ref), { elements } = zset;
  let removed = 0, empty = false;
  for (let i = 2; i < call.count && !empty; i++) {
    if (!elements.find(call.at(i))) continue;
    elements.remove();
    removed++;
    empty = elements.size === 0;
  }
  keepZset(call, key, ref, zset);
  if (removed > 0) database.changed(key, "zrem", removed);
  if (empty) removeEmptyZset(call, key, ref);
  call.reply.integer(removed);
}

/** ZCARD key */
export function zcard(call: Call): void {
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  call.reply.integer(ref === 0 ? 0 : openZset(call, ref).size);
}

/** ZSCORE key member */
export function zscore(call: Call): void {
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  if (ref === 0) return call.reply.null();
  const { elements } = openZset(call, ref);
  if (elements.find(call.at(2))) call.reply.double(elements.score);
  else call.reply.null();
}

/** ZMSCORE key member [member ...] */
export function zmscore(call: Call): void {
  const { reply } = call;
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  const elements = ref === 0 ? undefined : openZset(call, ref).elements;
  reply.array(call.count - 2);
  for (let i = 2; i < call.count; i++) {
    if (elements?.find(call.at(i))) reply.double(elements.score);
    else reply.null();
  }
}

/** ZRANK key member [WITHSCORE] */
export function zrank(call: Call): void {
  answerRank(call, false);
}

/** ZREVRANK key member [WITHSCORE] */
export function zrevrank(call: Call): void {
  answerRank(call, true);
}

function answerRank(call: Call, fromTop: boolean): void {
  const { reply, count } = call;
  if (count > 4) throw wrongArguments(call.command.fullName);
  const withScore = count === 4;
  if (withScore && !call.at(3).equalsIgnoreCase(WITHSCORE)) throw ERR.syntax;
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  const elements = ref === 0 ? undefined : openZset(call, ref).elements;
  if (elements === undefined || !elements.find(call.at(2))) {
    return withScore ? reply.nullArray() : reply.null();
  }
  const rank = elements.rank();
  if (withScore) reply.array(2);
  reply.integer(fromTop ? elements.size - 1 - rank : rank);
  if (withScore) reply.double(elements.score);
}
