// What follows from a key's change: those who wait for it, those who observe keys (WATCH, tracking,
// keyspace events), and deletions that no command asked for as effects.
import { asciiBytes } from "../base/bytes.ts";
import type { Slice } from "../base/slice.ts";
import type { Config } from "../config/config.ts";
import { Request } from "../resp/request.ts";
import type { ChangeListener } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import { ORIGINS } from "./origins.ts";
import type { Propagation } from "./propagation.ts";

const DEL = asciiBytes("DEL");
const UNLINK = asciiBytes("UNLINK");
const HDEL = asciiBytes("HDEL");

/** Told of every change of a key while it is interested. */
export interface ChangeObserver {
  /** Whether it wants to be told; {@link ChangeObservers.refresh} is called when that changes. */
  readonly listening: boolean;
  changed(database: Database, key: Slice, event: string): void;
  /** The keys of a database are about to go, or to be replaced by those of another one. */
  flushing?(database: Database, replacement: Database | undefined): void;
  /** They are gone, or replaced. */
  flushed(database: Database): void;
}

/** The clients that wait for keys. */
interface WaitingClients {
  readonly waitingForKeys: boolean;
  signal(databaseIndex: number, key: Slice): void;
  signalDatabase(databaseIndex: number): void;
}

/** What the keyspace's announcements are passed on to. */
export interface ChangeAudience {
  readonly parking: WaitingClients;
  readonly propagation: Propagation;
  readonly config: Config;
}

/** The keyspace's listener: passes its announcements on. */
export class ChangeObservers implements ChangeListener<Database> {
  readonly #audience: ChangeAudience;
  readonly #observers: ChangeObserver[] = [];
  /** A plain field, for it is read with every write. */
  listening = false;

  constructor(audience: ChangeAudience) {
    this.#audience = audience;
  }

  add(observer: ChangeObserver): void {
    this.#observers.push(observer);
    this.refresh();
  }

  /** An observer's interest changed, or whether clients wait for keys. */
  refresh(): void {
    this.listening = this.#audience.parking.waitingForKeys ||
      this.#observers.some((observer) => observer.listening);
  }

  changed(database: Database, key: Slice, event: string): void {
    this.#audience.parking.signal(database.index, key);
    for (const observer of this.#observers) {
      if (observer.listening) observer.changed(database, key, event);
    }
  }

  expired(database: Database, key: Slice): void {
    this.#removed(database, key, this.#audience.config.bool("lazyfree-lazy-expire"));
    if (this.listening) this.changed(database, key, "expired");
  }

  fieldsExpired(database: Database, key: Slice, fields: readonly Uint8Array[]): void {
    const { propagation } = this.#audience;
    if (propagation.active) {
      // One for each, as Redis: whoever reads effects finds fields that went by themselves alone.
      for (const field of fields) {
        propagation.append(database.index, Request.of(HDEL, key.copy(), field), ORIGINS.server);
      }
    }
    if (this.listening) this.changed(database, key, "hexpired");
  }

  evicted(database: Database, key: Slice): void {
    this.#removed(database, key, this.#audience.config.bool("lazyfree-lazy-eviction"));
    if (this.listening) this.changed(database, key, "evicted");
  }

  /** Says that a key went without a command. */
  #removed(database: Database, key: Slice, lazily: boolean): void {
    const { propagation } = this.#audience;
    if (!propagation.active) return;
    const request = Request.of(lazily ? UNLINK : DEL, key.copy());
    propagation.append(database.index, request, ORIGINS.server);
  }

  flushing(database: Database, replacement: Database | undefined): void {
    for (const observer of this.#observers) observer.flushing?.(database, replacement);
  }

  flushed(database: Database): void {
    this.#audience.parking.signalDatabase(database.index);
    for (const observer of this.#observers) observer.flushed(database);
  }
}
