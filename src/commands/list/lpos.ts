// LPOS: where in a list something stands.
import type { Slice } from "../../base/slice.ts";
import { clampedIntegerOf, integer64Of, keyword } from "../../engine/arguments.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { TYPE_LIST } from "../../store/entry.ts";
import type { ListValue } from "../../values/list_value.ts";
import { openList } from "./open_list.ts";

const RANK = keyword("rank");
const COUNT = keyword("count");
const MAXLEN = keyword("maxlen");
const LOWEST_RANK = -9223372036854775807n;

const rankIsZero = new CommandError(
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use " +
    "negative to start from the end of the list",
);
const rankTooLow = new CommandError(
  "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
);
const countNegative = new CommandError("ERR COUNT can't be negative");
const maxlenNegative = new CommandError("ERR MAXLEN can't be negative");

interface Options {
  /** The first match that counts, from 1 on; negative: seen from the tail. */
  rank: number;
  /** Most matches to reply, 0 for all, -1 for one that is not in an array. */
  count: number;
  /** Most elements to look at, 0 for all. */
  maxlen: number;
}

/** LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len] */
export function lpos(call: Call): void {
  const { reply } = call;
  const options = readOptions(call);
  const ref = call.readTyped(call.at(1), TYPE_LIST);
  if (ref === 0) return options.count < 0 ? reply.null() : reply.array(0);
  const list = openList(call, ref);
  call.weigh(list.length);
  const search = new Search(list, call.at(2), options);
  if (options.count < 0) {
    const index = search.next();
    if (index < 0) reply.null();
    else reply.integer(index);
  } else {
    const token = reply.openArray();
    let found = 0;
    const most = options.count === 0 ? Infinity : options.count;
    for (let index = search.next(); index >= 0; index = search.next()) {
      reply.integer(index);
      if (++found === most) break;
    }
    reply.closeArray(token, found);
  }
  list.end();
}

function readOptions(call: Call): Options {
  const options = { rank: 1, count: -1, maxlen: 0 };
  for (let i = 3; i < call.count; i += 2) {
    const name = call.at(i);
    if (i + 1 === call.count) throw ERR.syntax;
    const value = call.at(i + 1);
    if (name.equalsIgnoreCase(RANK)) options.rank = rankOf(value);
    else if (name.equalsIgnoreCase(COUNT)) options.count = notNegative(value, countNegative);
    else if (name.equalsIgnoreCase(MAXLEN)) options.maxlen = notNegative(value, maxlenNegative);
    else throw ERR.syntax;
  }
  return options;
}

function rankOf(argument: Slice): number {
  if (integer64Of(argument) < LOWEST_RANK) throw rankTooLow;
  const rank = clampedIntegerOf(argument);
  if (rank === 0) throw rankIsZero;
  return rank;
}

/** Redis words both errors, no number and a negative one, in the same way here. */
function notNegative(argument: Slice, error: CommandError): number {
  const value = clampedIntegerOf(argument, error);
  if (value < 0) throw error;
  return value;
}

/** Goes from match to match, from either end. */
class Search {
  readonly #list: ListValue;
  readonly #length: number;
  readonly #fromTail: boolean;
  #skip: number;
  /** Elements still to be looked at. */
  #left: number;
  #index: number;

  constructor(list: ListValue, text: Slice, { rank, maxlen }: Options) {
    this.#list = list;
    this.#length = list.length;
    this.#fromTail = rank < 0;
    this.#skip = Math.abs(rank) - 1;
    this.#left = maxlen === 0 ? Infinity : maxlen;
    this.#index = -1;
    list.begin(this.#fromTail ? -1 : 0, !this.#fromTail);
    list.lookFor(text);
  }

  /** Index of the next match, counted from the head; -1 when there is none. */
  next(): number {
    const list = this.#list;
    while (this.#left-- > 0 && list.step()) {
      this.#index++;
      if (!list.matches() || this.#skip-- > 0) continue;
      return this.#fromTail ? this.#length - 1 - this.#index : this.#index;
    }
    return -1;
  }
}
