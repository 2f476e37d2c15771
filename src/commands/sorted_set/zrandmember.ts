// ZRANDMEMBER: random members, which stay.
import type { Slice } from "../../base/slice.ts";
import type { Random } from "../../base/random.ts";
import { integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { ENCODING_HASHTABLE, ENCODING_LISTPACK, TYPE_ZSET } from "../../store/entry.ts";
import type { ZsetElements } from "../../values/zset_elements.ts";
import { type Sampled, sampleElements } from "../sample.ts";
import { openZset } from "./open_zset.ts";

const WITHSCORES = keyword("withscores");
const LONG_MAX = 2n ** 63n - 1n;
const COUNT_RANGE = new CommandError(
  `ERR value is out of range, value must between -${LONG_MAX} and ${LONG_MAX}`,
);

/** ZRANDMEMBER key [count [WITHSCORES]] */
export function zrandmember(call: Call): void {
  const { reply } = call;
  if (call.count >= 3) return someMembers(call, countOf(call.at(2)), readWithScores(call));
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  if (ref === 0) return reply.null();
  const { elements } = openZset(call, ref);
  elements.seekRank(call.services.keyspace.random.below(elements.size));
  reply.bulk(elements.member);
}

function countOf(argument: Slice): bigint {
  const count = BigInt(integer64Of(argument));
  if (count < -LONG_MAX) throw COUNT_RANGE;
  return count;
}

function readWithScores(call: Call): boolean {
  if (call.count === 3) return false;
  if (call.count > 4 || !call.at(3).equalsIgnoreCase(WITHSCORES)) throw ERR.syntax;
  return true;
}

function someMembers(call: Call, wanted: bigint, withScores: boolean): void {
  const { reply } = call, { random } = call.services.keyspace;
  const half = LONG_MAX / 2n;
  if (withScores && (wanted < -half || wanted > half)) throw ERR.outOfRange;
  const count = Number(wanted);
  const ref = call.readTyped(call.at(1), TYPE_ZSET);
  if (ref === 0 || count === 0) return reply.array(0);
  const zset = openZset(call, ref), { elements } = zset, { size } = elements;
  const draws = count < 0 ? -count : Math.min(count, size);
  call.weigh(zset.encoding === ENCODING_LISTPACK ? size : draws);
  if (withScores) reply.pairs(draws);
  else reply.array(draws);
  const write = () => {
    if (withScores) reply.pair();
    reply.bulk(elements.member);
    if (withScores) reply.double(elements.score);
  };
  const drawn = new DrawnElements(elements, zset.encoding === ENCODING_LISTPACK, random);
  if (count > 1) return sampleElements(drawn, draws, random, write);
  for (let i = 0; i < draws; i++) {
    drawn.pick();
    write();
  }
}

/** The elements of a sorted set by rank, for {@link sampleElements}. */
class DrawnElements implements Sampled {
  /** Any place can be gone to at once, as in a hash table, unless it is a listpack. */
  readonly encoding: number;
  readonly size: number;
  position = -1;
  readonly #elements: ZsetElements;
  readonly #random: Random;

  constructor(elements: ZsetElements, small: boolean, random: Random) {
    this.encoding = small ? ENCODING_LISTPACK : ENCODING_HASHTABLE;
    this.size = elements.size;
    this.#elements = elements;
    this.#random = random;
  }

  pick(): void {
    this.position = this.#random.below(this.size);
    this.#elements.seekRank(this.position);
  }

  begin(): void {
    this.position = -1;
  }

  next(): boolean {
    this.position++;
    return this.position === 0 ? this.#elements.seekRank(0) : this.#elements.next();
  }

  end(): void {}
}
