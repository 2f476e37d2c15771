// HRANDFIELD: random fields, with their values if asked for.
import type { Slice } from "../../base/slice.ts";
import { integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import type { HashValue } from "../../values/hash_value.ts";
import { sampleElements } from "../sample.ts";
import { readSweptHash } from "./open_hash.ts";

const WITHVALUES = keyword("withvalues");
const LONG_MAX = 2n ** 63n - 1n;
const COUNT_RANGE = new CommandError(
  `ERR value is out of range, value must between -${LONG_MAX} and ${LONG_MAX}`,
);

/** HRANDFIELD key [count [WITHVALUES]] */
export function hrandfield(call: Call): void {
  if (call.count > 2) return someFields(call);
  const hash = readSweptHash(call, call.at(1));
  if (hash === undefined) return call.reply.null();
  hash.pick();
  call.reply.bulk(hash.field);
}

function countOf(argument: Slice): bigint {
  const count = BigInt(integer64Of(argument));
  if (count < -LONG_MAX) throw COUNT_RANGE;
  return count;
}

function someFields(call: Call): void {
  const wide = countOf(call.at(2));
  const withValues = call.count > 3;
  if (call.count > 4 || withValues && !call.at(3).equalsIgnoreCase(WITHVALUES)) throw ERR.syntax;
  if (withValues && (wide < -LONG_MAX / 2n || wide > LONG_MAX / 2n)) throw ERR.outOfRange;
  const hash = readSweptHash(call, call.at(1));
  const count = Number(wide);
  if (hash === undefined || count === 0) return call.reply.array(0);
  call.weigh(Math.abs(count));
  if (count < 0) writeDraws(call, hash, -count, withValues);
  else writeDifferent(call, hash, Math.min(count, hash.size), withValues);
}

function writeDraws(call: Call, hash: HashValue, draws: number, withValues: boolean): void {
  openReply(call, draws, withValues);
  for (; draws > 0; draws--) {
    hash.pick();
    writeField(call, hash, withValues);
  }
}

function writeDifferent(call: Call, hash: HashValue, count: number, withValues: boolean): void {
  openReply(call, count, withValues);
  if (count < hash.size) {
    sampleElements(hash, count, call.services.keyspace.random, () => {
      writeField(call, hash, withValues);
    });
    return;
  }
  hash.begin();
  while (hash.next()) writeField(call, hash, withValues);
  hash.end();
}

function openReply({ reply }: Call, count: number, withValues: boolean): void {
  if (withValues) reply.pairs(count);
  else reply.array(count);
}

function writeField({ reply }: Call, hash: HashValue, withValues: boolean): void {
  if (withValues) reply.pair();
  reply.bulk(hash.field);
  if (withValues) reply.bulk(hash.content);
}
