// Looks at a batch of pipelined requests before they run, so that memory is fetched for all of them
// at once: a key that is not in the processor's cache costs as much as the rest of a GET.
import type { Request } from "../resp/request.ts";
import { touchValue } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { Command, Registry } from "./registry.ts";

/** Requests looked at together. Measured: 16 take a fifth off a GET at `-P 16`; more gain nothing. */
export const LOOK_AHEAD_REQUESTS = 16;

/** Commands and key hashes of the batch that is about to run. */
export class LookAhead {
  readonly #registry: Registry;
  readonly #keyspace: Keyspace;
  readonly #commands: (Command | undefined)[] = new Array(LOOK_AHEAD_REQUESTS).fill(undefined);
  readonly #hashes = new Int32Array(LOOK_AHEAD_REQUESTS);
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
    const commands = this.#commands, hashes = this.#hashes, entries = this.#entries;
    for (let i = 0; i < count; i++) {
      const request = batch[i];
      const command = this.#registry.find(request.slices[0]);
      commands[i] = command;
      entries[i] = 0;
      if (command === undefined || command.firstKey === 0) continue;
      if (command.firstKey >= request.count) continue;
      const key = request.slices[command.firstKey];
      const hash = table.hash(key.bytes, key.start, key.end);
      hashes[i] = hash;
      entries[i] = table.first(hash);
    }
    let touched = 0;
    for (let i = 0; i < count; i++) if (entries[i] !== 0) touched ^= table.touch(entries[i]);
    for (let i = 0; i < count; i++) if (entries[i] !== 0) touched ^= touchValue(arena, entries[i]);
    this.touched = touched;
  }

  /** The command of a prepared request; its first key's hash becomes the keyspace's hint. */
  take(slot: number, request: Request): Command | undefined {
    const command = this.#commands[slot];
    if (command === undefined || command.firstKey === 0 || command.firstKey >= request.count) {
      this.#keyspace.hintedKey = undefined;
      return command;
    }
    this.#keyspace.hintedKey = request.slices[command.firstKey];
    this.#keyspace.hintedHash = this.#hashes[slot];
    return command;
  }

  /** The slices are about to be pointed elsewhere. */
  forget(): undefined {
    this.#keyspace.hintedKey = undefined;
  }
}
