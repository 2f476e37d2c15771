// Writes values of all types, as they stand in memory where the form allows it.
import { Slice } from "../base/slice.ts";
import { INTSET_HEADER_BYTES } from "../memory/intset.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { TYPE_HASH, TYPE_LIST, TYPE_SET, TYPE_STREAM, TYPE_ZSET } from "../store/entry.ts";
import {
  ENCODING_HASHTABLE,
  ENCODING_LISTPACK,
  ENCODING_QUICKLIST,
  ENCODING_SKIPLIST,
  ENCODING_STREAM,
} from "../values/encodings.ts";
import { HashValue } from "../values/hash_value.ts";
import type { HashValues } from "../values/hash_values.ts";
import { ListValue } from "../values/list_value.ts";
import type { ListValues } from "../values/list_values.ts";
import { SetValue } from "../values/set_value.ts";
import type { SetValues } from "../values/set_values.ts";
import type { StreamValues } from "../values/stream_values.ts";
import { ZsetValue } from "../values/zset_value.ts";
import type { ZsetValues } from "../values/zset_values.ts";
import { NODE_PACKED, VALUE_TYPE } from "./opcodes.ts";
import { ChainPieces, writeNode } from "./pieces/chain_pieces.ts";
import { StreamPieces } from "./pieces/stream_pieces.ts";
import { ExpiringHashPieces, HashPieces, SetPieces } from "./pieces/table_pieces.ts";
import type { ValuePieces } from "./pieces/value_pieces.ts";
import { ZsetPieces } from "./pieces/zset_pieces.ts";
import type { RdbOutput } from "./rdb_output.ts";
import { writeStream } from "./stream_writer.ts";

/** Writes the values of a keyspace that are not strings; it has windows of its own on them. */
export class ValueWriter {
  readonly #keyspace: Keyspace;
  readonly #output: RdbOutput;
  readonly #list: ListValue;
  readonly #set: SetValue;
  readonly #zset: ZsetValue;
  readonly #hash: HashValue;
  readonly #lists: ListValues;
  readonly #sets: SetValues;
  readonly #zsets: ZsetValues;
  readonly #hashes: HashValues;
  readonly #streams: StreamValues;
  readonly #slice = new Slice();

  constructor(keyspace: Keyspace, output: RdbOutput) {
    this.#keyspace = keyspace;
    this.#output = output;
    const { valueTypes } = keyspace;
    this.#lists = valueTypes[TYPE_LIST] as ListValues;
    this.#list = new ListValue(this.#lists);
    this.#sets = valueTypes[TYPE_SET] as SetValues;
    this.#set = new SetValue(this.#sets);
    this.#zsets = valueTypes[TYPE_ZSET] as ZsetValues;
    this.#zset = new ZsetValue(this.#zsets);
    this.#hashes = valueTypes[TYPE_HASH] as HashValues;
    this.#hash = new HashValue(this.#hashes);
    this.#streams = valueTypes[TYPE_STREAM] as StreamValues;
  }

  /** Writes a value in one of the forms of its type; `value` is its value word. */
  write(form: number, encoding: number, value: number): void {
    switch (form) {
      case VALUE_TYPE.list:
        return this.#plainList(encoding, value);
      case VALUE_TYPE.listQuicklist2:
        return encoding === ENCODING_QUICKLIST ? this.#chain(value) : this.#onlyNode(value);
      case VALUE_TYPE.set:
        return this.#plainSet(encoding, value);
      case VALUE_TYPE.sortedSet2:
        return this.#plainSortedSet(encoding, value);
      case VALUE_TYPE.hash:
        return this.#plainHash(encoding, value);
      case VALUE_TYPE.hashMetadata:
        return this.#expiringHash(encoding, value);
      case VALUE_TYPE.hashListpackEx:
        this.#output.instant(this.#hash.open(encoding, value).nextExpireAtMs);
        return this.#listpack(value);
      case VALUE_TYPE.setIntset:
        return this.#intset(value);
      case VALUE_TYPE.setListpack:
      case VALUE_TYPE.sortedSetListpack:
      case VALUE_TYPE.hashListpack:
        return this.#listpack(value);
      default:
        return writeStream(this.#output, this.#streams.streams.get(value), form);
    }
  }

  /**
   * A value of more than `elements` elements, to be written in pieces; undefined where it is smaller,
   * or its form stands in memory as one block.
   */
  pieces(
    form: number,
    encoding: number,
    value: number,
    elements: number,
  ): ValuePieces | undefined {
    if (form === VALUE_TYPE.set && encoding === ENCODING_HASHTABLE) {
      const table = this.#sets.tables.get(value);
      return table.size > elements ? new SetPieces(table) : undefined;
    }
    if (form === VALUE_TYPE.sortedSet2 && encoding === ENCODING_SKIPLIST) {
      const zset = this.#zsets.tables.get(value);
      return zset.size > elements ? new ZsetPieces(zset) : undefined;
    }
    if (form === VALUE_TYPE.listQuicklist2 && encoding === ENCODING_QUICKLIST) {
      const chain = this.#lists.chains.get(value);
      return chain.count > elements ? new ChainPieces(chain) : undefined;
    }
    if (encoding === ENCODING_STREAM) {
      const stream = this.#streams.streams.get(value);
      const size = Math.max(stream.length, stream.parts); // pending entries are parts
      return size > elements ? new StreamPieces(stream, form) : undefined;
    }
    return encoding === ENCODING_HASHTABLE ? this.#hashPieces(form, value, elements) : undefined;
  }

  #hashPieces(form: number, value: number, elements: number): ValuePieces | undefined {
    const fields = this.#hashes.tables.get(value);
    if (fields.table.size <= elements) return undefined;
    if (form === VALUE_TYPE.hash) return new HashPieces(fields);
    const earliestMs = this.#hash.open(ENCODING_HASHTABLE, value).nextExpireAtMs;
    return new ExpiringHashPieces(fields, earliestMs);
  }

  /** Whether some field of a hash expires. */
  hasFieldExpiry(encoding: number, value: number): boolean {
    if (encoding === ENCODING_LISTPACK) return false;
    return this.#hash.open(encoding, value).nextExpireAtMs >= 0;
  }

  #block(ref: number, bytes: number): void {
    this.#slice.set(this.#keyspace.arena.u8, ref * 8, ref * 8 + bytes);
    this.#output.string(this.#slice);
  }

  #listpack(ref: number): void {
    this.#block(ref, this.#keyspace.arena.i32[ref * 2]);
  }

  #intset(ref: number): void {
    const { i32 } = this.#keyspace.arena;
    this.#block(ref, INTSET_HEADER_BYTES + i32[ref * 2] * i32[ref * 2 + 1]);
  }

  #onlyNode(ref: number): void {
    this.#output.length(1);
    this.#output.length(NODE_PACKED);
    this.#listpack(ref);
  }

  #chain(value: number): void {
    const output = this.#output, slice = this.#slice;
    const chain = this.#lists.chains.get(value);
    output.length(chain.nodes);
    for (let node = chain.head; node !== 0; node = chain.nextNode(node)) {
      writeNode(output, chain, node, slice);
    }
  }

  #plainList(encoding: number, value: number): void {
    const list = this.#list.open(encoding, value);
    this.#output.length(list.length);
    list.begin(0, true);
    while (list.next()) this.#output.string(list.element);
    list.end();
  }

  #plainSet(encoding: number, value: number): void {
    const set = this.#set.open(encoding, value);
    this.#output.length(set.size);
    set.begin();
    while (set.next()) this.#output.string(set.member);
    set.end();
  }

  /** From the last to the first: so redis-server, where an insertion at the head is quick, loads it. */
  #plainSortedSet(encoding: number, value: number): void {
    const { elements } = this.#zset.open(encoding, value);
    this.#output.length(elements.size);
    for (let more = elements.seekRank(elements.size - 1); more; more = elements.previous()) {
      this.#output.string(elements.member);
      this.#output.double(elements.score);
    }
  }

  #plainHash(encoding: number, value: number): void {
    const hash = this.#hash.open(encoding, value);
    this.#output.length(hash.size);
    hash.begin();
    while (hash.next()) {
      this.#output.string(hash.field);
      this.#output.string(hash.content);
    }
    hash.end();
  }

  /** The earliest expiry, then before each field its own, counted from there on; 0 for none. */
  #expiringHash(encoding: number, value: number): void {
    const output = this.#output;
    const hash = this.#hash.open(encoding, value);
    const earliest = hash.nextExpireAtMs;
    output.instant(earliest);
    output.length(hash.size);
    hash.begin();
    while (hash.next()) {
      const { expireAtMs } = hash;
      output.length(expireAtMs < 0 ? 0 : expireAtMs - earliest + 1);
      output.string(hash.field);
      output.string(hash.content);
    }
    hash.end();
  }
}
