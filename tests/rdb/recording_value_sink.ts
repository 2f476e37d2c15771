import { latin1 } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { IntsetCursor } from "../../src/rdb/encodings/intset.ts";
import { ListpackCursor } from "../../src/rdb/encodings/listpack.ts";
import type { PackedCursor } from "../../src/rdb/encodings/packed_cursor.ts";
import type { StreamFacts, StreamIdParts, ValueSink } from "../../src/rdb/value_sink.ts";

export type RecordedValue = string[] | Record<string, string> | RecordedStream;

export interface RecordedGroup {
  name: string;
  lastid: string;
  entriesRead: unknown;
  pending: { sent: number; id: string; count: unknown }[];
  consumers: { name: string; activeTime: number; seenTime: number; pending: { id: string }[] }[];
}

export interface RecordedStream {
  entries: { id: string; items: Record<string, string> }[];
  length: unknown;
  entriesAdded: unknown;
  firstID: string | undefined;
  lastID: string;
  maxDelEntryID: string;
  groups: RecordedGroup[];
}

/** Keeps values in the shape of librdb's JSON views: sets sorted, scores as text. */
export class RecordingValueSink implements ValueSink {
  readonly values: Record<string, RecordedValue> = {};
  /** Expiries of fields by key and field, where there is one. */
  readonly fieldExpiries: Record<string, Record<string, number>> = {};
  /** What `size` was announced for each key. */
  readonly sizes: Record<string, number> = {};
  #key = "";
  #kind = "";
  #list: string[] = [];
  #map: Record<string, string> = {};
  #stream: RecordedStream | undefined;

  beginList(key: Slice): void {
    this.#begin("list", key);
  }

  beginSet(key: Slice, _meta: unknown, size: number): void {
    this.#begin("set", key, size);
  }

  beginSortedSet(key: Slice, _meta: unknown, size: number): void {
    this.#begin("sorted set", key, size);
  }

  beginHash(key: Slice, _meta: unknown, size: number): void {
    this.#begin("hash", key, size);
  }

  beginStream(key: Slice): void {
    this.#begin("stream", key);
    this.#stream = {
      entries: [],
      length: 0,
      entriesAdded: 0,
      firstID: undefined,
      lastID: "",
      maxDelEntryID: "",
      groups: [],
    };
  }

  element(value: Slice): void {
    this.#list.push(text(value));
  }

  member(member: Slice, score: number): void {
    this.#map[text(member)] = String(score);
  }

  field(field: Slice, value: Slice, expireAtMs: number): void {
    this.#map[text(field)] = text(value);
    if (expireAtMs !== -1) this.#expire(text(field), expireAtMs);
  }

  listpack(block: Slice, elements: number): void {
    const found = elementsOf(new ListpackCursor(), block);
    if (found.length !== elements) throw new Error(`${elements} for ${found.length} elements`);
    if (this.#kind === "list" || this.#kind === "set") this.#list.push(...found);
    else for (let i = 0; i < found.length; i += 2) this.#map[found[i]] = found[i + 1];
  }

  listpackWithExpiry(block: Slice, elements: number): void {
    const found = elementsOf(new ListpackCursor(), block);
    if (found.length !== elements) throw new Error(`${elements} for ${found.length} elements`);
    for (let i = 0; i < found.length; i += 3) {
      this.#map[found[i]] = found[i + 1];
      if (found[i + 2] !== "0") this.#expire(found[i], Number(found[i + 2]));
    }
  }

  intset(block: Slice): void {
    this.#list.push(...elementsOf(new IntsetCursor(), block));
  }

  streamBlock(masterId: Slice, block: Slice): void {
    const elements = elementsOf(new ListpackCursor(), block);
    const [milliseconds, sequence] = idOf(masterId);
    const fields = Number(elements[2]);
    const names = elements.slice(3, 3 + fields);
    for (let at = 4 + fields; at < elements.length;) {
      const flags = Number(elements[at]);
      const id = `${milliseconds + BigInt(elements[at + 1])}-${
        sequence + BigInt(elements[at + 2])
      }`;
      at += 3;
      const items: Record<string, string> = {};
      if (flags & 2) { for (const name of names) items[name] = elements[at++]; }
      else {
        for (let left = Number(elements[at++]); left > 0; left--) {
          items[elements[at++]] = elements[at++];
        }
      }
      at++;
      if ((flags & 1) === 0) this.#stream!.entries.push({ id, items });
    }
  }

  streamFacts(facts: StreamFacts): void {
    const stream = this.#stream!;
    stream.length = facts.length;
    stream.entriesAdded = facts.entriesAdded;
    stream.lastID = idText(facts.lastId);
    stream.firstID = facts.firstId && idText(facts.firstId);
    stream.maxDelEntryID = idText(facts.maxDeletedId);
  }

  streamGroup(name: Slice, lastId: StreamIdParts, entriesRead: unknown): void {
    const lastid = idText(lastId);
    this.#stream!.groups.push({
      name: text(name),
      lastid,
      entriesRead,
      pending: [],
      consumers: [],
    });
  }

  streamPending(id: Slice, sent: number, count: unknown): void {
    this.#stream!.groups.at(-1)!.pending.push({ sent, id: idOf(id).join("-"), count });
  }

  streamConsumer(name: Slice, seenTime: number, activeTime: number): void {
    const consumer = { name: text(name), activeTime, seenTime, pending: [] };
    this.#stream!.groups.at(-1)!.consumers.push(consumer);
  }

  streamConsumerPending(id: Slice): void {
    this.#stream!.groups.at(-1)!.consumers.at(-1)!.pending.push({ id: idOf(id).join("-") });
  }

  end(): void {
    const values: Record<string, RecordedValue> = {
      list: this.#list,
      set: this.#list.toSorted(),
      "sorted set": this.#map,
      hash: this.#map,
    };
    this.values[this.#key] = this.#stream ?? values[this.#kind];
    this.#kind = "";
  }

  #begin(kind: string, key: Slice, size?: number): void {
    if (this.#kind !== "") throw new Error(`${kind} begins before the end of ${this.#kind}`);
    this.#kind = kind;
    this.#key = text(key);
    this.#list = [];
    this.#map = {};
    this.#stream = undefined;
    if (size !== undefined) this.sizes[this.#key] = size;
  }

  #expire(field: string, expireAtMs: number): void {
    (this.fieldExpiries[this.#key] ??= {})[field] = expireAtMs;
  }
}

function elementsOf(cursor: PackedCursor, block: Slice): string[] {
  const elements: string[] = [];
  const slice = new Slice();
  cursor.begin(block.bytes, block.start, block.end);
  while (cursor.next()) {
    cursor.textInto(slice);
    elements.push(text(slice));
  }
  return elements;
}

function idOf({ bytes, start }: Slice): [bigint, bigint] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, 16);
  return [view.getBigUint64(0), view.getBigUint64(8)];
}

function idText({ milliseconds, sequence }: StreamIdParts): string {
  return `${milliseconds}-${sequence}`;
}

function text(slice: Slice): string {
  return latin1(slice.bytes, slice.start, slice.end);
}
