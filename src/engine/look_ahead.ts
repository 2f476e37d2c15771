// Looks at a batch of pipelined requests before they run, so that memory is fetched for all of them
// at once: a key that is not in the processor's cache costs as much as the rest of a GET.
import type { Slice } from "../base/slice.ts";
import { equalWords, wordsOf } from "../base/words.ts";
import { forgetHash, knowHash } from "../memory/half_siphash.ts";
import type { HashTable } from "../memory/hash_table.ts";
import type { Request } from "../resp/request.ts";
import { touchValues } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { Command, Registry } from "./registry.ts";

/** Requests looked at together. Measured: 16 take a fifth off a GET at `-P 16`; more gain nothing. */
export const LOOK_AHEAD_REQUESTS = 16;

/** Commands and key hashes of the batch that is about to run. */
export class LookAhead {
  readonly #registry: Registry;
  readonly #keyspace: Keyspace;
  // Plain arrays: they are read with fewer checks than typed ones.
  readonly #commands = filled<Command | undefined>(undefined);
  readonly #keys = filled<Slice | undefined>(undefined);
  readonly #hashes = filled(0);
  readonly #members = filled<Slice | undefined>(undefined);
  #withMembers = false;
  /** Hashes of different keys, then of members, and what stands first in their buckets. */
  readonly #wanted = new Int32Array(LOOK_AHEAD_REQUESTS);
  readonly #entries = new Int32Array(LOOK_AHEAD_REQUESTS);
  /** What the last reads found: being kept, they are not optimised away. */
  touched = 0;

  constructor(registry: Registry, keyspace: Keyspace) {
    this.#registry = registry;
    this.#keyspace = keyspace;
  }

  /** Finds commands, hashes first keys and starts fetching their entries. Only hints: nothing is decided. */
  prepare(databaseIndex: number, batch: readonly Request[], count: number): void {
    const { table, arena } = this.#keyspace.databases[databaseIndex];
    const wanted = this.#wanted, entries = this.#entries;
    let command: Command | undefined, before: Slice | undefined, key: Slice | undefined;
    let hash = 0, different = 0;
    for (let i = 0; i < count; i++) {
      const request = batch[i];
      if (i === 0 || request !== batch[i - 1]) {
        command = this.#registry.find(request.slices[0]);
        const at = command === undefined ? 0 : command.firstKey;
        key = at === 0 || at >= request.count ? undefined : request.slices[at];
        // Queues, counters and large collections: a pipeline often goes to one key.
        if (key !== undefined && (before === undefined || !sameKey(key, before))) {
          hash = table.hash(key.bytes, key.start, key.end);
          wanted[different++] = hash;
        }
        if (key !== undefined) before = key;
      }
      this.#commands[i] = command;
      this.#keys[i] = key;
      this.#hashes[i] = hash;
    }
    const headers = table.fetchFirst(wanted, different, entries);
    this.touched = headers ^ touchValues(arena, entries, different);
    const first = this.#keys[0];
    this.#withMembers = different === 1 && first !== undefined && this.#commands[0]!.member !== 0;
    if (this.#withMembers) this.#prepareMembers(databaseIndex, batch, count);
  }

  /** The same for members, where all keys are one that holds a large collection. */
  #prepareMembers(databaseIndex: number, batch: readonly Request[], count: number): void {
    const table = this.#membersOf(databaseIndex, this.#keys[0]!);
    this.#withMembers = table !== undefined;
    if (table === undefined) return;
    const hashes = this.#wanted;
    for (let i = 0; i < count; i++) {
      const at = this.#keys[i] === undefined ? 0 : this.#commands[i]!.member;
      const member = at === 0 || at >= batch[i].count ? undefined : batch[i].slices[at];
      this.#members[i] = member;
      hashes[i] = member === undefined ? 0 : table.hash(member.bytes, member.start, member.end);
    }
    this.touched ^= table.fetchFirst(hashes, count, this.#entries);
  }

  /** Where members of the value under a key are found, whose hash is the first one wanted. */
  #membersOf(databaseIndex: number, { bytes, start, end }: Slice): HashTable | undefined {
    const { databases, valueTypes } = this.#keyspace, database = databases[databaseIndex];
    const ref = database.table.find(bytes, start, end, this.#wanted[0]);
    const type = ref === 0 ? undefined : valueTypes[database.typeOf(ref)];
    return type?.membersOf?.(database.encodingOf(ref), database.valueOf(ref));
  }

  /** The command of a prepared request; what its key and its member hash to is known from now on. */
  take(slot: number): Command | undefined {
    const keyspace = this.#keyspace;
    keyspace.hintedKey = this.#keys[slot];
    keyspace.hintedHash = this.#hashes[slot];
    if (this.#withMembers) this.#takeMember(slot);
    return this.#commands[slot];
  }

  #takeMember(slot: number): void {
    const member = this.#members[slot];
    if (member === undefined) forgetHash();
    else knowHash(member.bytes, member.start, member.end, this.#wanted[slot]);
  }

  /** The slices are about to be pointed elsewhere. */
  forget(): undefined {
    this.#keyspace.hintedKey = undefined;
    forgetHash();
  }
}

function filled<T>(value: T): T[] {
  return Array.from({ length: LOOK_AHEAD_REQUESTS }, () => value);
}

function sameKey(a: Slice, b: Slice): boolean {
  const length = a.end - a.start;
  if (a.bytes !== b.bytes || length !== b.end - b.start || length < 4) return false;
  const words = wordsOf(a.bytes);
  return words !== undefined && equalWords(words, a.start, b.start, length);
}
