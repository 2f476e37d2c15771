// Values that stand in the file as one packed block, or as a list of blocks.
import { parseDouble } from "../../base/double.ts";
import { INTEGER64_TEXT_MAX } from "../../base/int64.ts";
import type { Slice } from "../../base/slice.ts";
import { intsetFault, intsetLength } from "../encodings/intset.ts";
import { ListpackCursor, listpackFault, listpackLength } from "../encodings/listpack.ts";
import type { PackedCursor } from "../encodings/packed_cursor.ts";
import { groupingFault, repetitionFault } from "../encodings/uniqueness.ts";
import { ZiplistCursor, ziplistFault, ziplistLength } from "../encodings/ziplist.ts";
import { ZipmapCursor, zipmapFault } from "../encodings/zipmap.ts";
import { NODE_PACKED, NODE_PLAIN, VALUE_TYPE } from "../opcodes.ts";
import type { RdbInput } from "../rdb_input.ts";
import type { ValueContext } from "../value_context.ts";
import { LATEST_FIELD_EXPIRY_MS } from "./field_expiry.ts";

const NODE_ZIPLIST = 0;

const listpackCursor = new ListpackCursor();
const ziplistCursor = new ZiplistCursor();
const zipmapCursor = new ZipmapCursor();
const valueIntegerText = new Uint8Array(INTEGER64_TEXT_MAX);

export function readZiplistList(context: ValueContext): boolean {
  const { sink } = context;
  const block = readZiplist(context);
  if (!begin(ziplistCursor, block).next()) return false;
  sink.beginList(context.key, context.meta);
  deliverZiplistElements(context, block);
  sink.end();
  return true;
}

/** Nodes that are ziplists (type 14), or listpacks and single large elements (type 18). */
export function readQuicklist(context: ValueContext, type: number): boolean {
  const { input, sink, first } = context;
  let begun = false;
  for (let nodes = input.readLength(); nodes > 0; nodes--) {
    const container = type === VALUE_TYPE.listQuicklist2 ? input.readLength() : NODE_ZIPLIST;
    input.hold();
    input.readBlock(first);
    const block = first.slice;
    if (block.length === 0) throw input.error("list node without bytes");
    const elements = nodeLength(input, container, block);
    if (elements === 0) continue;
    if (!begun) sink.beginList(context.key, context.meta);
    begun = true;
    if (container === NODE_PLAIN) sink.element(block, first.isInteger);
    else if (container === NODE_PACKED) sink.listpack(block, elements);
    else deliverZiplistElements(context, block);
  }
  if (begun) sink.end();
  return begun;
}

// Checks a node and counts its elements.
function nodeLength(input: RdbInput, container: number, block: Slice): number {
  const { bytes, start, end } = block;
  switch (container) {
    case NODE_PLAIN:
      return 1;
    case NODE_PACKED:
      refuse(input, listpackFault(bytes, start, end, true));
      return listpackLength(bytes, start, end);
    case NODE_ZIPLIST:
      refuse(input, ziplistFault(bytes, start, end, true));
      return ziplistLength(bytes, start, end);
    default:
      throw input.error(`list node of unknown kind ${container}`);
  }
}

export function readIntset(context: ValueContext): boolean {
  const { input, sink, first } = context;
  input.hold();
  input.readBlock(first);
  const { bytes, start, end } = first.slice;
  // The order is checked always: binary search depends on it.
  refuse(input, intsetFault(bytes, start, end, true));
  sink.beginSet(context.key, context.meta, intsetLength(bytes, start));
  sink.intset(first.slice);
  sink.end();
  return true;
}

export function readListpackSet(context: ValueContext): boolean {
  // Before version 11 a set is written member by member, and repeated ones are refused there.
  const elements = readListpack(context, 1, true);
  if (elements === 0) return false;
  const { sink } = context;
  sink.beginSet(context.key, context.meta, elements);
  sink.listpack(context.first.slice, elements);
  sink.end();
  return true;
}

export function readListpackSortedSet(context: ValueContext): boolean {
  const elements = readListpack(context, 2);
  if (elements === 0) return false;
  const { sink, input } = context;
  const cursor = begin(listpackCursor, context.first.slice);
  while (cursor.next() && cursor.next()) scoreOf(input, cursor);
  sink.beginSortedSet(context.key, context.meta, elements / 2);
  sink.listpack(context.first.slice, elements);
  sink.end();
  return true;
}

export function readListpackHash(context: ValueContext): boolean {
  const elements = readListpack(context, 2);
  if (elements === 0) return false;
  const { sink } = context;
  sink.beginHash(context.key, context.meta, elements / 2);
  sink.listpack(context.first.slice, elements);
  sink.end();
  return true;
}

/** Redis 7.4: fields, values and expiries in turn; the final form has the earliest in front. */
export function readListpackHashWithExpiry(context: ValueContext, type: number): boolean {
  const { input, sink, first } = context;
  if (type === VALUE_TYPE.hashListpackEx) input.readInt64();
  const elements = readListpack(context, 3);
  if (elements === 0) return false;
  const cursor = begin(listpackCursor, first.slice);
  while (cursor.next() && cursor.next() && cursor.next()) {
    if (cursor.isInteger && isExpiry(cursor.integer)) continue;
    throw input.error("hash with a field expiry that is no time");
  }
  sink.beginHash(context.key, context.meta, elements / 3);
  sink.listpackWithExpiry(first.slice, elements);
  sink.end();
  return true;
}

function isExpiry(integer: number | bigint): boolean {
  return typeof integer === "number" && integer >= 0 && integer <= LATEST_FIELD_EXPIRY_MS;
}

export function readZiplistHash(context: ValueContext): boolean {
  const block = readZiplist(context);
  refuse(context.input, repetitionFault(begin(ziplistCursor, block), 2));
  return deliverFields(context, ziplistCursor, block);
}

export function readZipmapHash(context: ValueContext): boolean {
  const { input, first } = context;
  input.hold();
  input.readBlock(first);
  const { bytes, start, end } = first.slice;
  refuse(input, zipmapFault(bytes, start, end, true));
  refuse(input, repetitionFault(begin(zipmapCursor, first.slice), 2));
  return deliverFields(context, zipmapCursor, first.slice);
}

export function readZiplistSortedSet(context: ValueContext): boolean {
  const { input, sink, firstText } = context;
  const block = readZiplist(context);
  refuse(input, repetitionFault(begin(ziplistCursor, block), 2));
  const cursor = begin(ziplistCursor, block);
  if (!cursor.next()) return false;
  sink.beginSortedSet(context.key, context.meta, 0);
  do {
    cursor.textInto(firstText);
    cursor.next();
    sink.member(firstText, scoreOf(input, cursor));
  } while (cursor.next());
  sink.end();
  return true;
}

function readZiplist({ input, first }: ValueContext): Slice {
  input.hold();
  input.readBlock(first);
  const { bytes, start, end } = first.slice;
  // In full, whatever `sanitize` says: the elements are about to be read one by one.
  refuse(input, ziplistFault(bytes, start, end, true));
  return first.slice;
}

// Leaves the listpack in `context.first` and returns how many elements it has.
function readListpack(context: ValueContext, groupLength: number, distinct = false): number {
  const { input, first, sanitize } = context;
  input.hold();
  input.readBlock(first);
  const { bytes, start, end } = first.slice;
  // Redis looks at the elements only to sanitize. Here a block with a fault could make a later
  // command read what belongs to another key, so that it never gets in.
  refuse(input, listpackFault(bytes, start, end, true));
  const elements = listpackLength(bytes, start, end);
  refuse(input, groupingFault(elements, groupLength));
  if (sanitize || distinct) {
    refuse(input, repetitionFault(begin(listpackCursor, first.slice), groupLength));
  }
  return elements;
}

function deliverZiplistElements({ sink, firstText }: ValueContext, block: Slice): void {
  const cursor = begin(ziplistCursor, block);
  while (cursor.next()) {
    cursor.textInto(firstText);
    sink.element(firstText, cursor.isInteger);
  }
}

function deliverFields(context: ValueContext, cursor: PackedCursor, block: Slice): boolean {
  const { sink, firstText, secondText } = context;
  begin(cursor, block);
  if (!cursor.next()) return false;
  sink.beginHash(context.key, context.meta, 0);
  do {
    cursor.textInto(firstText);
    cursor.next();
    cursor.textInto(secondText, valueIntegerText);
    sink.field(firstText, secondText, -1);
  } while (cursor.next());
  sink.end();
  return true;
}

function scoreOf(input: RdbInput, cursor: PackedCursor): number {
  const { bytes, start, end } = cursor;
  const score = cursor.isInteger ? Number(cursor.integer) : parseDouble(bytes, start, end);
  if (Number.isNaN(score)) throw input.error("sorted set with a score that is no number");
  return score;
}

function begin<Cursor extends PackedCursor>(cursor: Cursor, block: Slice): Cursor {
  cursor.begin(block.bytes, block.start, block.end);
  return cursor;
}

function refuse(input: RdbInput, fault: string | undefined): void {
  if (fault !== undefined) throw input.error(fault);
}
