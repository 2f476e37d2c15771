// Consumer groups: who got which entry of a stream and has not acknowledged it yet.
import { latin1, latin1Bytes } from "../base/bytes.ts";
import type { Integer64 } from "../base/int64.ts";
import type { Slice } from "../base/slice.ts";
import type { Arena } from "../memory/arena.ts";
import { ID_WORDS, IdIndex } from "../memory/id_index.ts";
import { highHalf, joinInt64, lowHalf } from "../memory/little_endian.ts";
import { StreamId } from "./stream_id.ts";

/** Number of entries a group has read when nobody knows it. */
export const UNKNOWN_ENTRIES_READ = -1;

// Own words of a pending entry: when it was delivered (Unix ms, low and high half), how often (the
// same), and to whom.
const DELIVERED_AT = 0;
const DELIVERIES = 2;
const CONSUMER = 4;
const PENDING_WORDS = 5;
/** 32-bit words of the record of a pending entry. */
export const PENDING_RECORD_WORDS: number = ID_WORDS + PENDING_WORDS;
/** For IDs on their way from one index to another. */
const id = new StreamId();
/** In place of a consumer's number. */
const UNOWNED = -1;

/** Told before a group, or one of its consumers, changes. */
export interface GroupGuard {
  /** What a group says of itself, its consumers or what is pending in it is about to change. */
  beforeGroup(group: StreamGroup): void;
  /** As {@link beforeGroup}, and what a consumer says of itself or owns. */
  beforeConsumer(group: StreamGroup, consumer: StreamConsumer): void;
  /** A consumer is new. */
  added(consumer: StreamConsumer): void;
}

/** Who reads for a group. */
export class StreamConsumer {
  readonly name: Uint8Array<ArrayBuffer>;
  /** Its number in the group; pending entries name their owner so. */
  readonly number: number;
  /** Unix ms when it last asked for entries; {@link StreamGroup.saw} sets it. */
  seenAtMs: number;
  /** Unix ms when it last got some, -1 for never; {@link StreamGroup.gave} sets it. */
  activeAtMs = -1;
  /** Whose guard has nothing more to be told of it, 0 for nobody's. */
  mark = 0;
  /** IDs of the entries it owns. */
  pending: IdIndex;

  constructor(arena: Arena, name: Uint8Array<ArrayBuffer>, number: number, seenAtMs: number) {
    this.name = name;
    this.number = number;
    this.seenAtMs = seenAtMs;
    this.pending = new IdIndex(arena, 0);
  }
}

/** When a pending entry was delivered, Unix ms; its own words stand at `at`. */
export function deliveredAtMsAt(words: Int32Array, at: number): number {
  return Number(joinInt64(words[at + DELIVERED_AT + 1], words[at + DELIVERED_AT]));
}

/** How often it was delivered. */
export function deliveriesAt(words: Int32Array, at: number): Integer64 {
  return joinInt64(words[at + DELIVERIES + 1], words[at + DELIVERIES]);
}

/** The number of its owner. */
export function ownerNumberAt(words: Int32Array, at: number): number {
  return words[at + CONSUMER];
}

/** Name of a group or consumer as the key of a map; sorts as the bytes do. */
export function nameKey({ bytes, start, end }: Slice): string {
  return latin1(bytes, start, end);
}

/** The values of a map in the order of their names. */
export function inNameOrder<T>(byName: ReadonlyMap<string, T> | undefined): T[] {
  if (byName === undefined) return [];
  return [...byName].sort(([a], [b]) => a < b ? -1 : 1).map(([, value]) => value);
}

/**
 * A consumer group. A pending entry is a position in `pending`, valid until an entry is added or
 * removed; it is owned by exactly one consumer, in whose `pending` its ID is too.
 */
export class StreamGroup {
  readonly arena: Arena;
  readonly name: Uint8Array<ArrayBuffer>;
  readonly lastId = new StreamId();
  /** How many entries of the stream lie up to `lastId`, or UNKNOWN_ENTRIES_READ. */
  entriesRead: Integer64;
  pending: IdIndex;
  readonly consumers = new Map<string, StreamConsumer>();
  /** Told of changes before they happen. */
  guard: GroupGuard | undefined = undefined;
  #byNumber: (StreamConsumer | undefined)[] = [];
  #freeNumbers: number[] = [];

  constructor(
    arena: Arena,
    name: Uint8Array<ArrayBuffer>,
    lastId: StreamId,
    entriesRead: Integer64,
  ) {
    this.arena = arena;
    this.name = name;
    this.lastId.copyFrom(lastId);
    this.entriesRead = entriesRead;
    this.pending = new IdIndex(arena, PENDING_WORDS);
  }

  /** To be called before `lastId` or `entriesRead` change. */
  willChange(): void {
    this.guard?.beforeGroup(this);
  }

  /** A consumer asks for entries. */
  saw(consumer: StreamConsumer, atMs: number): void {
    this.guard?.beforeConsumer(this, consumer);
    consumer.seenAtMs = atMs;
  }

  /** A consumer gets entries. */
  gave(consumer: StreamConsumer, atMs: number): void {
    this.guard?.beforeConsumer(this, consumer);
    consumer.activeAtMs = atMs;
  }

  consumer(name: Slice): StreamConsumer | undefined {
    return this.consumers.get(nameKey(name));
  }

  /** Adds a consumer; there is none of that name. */
  createConsumer(name: Slice, seenAtMs: number): StreamConsumer {
    this.guard?.beforeGroup(this);
    const number = this.#freeNumbers.pop() ?? this.#byNumber.length;
    const consumer = new StreamConsumer(this.arena, name.copy(), number, seenAtMs);
    this.#byNumber[number] = consumer;
    this.consumers.set(nameKey(name), consumer);
    this.guard?.added(consumer);
    return consumer;
  }

  /** Removes a consumer and what it owns; answers how many entries that were. */
  removeConsumer(consumer: StreamConsumer): number {
    this.guard?.beforeConsumer(this, consumer);
    const owned = consumer.pending, count = owned.size;
    for (let at = owned.first(); at >= 0; at = owned.next(at)) {
      owned.readId(at, id);
      this.pending.remove(this.pending.find(id));
    }
    owned.free();
    this.consumers.delete(latin1(consumer.name));
    this.#byNumber[consumer.number] = undefined;
    this.#freeNumbers.push(consumer.number);
    return count;
  }

  ownerOf(position: number): StreamConsumer {
    return this.#byNumber[this.arena.i32[this.pending.wordsOf(position) + CONSUMER]]!;
  }

  deliveredAtMs(position: number): number {
    return deliveredAtMsAt(this.arena.i32, this.pending.wordsOf(position));
  }

  deliveries(position: number): Integer64 {
    return deliveriesAt(this.arena.i32, this.pending.wordsOf(position));
  }

  setDelivery(position: number, deliveredAtMs: number, deliveries: Integer64): void {
    this.guard?.beforeGroup(this);
    this.pending.willChange(position);
    this.#write(position, DELIVERED_AT, deliveredAtMs);
    this.#write(position, DELIVERIES, deliveries);
  }

  /** Finds the pending entry of an ID, -1 for none. */
  find(id: StreamId): number {
    return this.pending.find(id);
  }

  /** Makes an entry pending that is not yet; answers its position. Delivery is the caller's to set. */
  add(id: StreamId, owner: StreamConsumer): number {
    this.guard?.beforeConsumer(this, owner);
    owner.pending.insert(id);
    try {
      const position = this.pending.insert(id);
      this.arena.i32[this.pending.wordsOf(position) + CONSUMER] = owner.number;
      return position;
    } catch (error) {
      owner.pending.remove(owner.pending.find(id));
      throw error;
    }
  }

  /** Makes an entry pending whose owner a dump names later, by {@link claim}; answers its position. */
  addUnowned(id: StreamId): number {
    const position = this.pending.insert(id);
    this.arena.i32[this.pending.wordsOf(position) + CONSUMER] = UNOWNED;
    return position;
  }

  /** Gives a pending entry that has no owner one; false when it has one already. */
  claim(position: number, owner: StreamConsumer): boolean {
    const { pending } = this, word = pending.wordsOf(position) + CONSUMER;
    if (this.arena.i32[word] !== UNOWNED) return false;
    pending.readId(position, id);
    owner.pending.insert(id);
    this.arena.i32[pending.wordsOf(position) + CONSUMER] = owner.number;
    return true;
  }

  /** Gives a pending entry to another consumer. */
  setOwner(position: number, owner: StreamConsumer): void {
    const before = this.ownerOf(position);
    if (before === owner) return;
    const { pending, guard } = this;
    if (guard !== undefined) {
      guard.beforeConsumer(this, before);
      guard.beforeConsumer(this, owner);
    }
    pending.willChange(position);
    pending.readId(position, id);
    owner.pending.insert(id);
    before.pending.remove(before.pending.find(id));
    this.arena.i32[pending.wordsOf(position) + CONSUMER] = owner.number;
  }

  /** An entry is pending no longer. */
  remove(position: number): void {
    const { pending } = this, owner = this.ownerOf(position), owned = owner.pending;
    this.guard?.beforeConsumer(this, owner);
    pending.readId(position, id);
    owned.remove(owned.find(id));
    pending.remove(position);
  }

  /** An independent copy. */
  copy(): StreamGroup {
    const copy = new StreamGroup(this.arena, this.name.slice(), this.lastId, this.entriesRead);
    try {
      copy.pending = this.pending.copy();
      copy.#freeNumbers = [...this.#freeNumbers];
      for (const [name, { number, seenAtMs, activeAtMs, pending }] of this.consumers) {
        const consumer = new StreamConsumer(this.arena, latin1Bytes(name), number, seenAtMs);
        consumer.activeAtMs = activeAtMs;
        copy.consumers.set(name, consumer);
        copy.#byNumber[number] = consumer;
        consumer.pending = pending.copy();
      }
    } catch (error) {
      copy.free();
      throw error;
    }
    return copy;
  }

  free(): void {
    this.drain(Infinity);
    this.#byNumber = [];
    this.#freeNumbers = [];
  }

  /** Frees about so many pending entries and consumers; true when there are no more. */
  drain(parts: number): boolean {
    let left = parts - this.pending.size;
    if (!this.pending.drain(parts)) return false;
    for (const [name, { pending }] of this.consumers) {
      if (left <= 0) return false;
      const size = pending.size;
      if (!pending.drain(left)) return false;
      this.consumers.delete(name);
      left -= size + 1;
    }
    return true;
  }

  /** The group, its pending entries and its consumers, as freeing counts them. */
  get parts(): number {
    return 1 + this.pending.size + this.consumers.size;
  }

  /** Bytes of arena memory. */
  get bytes(): number {
    let total = this.pending.bytes;
    for (const consumer of this.consumers.values()) total += consumer.pending.bytes;
    return total;
  }

  #write(position: number, word: number, value: Integer64): void {
    const { i32 } = this.arena, at = this.pending.wordsOf(position) + word;
    i32[at] = lowHalf(value);
    i32[at + 1] = highHalf(value);
  }
}
