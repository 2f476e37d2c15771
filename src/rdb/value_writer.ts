// Writes values of all types, as they stand in memory where the form allows it.
import { Slice } from "../base/slice.ts";
import { INTSET_HEADER_BYTES } from "../memory/intset.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { TYPE_HASH, TYPE_LIST, TYPE_SET, TYPE_STREAM, TYPE_ZSET } from "../store/entry.ts";
import { ENCODING_LISTPACK, ENCODING_QUICKLIST } from "../values/encodings.ts";
import { HashValue } from "../values/hash_value.ts";
import type { HashValues } from "../values/hash_values.ts";
import { ListValue } from "../values/list_value.ts";
import type { ListValues } from "../values/list_values.ts";
import { SetValue } from "../values/set_value.ts";
import type { SetValues } from "../values/set_values.ts";
import type { StreamValues } from "../values/stream_values.ts";
import { ZsetValue } from "../values/zset_value.ts";
import type { ZsetValues } from "../values/zset_values.ts";
import { VALUE_TYPE } from "./opcodes.ts";
import type { RdbOutput } from "./rdb_output.ts";
import { writeStream } from "./stream_writer.ts";

const NODE_PLAIN = 1;
const NODE_PACKED = 2;

/** Writes the values of a keyspace that are not strings; it has windows of its own on them. */
export class ValueWriter {
  readonly #keyspace: Keyspace;
  readonly #output: RdbOutput;
  readonly #list: ListValue;
  readonly #set: SetValue;
  readonly #zset: ZsetValue;
  readonly #hash: HashValue;
  readonly #lists: ListValues;
  readonly #streams: StreamValues;
  readonly #slice = new Slice();

  constructor(keyspace: Keyspace, output: RdbOutput) {
    this.#keyspace = keyspace;
    this.#output = output;
    const { valueTypes } = keyspace;
    this.#lists = valueTypes[TYPE_LIST] as ListValues;
    this.#list = new ListValue(this.#lists);
    this.#set = new SetValue(valueTypes[TYPE_SET] as SetValues);
    this.#zset = new ZsetValue(valueTypes[TYPE_ZSET] as ZsetValues);
    this.#hash = new HashValue(valueTypes[TYPE_HASH] as HashValues);
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
      output.length(chain.isPlain(node) ? NODE_PLAIN : NODE_PACKED);
      if (chain.isCompressed(node)) {
        chain.compressedInto(node, slice);
        output.compressedString(slice.bytes, slice.start, slice.end, chain.nodeBytes(node));
      } else {
        chain.nodeInto(node, slice);
        output.string(slice);
      }
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
