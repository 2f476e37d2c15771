// Streams of a dump: blocks that are copied as they stand, then groups with pending entries.
import type { Integer64 } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import { RdbRejection } from "../rdb/rdb_error.ts";
import type { StreamFacts, StreamIdParts } from "../rdb/value_sink.ts";
import { ENCODING_STREAM } from "../values/encodings.ts";
import { StreamCursor } from "../values/stream_cursor.ts";
import type { StreamConsumer, StreamGroup } from "../values/stream_group.ts";
import { StreamId } from "../values/stream_id.ts";
import type { StreamValue } from "../values/stream_value.ts";
import type { StreamValues } from "../values/stream_values.ts";
import type { ValueBuilder } from "./value_builder.ts";

/** Builds one stream after another. */
export class StreamBuilder implements ValueBuilder {
  readonly encoding = ENCODING_STREAM;
  value = 0;
  readonly #streams: StreamValues;
  readonly #cursor: StreamCursor;
  readonly #id = new StreamId();
  readonly #lastBlock = new StreamId();
  #stream: StreamValue | undefined;
  #liveEntries = 0;
  #group: StreamGroup | undefined;
  #consumer: StreamConsumer | undefined;
  /** Pending entries of the group that a consumer owns. */
  #owned = 0;

  constructor(streams: StreamValues) {
    this.#streams = streams;
    this.#cursor = new StreamCursor(streams.tools.arena);
  }

  begin(): void {
    this.#stream = this.#streams.create();
    this.#liveEntries = 0;
    this.#group = this.#consumer = undefined;
  }

  /** `masterId`: 16 bytes, the highest first. */
  block(masterId: Slice, { bytes, start, end }: Slice): void {
    const id = this.#id, stream = this.#stream!;
    id.readBigEndian(masterId.bytes, masterId.start);
    if (stream.blocks.find(id) >= 0) {
      throw new RdbRejection(`stream with two blocks of the ID ${id}`);
    }
    this.#liveEntries += stream.addBlock(id, bytes, start, end);
  }

  facts({ length, lastId, maxDeletedId, entriesAdded }: StreamFacts): void {
    const stream = this.#stream!;
    if (length !== 0 && stream.blocks.size === 0) {
      throw new RdbRejection(`stream of ${length} entries that has no block of them`);
    }
    // What the file says of its length and its first entry could only be wrong: both are counted.
    stream.length = this.#liveEntries;
    stream.renewFirstId();
    stream.lastId.set(lastId.milliseconds, lastId.sequence);
    stream.maxDeletedId.set(maxDeletedId.milliseconds, maxDeletedId.sequence);
    stream.entriesAdded = entriesAdded;
    this.#checkLastId(stream);
  }

  /** New entries go behind the last ID: it must not lie among those that are there. */
  #checkLastId(stream: StreamValue): void {
    const { blocks, lastId } = stream, last = blocks.last();
    if (last < 0) return;
    const cursor = this.#cursor, block = this.#lastBlock;
    blocks.readId(last, block);
    cursor.readLastOf(blocks, last);
    if (lastId.compare(block) >= 0 && lastId.compare(cursor.id) >= 0) return;
    throw new RdbRejection(`stream whose last ID is ${lastId}, below that of an entry`);
  }

  group(name: Slice, lastId: StreamIdParts, entriesRead: Integer64 | undefined): void {
    this.#endGroup();
    const stream = this.#stream!;
    if (stream.group(name) !== undefined) {
      throw new RdbRejection("stream with two consumer groups of the same name");
    }
    const id = new StreamId(lastId.milliseconds, lastId.sequence);
    this.#group = stream.createGroup(name, id, entriesRead ?? stream.entriesUpTo(id));
    this.#owned = 0;
  }

  /** `id`: 16 bytes, the highest first. */
  pending(id: Slice, deliveredAtMs: number, deliveries: Integer64): void {
    const group = this.#group!;
    this.#id.readBigEndian(id.bytes, id.start);
    if (group.find(this.#id) >= 0) {
      throw new RdbRejection(`consumer group to which the entry ${this.#id} is pending twice`);
    }
    group.setDelivery(group.addUnowned(this.#id), deliveredAtMs, deliveries);
  }

  consumer(name: Slice, seenAtMs: number, activeAtMs: number): void {
    const group = this.#group!;
    if (group.consumer(name) !== undefined) {
      throw new RdbRejection("consumer group with two consumers of the same name");
    }
    this.#consumer = group.createConsumer(name, seenAtMs);
    this.#consumer.activeAtMs = activeAtMs;
  }

  /** `id`: 16 bytes, the highest first. */
  consumerPending(id: Slice): void {
    const group = this.#group!;
    this.#id.readBigEndian(id.bytes, id.start);
    const position = group.find(this.#id);
    if (position < 0) {
      throw new RdbRejection(`consumer with the entry ${this.#id}, not pending in its group`);
    }
    if (!group.claim(position, this.#consumer!)) {
      throw new RdbRejection(`consumers that both have the entry ${this.#id}`);
    }
    this.#owned++;
  }

  #endGroup(): void {
    if (this.#group === undefined || this.#owned === this.#group.pending.size) return;
    throw new RdbRejection("consumer group with a pending entry that no consumer has");
  }

  finish(): void {
    this.#endGroup();
    this.value = this.#streams.streams.add(this.#stream!);
    this.#forget();
  }

  #forget(): void {
    this.#stream = this.#group = this.#consumer = undefined;
  }

  abandon(): void {
    this.#stream?.free();
    this.#forget();
  }
}
