// Builds the values of a dump that are not strings, one at a time, and stores each under its key.
import type { Integer64 } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import type { KeyMeta } from "../rdb/key_meta.ts";
import type { StreamFacts, StreamIdParts, ValueSink } from "../rdb/value_sink.ts";
import { TYPE_HASH, TYPE_LIST, TYPE_SET, TYPE_STREAM, TYPE_ZSET } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { ENCODING_LISTPACK, ENCODING_LISTPACK_EX } from "../values/encodings.ts";
import type { HashValues } from "../values/hash_values.ts";
import type { ListValues } from "../values/list_values.ts";
import type { SetValues } from "../values/set_values.ts";
import type { StreamValues } from "../values/stream_values.ts";
import type { ZsetValues } from "../values/zset_values.ts";
import type { ValueBuilder } from "./value_builder.ts";
import { HashBuilder } from "./value_sink_hash.ts";
import { ListBuilder } from "./value_sink_list.ts";
import { SetBuilder } from "./value_sink_set.ts";
import { StreamBuilder } from "./value_sink_stream.ts";
import { ZsetBuilder } from "./value_sink_zset.ts";

/** Where values go. */
export interface ValueTarget {
  /** Stores a value under a key; fails before it changes anything. */
  store(key: Slice, meta: KeyMeta, type: number, encoding: number, value: number): void;
}

/**
 * Puts values together as redis-server does it: small ones are blocks of the file, copied; those
 * beyond the limits get the form for large ones.
 */
export class KeyspaceValueSink implements ValueSink {
  readonly #keyspace: Keyspace;
  readonly #target: ValueTarget;
  readonly #list: ListBuilder;
  readonly #set: SetBuilder;
  readonly #zset: ZsetBuilder;
  readonly #hash: HashBuilder;
  readonly #stream: StreamBuilder;
  /** What is under way. */
  #builder: ValueBuilder | undefined;
  #type = 0;
  #key: Slice | undefined;
  #meta: KeyMeta | undefined;

  constructor(keyspace: Keyspace, target: ValueTarget) {
    this.#keyspace = keyspace;
    this.#target = target;
    const { valueTypes } = keyspace;
    this.#list = new ListBuilder(valueTypes[TYPE_LIST] as ListValues);
    this.#set = new SetBuilder(valueTypes[TYPE_SET] as SetValues);
    this.#zset = new ZsetBuilder(valueTypes[TYPE_ZSET] as ZsetValues);
    this.#hash = new HashBuilder(valueTypes[TYPE_HASH] as HashValues);
    this.#stream = new StreamBuilder(valueTypes[TYPE_STREAM] as StreamValues);
  }

  beginList(key: Slice, meta: KeyMeta): void {
    this.#begin(TYPE_LIST, this.#list, key, meta);
  }

  beginSet(key: Slice, meta: KeyMeta, size: number): void {
    this.#begin(TYPE_SET, this.#set, key, meta);
    this.#set.begin(size);
  }

  beginSortedSet(key: Slice, meta: KeyMeta, size: number): void {
    this.#begin(TYPE_ZSET, this.#zset, key, meta);
    this.#zset.begin(size);
  }

  beginHash(key: Slice, meta: KeyMeta, size: number): void {
    this.#begin(TYPE_HASH, this.#hash, key, meta);
    this.#hash.begin(size);
  }

  beginStream(key: Slice, meta: KeyMeta): void {
    this.#begin(TYPE_STREAM, this.#stream, key, meta);
    this.#stream.begin();
  }

  #begin(type: number, builder: ValueBuilder, key: Slice, meta: KeyMeta): void {
    this.#type = type;
    this.#builder = builder;
    this.#key = key;
    this.#meta = meta;
  }

  element(value: Slice): void {
    if (this.#type === TYPE_SET) return this.#set.member(value);
    this.#list.element(value);
  }

  member(member: Slice, score: number): void {
    this.#zset.member(member, score);
  }

  field(field: Slice, value: Slice, expireAtMs: number): void {
    this.#hash.field(field, value, expireAtMs);
  }

  listpack(block: Slice, elements: number): void {
    const type = this.#type;
    if (type === TYPE_HASH) return this.#hash.adopt(block, ENCODING_LISTPACK, elements / 2);
    if (type === TYPE_LIST) return this.#list.listpack(block, elements);
    if (type === TYPE_SET) this.#set.listpack(block, elements);
    else this.#zset.listpack(block, elements);
  }

  listpackWithExpiry(block: Slice, elements: number): void {
    this.#hash.adopt(block, ENCODING_LISTPACK_EX, elements / 3);
  }

  intset(block: Slice): void {
    this.#set.intset(block);
  }

  streamBlock(masterId: Slice, block: Slice): void {
    this.#stream.block(masterId, block);
  }

  streamFacts(facts: StreamFacts): void {
    this.#stream.facts(facts);
  }

  streamGroup(name: Slice, lastId: StreamIdParts, entriesRead: Integer64 | undefined): void {
    this.#stream.group(name, lastId, entriesRead);
  }

  streamPending(id: Slice, deliveredAtMs: number, deliveries: Integer64): void {
    this.#stream.pending(id, deliveredAtMs, deliveries);
  }

  streamConsumer(name: Slice, seenAtMs: number, activeAtMs: number): void {
    this.#stream.consumer(name, seenAtMs, activeAtMs);
  }

  streamConsumerPending(id: Slice): void {
    this.#stream.consumerPending(id);
  }

  end(): void {
    const builder = this.#builder!;
    builder.finish();
    const { encoding, value } = builder;
    this.#builder = undefined;
    try {
      this.#target.store(this.#key!, this.#meta!, this.#type, encoding, value);
    } catch (error) {
      this.#keyspace.releaseValue(this.#type, encoding, value);
      throw error;
    }
  }

  /** Frees the value that was begun and did not end, because the load failed. */
  abandon(): void {
    this.#builder?.abandon();
    this.#builder = undefined;
  }
}
