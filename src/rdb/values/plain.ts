// Values that stand in the file element by element.
import { parseDouble } from "../../base/double.ts";
import { VALUE_TYPE } from "../opcodes.ts";
import type { RdbInput } from "../rdb_input.ts";
import type { ValueContext } from "../value_context.ts";
import { LATEST_FIELD_EXPIRY_MS } from "./field_expiry.ts";

const MINUS_INFINITY = 255;
const PLUS_INFINITY = 254;
const NOT_A_NUMBER = 253;
/**
 * Elements that one call delivers: a loop over all of a large value would be compiled while it runs,
 * which takes longer, and again whenever it meets something new.
 */
const CALL_ELEMENTS = 1024;

export function readPlainList(context: ValueContext): boolean {
  const { input, sink } = context;
  const size = input.readLength();
  if (size === 0) return false;
  sink.beginList(context.key, context.meta);
  deliverElements(context, size);
  sink.end();
  return true;
}

export function readPlainSet(context: ValueContext): boolean {
  const { input, sink } = context;
  const size = input.readLength();
  if (size === 0) return false;
  sink.beginSet(context.key, context.meta, context.sizeHint(size, 1));
  deliverElements(context, size);
  sink.end();
  return true;
}

function deliverElements(context: ValueContext, size: number): void {
  for (let left = size; left > 0; left -= CALL_ELEMENTS) {
    deliverSome(context, Math.min(left, CALL_ELEMENTS));
  }
}

function deliverSome({ input, sink, first }: ValueContext, count: number): void {
  for (; count > 0; count--) {
    input.hold();
    input.readString(first);
    sink.element(first.slice, first.isInteger);
  }
}

/** Scores as text (type 3) or as binary doubles (type 5). */
export function readPlainSortedSet(context: ValueContext, type: number): boolean {
  const { input, sink } = context;
  const size = input.readLength();
  if (size === 0) return false;
  sink.beginSortedSet(context.key, context.meta, context.sizeHint(size, 2));
  const areTexts = type === VALUE_TYPE.sortedSet;
  for (let left = size; left > 0; left -= CALL_ELEMENTS) {
    deliverMembers(context, areTexts, Math.min(left, CALL_ELEMENTS));
  }
  sink.end();
  return true;
}

function deliverMembers(context: ValueContext, areTexts: boolean, count: number): void {
  const { input, sink, first } = context, { source } = input;
  for (; count > 0; count--) {
    input.hold();
    input.readString(first);
    const { moves } = source;
    const score = areTexts ? readTextDouble(input) : input.readDouble();
    if (score !== score) throw input.error("sorted set with a score that is no number");
    if (source.moves !== moves) first.follow(source);
    sink.member(first.slice, score);
  }
}

export function readPlainHash(context: ValueContext): boolean {
  const { input, sink } = context;
  const size = input.readLength();
  if (size === 0) return false;
  sink.beginHash(context.key, context.meta, context.sizeHint(size, 2));
  for (let left = size; left > 0; left -= CALL_ELEMENTS) {
    deliverFields(context, Math.min(left, CALL_ELEMENTS));
  }
  sink.end();
  return true;
}

function deliverFields({ input, sink, first, second }: ValueContext, count: number): void {
  for (; count > 0; count--) {
    input.hold();
    input.readPair(first, second);
    sink.field(first.slice, second.slice, -1);
  }
}

/**
 * Redis 7.4: an expiry before each field and value, 0 for none. In the final form (type 24) it
 * counts from the earliest one, which stands in front; in the release candidates' it is absolute.
 */
export function readHashWithMetadata(context: ValueContext, type: number): boolean {
  const { input, sink, first, second } = context;
  const isFinal = type === VALUE_TYPE.hashMetadata;
  const earliest = isFinal ? input.readInt64() : 1;
  if (earliest < 0 || earliest > LATEST_FIELD_EXPIRY_MS + 1) {
    throw input.error(`hash with an earliest field expiry of ${earliest}`);
  }
  const size = input.readLength();
  if (size === 0) return false;
  sink.beginHash(context.key, context.meta, context.sizeHint(size, 3));
  for (let i = 0; i < size; i++) {
    const relative = input.readLength();
    const expireAtMs = relative === 0 ? -1 : relative + earliest - 1;
    if (expireAtMs > LATEST_FIELD_EXPIRY_MS) {
      throw input.error(`hash with a field expiry of ${expireAtMs}`);
    }
    input.hold();
    input.readPair(first, second);
    sink.field(first.slice, second.slice, expireAtMs);
  }
  sink.end();
  return true;
}

/**
 * Valkey 9: an absolute expiry behind each field and value, -1 for none. Those in the year 10889 and
 * later, which no other form can hold, become the latest that there is.
 */
export function readValkeyHash(context: ValueContext): boolean {
  const { input, sink, first, second } = context;
  const size = input.readLength();
  if (size === 0) return false;
  sink.beginHash(context.key, context.meta, context.sizeHint(size, 10));
  for (let i = 0; i < size; i++) {
    input.hold();
    input.readPair(first, second);
    const expireAtMs = input.readInt64();
    if (expireAtMs < -1) throw input.error(`hash with a field expiry of ${expireAtMs}`);
    first.follow(input.source);
    second.follow(input.source);
    sink.field(first.slice, second.slice, Math.min(expireAtMs, LATEST_FIELD_EXPIRY_MS));
  }
  sink.end();
  return true;
}

// A length byte, whose three highest values stand for what digits cannot write, and digits.
function readTextDouble(input: RdbInput): number {
  const length = input.readByte();
  if (length === MINUS_INFINITY) return -Infinity;
  if (length === PLUS_INFINITY) return Infinity;
  if (length === NOT_A_NUMBER) return NaN;
  const { source } = input;
  source.need(length);
  const start = source.position;
  source.position += length;
  return parseDouble(source.bytes, start, start + length);
}
