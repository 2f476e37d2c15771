// SORT and SORT_RO: the elements of a list, a set or a sorted set in another order.
import { parseDouble } from "../../base/double.ts";
import { isSpace } from "../../base/int64.ts";
import { parsePlainDecimal } from "../../base/plain_decimal.ts";
import { Slice } from "../../base/slice.ts";
import type { Call } from "../../engine/call.ts";
import { CommandError, ERR } from "../../engine/errors.ts";
import { TYPE_LIST, TYPE_SET, TYPE_ZSET } from "../../store/entry.ts";
import { removeEntry } from "../../store/key_operations.ts";
import { ListValue } from "../../values/list_value.ts";
import { listsOf, putList } from "../list/open_list.ts";
import { graveyardIf } from "./lazy_free.ts";
import { orderByKeys } from "./sort_order.ts";
import { readSortOptions, type SortOptions } from "./sort_options.ts";
import { loadElements, loadRange, sizeOf } from "./sort_source.ts";
import { SortTexts } from "./sort_texts.ts";

const notNumbers = new CommandError("ERR One or more scores can't be converted into double");
const SMALLEST_NORMAL = 2 ** -1022;

/** Of the command that runs: what is sorted, and what by. */
const elements = new SortTexts();
const texts = new SortTexts();

/**
 * SORT key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA]
 * [STORE destination]
 */
export function sort(call: Call): void {
  run(call, readSortOptions(call, true));
}

/** SORT_RO key, and the options of SORT but STORE */
export function sortRo(call: Call): void {
  run(call, readSortOptions(call, false));
}

function run(call: Call, options: SortOptions): void {
  const { database } = call;
  const ref = database.read(call.at(1));
  const type = ref === 0 ? TYPE_LIST : database.typeOf(ref);
  if (type !== TYPE_LIST && type !== TYPE_SET && type !== TYPE_ZSET) throw ERR.wrongType;
  orderSets(call, type, options);
  const size = ref === 0 ? 0 : sizeOf(call, ref, type);
  const { start, end } = rangeOf(options, size);
  elements.clear();
  let order: Uint32Array;
  if (options.unsorted && type !== TYPE_SET) {
    if (start < end) loadRange(call, ref, { elements, start, end, backwards: options.descending });
    order = numbersTo(elements.count);
  } else {
    if (ref !== 0) loadElements(call, ref, elements);
    order = options.unsorted ? numbersTo(elements.count) : sorted(call, options, end);
    order = order.subarray(start, end);
  }
  if (options.store === undefined) reply(call, order, options);
  else store(call, order, options);
}

/** What replicas and scripts get must not depend on the order in which a set happens to be kept. */
function orderSets(call: Call, type: number, options: SortOptions): void {
  if (type !== TYPE_SET || !options.unsorted) return;
  if (options.store === undefined && call.origin.name !== "script") return;
  options.unsorted = false;
  options.alpha = true;
  options.by = undefined;
}

function numbersTo(count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
}

/** Places of the first element to answer, and behind the last. */
function rangeOf({ offset, count }: SortOptions, size: number): { start: number; end: number } {
  const start = Math.min(Math.max(offset, 0), size);
  return { start, end: count < 0 ? size : Math.min(start + count, size) };
}

/** The numbers of the elements in order, `wanted` of them or more. */
function sorted(call: Call, options: SortOptions, wanted: number): Uint32Array {
  const { descending } = options;
  if (options.alpha) {
    readTexts(call, options);
    const tie = (a: number, b: number) => texts.compare(a, b);
    return orderByKeys({ numbers: texts.beginnings(), tie, descending }, wanted);
  }
  const tie = (a: number, b: number) => elements.compare(a, b);
  return orderByKeys({ numbers: scoresOf(call, options), tie, descending }, wanted);
}

/** Fills {@link texts}. */
function readTexts(call: Call, { by, store }: SortOptions): void {
  const element = new Slice();
  texts.clear();
  for (let i = 0; i < elements.count; i++) {
    elements.read(i, element);
    const text = by === undefined ? element : by.valueFor(call, element);
    if (text === undefined) texts.addMissing();
    else texts.add(text);
  }
  // What is replied is compared as C strings, what is stored byte by byte.
  if (store === undefined) texts.cutAtNul();
}

function scoresOf(call: Call, { by }: SortOptions): Float64Array<ArrayBuffer> {
  const element = new Slice();
  const scores = new Float64Array(elements.count);
  for (let i = 0; i < scores.length; i++) {
    elements.read(i, element);
    const text = by === undefined ? element : by.valueFor(call, element);
    if (text !== undefined) scores[i] = scoreOf(text);
  }
  return scores;
}

/** The number that a C string spells for `strtod`, white space before it allowed; an empty one is 0. */
function scoreOf({ bytes, start, end }: Slice): number {
  const plain = parsePlainDecimal(bytes, start, end);
  if (plain === plain) return plain;
  const nul = bytes.subarray(start, end).indexOf(0);
  const textEnd = nul < 0 ? end : start + nul;
  if (start === textEnd) return 0;
  let at = start;
  while (at < textEnd && isSpace(bytes[at])) at++;
  const score = parseDouble(bytes, at, textEnd);
  // C says "out of range" of numbers that lose digits because they are so small.
  const subnormal = score !== 0 && Math.abs(score) < SMALLEST_NORMAL;
  if (score !== score || subnormal) throw notNumbers;
  return score;
}

function reply(
  call: Call,
  order: Uint32Array,
  { gets }: SortOptions,
): void {
  const { reply } = call;
  const element = new Slice();
  reply.array(order.length * Math.max(gets.length, 1));
  for (let i = 0; i < order.length; i++) {
    elements.read(order[i], element);
    if (gets.length === 0) reply.bulk(element);
    for (const pattern of gets) {
      const value = pattern.valueFor(call, element);
      if (value === undefined) reply.null();
      else reply.bulk(value);
    }
  }
}

/** Stores the answer as a list in the place of whatever the key holds. */
function store(
  call: Call,
  order: Uint32Array,
  options: SortOptions,
): void {
  const { database } = call;
  const key = options.store!;
  const length = order.length * Math.max(options.gets.length, 1);
  const list = length === 0 ? undefined : buildList(call, order, options);
  const old = database.write(key);
  if (old !== 0) removeEntry(database, old, graveyardIf(call, "lazyfree-lazy-server-del"));
  if (list !== undefined) {
    putList(call, key, list);
    database.changed(key, "sortstore", length);
  } else if (old !== 0) database.changed(key, "del");
  call.reply.integer(length);
}

function buildList(
  call: Call,
  order: Uint32Array,
  { gets }: SortOptions,
): ListValue {
  const element = new Slice(), copy = new Slice(), nothing = new Slice();
  const list = new ListValue(listsOf(call)).createLong();
  try {
    for (const index of order) {
      elements.read(index, element);
      if (gets.length === 0) list.push(element, false);
      for (const pattern of gets) {
        // Not from the arena, which may move while it is written.
        const value = pattern.valueFor(call, element);
        if (value !== undefined) copy.set(value.copy(), 0, value.length);
        list.push(value === undefined ? nothing : copy, false);
      }
    }
    list.becomeSmallIfAllowed();
  } catch (error) {
    list.free();
    throw error;
  }
  return list;
}
