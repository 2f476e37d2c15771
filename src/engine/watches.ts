// WATCH: who wants to know whether keys change before EXEC.
import { latin1 } from "../base/bytes.ts";
import type { Slice } from "../base/slice.ts";
import type { Database } from "../store/database.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { ChangeObserver, ChangeObservers } from "./change_observers.ts";
import type { Session } from "./session.ts";

/** One key that one client watches. */
interface Watch {
  readonly session: Session;
  readonly databaseIndex: number;
  readonly key: Uint8Array;
  /** Its time was over, though it was still there, when WATCH came: that it goes is no change. */
  over: boolean;
}

interface Watcher {
  readonly watches: Watch[];
  /** A watched key changed; the keys are watched no longer. */
  touched: boolean;
}

/** Name of a key across databases. */
function nameOf(databaseIndex: number, bytes: Uint8Array, start: number, end: number): string {
  return `${databaseIndex}:${latin1(bytes, start, end)}`;
}

/** An entry, found without a trace: listeners run in the middle of other lookups. */
function entryOf({ table }: Database, key: Uint8Array): number {
  return table.find(key, 0, key.length, table.hash(key, 0, key.length));
}

/** The watched keys of all clients. Nothing is asked or told while there are none. */
export class Watches implements ChangeObserver {
  readonly #keyspace: Keyspace;
  readonly #observers: ChangeObservers;
  readonly #byKey = new Map<string, Set<Watch>>();
  readonly #bySession = new Map<Session, Watcher>();

  constructor(keyspace: Keyspace, observers: ChangeObservers) {
    this.#keyspace = keyspace;
    this.#observers = observers;
    observers.add(this);
  }

  get listening(): boolean {
    return this.#byKey.size > 0;
  }

  /** Number of keys that a client watches. */
  count(session: Session): number {
    return this.#bySession.get(session)?.watches.length ?? 0;
  }

  /** Keys that some client watches (INFO watching). */
  get keyCount(): number {
    return this.#byKey.size;
  }

  /** Clients that watch keys (INFO clients). */
  get sessionCount(): number {
    return this.#bySession.size;
  }

  /** Begins to watch a key of a database; watching it twice is watching it once. */
  watch(session: Session, database: Database, key: Slice): void {
    const watcher = this.#bySession.get(session) ?? { watches: [], touched: false };
    const name = nameOf(database.index, key.bytes, key.start, key.end);
    const watchers = this.#byKey.get(name) ?? new Set();
    for (const other of watchers) if (other.session === session) return;
    const bytes = key.copy();
    const ref = entryOf(database, bytes);
    const over = ref !== 0 && database.isOver(ref);
    const watch = { session, databaseIndex: database.index, key: bytes, over };
    watcher.watches.push(watch);
    watchers.add(watch);
    this.#bySession.set(session, watcher);
    this.#byKey.set(name, watchers);
    this.#observers.refresh();
  }

  /** Whether a watched key changed: nothing that the client queues will be run. */
  isTouched(session: Session): boolean {
    return this.#bySession.get(session)?.touched ?? false;
  }

  /** As {@link isTouched}, or the time of a watched key is over since then. */
  isSpoiled(session: Session): boolean {
    const watcher = this.#bySession.get(session);
    if (watcher === undefined) return false;
    return watcher.touched || watcher.watches.some((watch) => this.#ranOut(watch));
  }

  #ranOut({ databaseIndex, key, over }: Watch): boolean {
    if (over) return false;
    const database = this.#keyspace.databases[databaseIndex];
    const ref = entryOf(database, key);
    return ref !== 0 && database.isOver(ref);
  }

  /** UNWATCH, the end of a transaction, or of the client. */
  forget(session: Session): void {
    const watcher = this.#bySession.get(session);
    if (watcher === undefined) return;
    this.#release(watcher);
    this.#bySession.delete(session);
  }

  #release(watcher: Watcher): void {
    for (const watch of watcher.watches) {
      const { key } = watch;
      const name = nameOf(watch.databaseIndex, key, 0, key.length);
      const watchers = this.#byKey.get(name)!;
      watchers.delete(watch);
      if (watchers.size === 0) this.#byKey.delete(name);
    }
    watcher.watches.length = 0;
    this.#observers.refresh();
  }

  #touch(session: Session): void {
    const watcher = this.#bySession.get(session)!;
    watcher.touched = true;
    this.#release(watcher);
  }

  changed(database: Database, key: Slice): void {
    const watchers = this.#byKey.get(nameOf(database.index, key.bytes, key.start, key.end));
    if (watchers === undefined) return;
    for (const watch of [...watchers]) {
      if (!watch.over) this.#touch(watch.session);
      else if (entryOf(database, watch.key) === 0) watch.over = false;
    }
  }

  /** Keys are touched that are there before or after, but not one that stays as good as gone. */
  flushing(database: Database, replacement: Database | undefined): void {
    const touched = new Set<Session>();
    for (const watchers of this.#byKey.values()) {
      for (const watch of watchers) {
        if (watch.databaseIndex !== database.index) continue;
        if (this.#replaced(watch, database, replacement)) touched.add(watch.session);
      }
    }
    for (const session of touched) this.#touch(session);
  }

  /** Whether the exchange of a database's contents is a change of this key. */
  #replaced(watch: Watch, database: Database, replacement: Database | undefined): boolean {
    const before = entryOf(database, watch.key);
    const after = replacement === undefined ? 0 : entryOf(replacement, watch.key);
    if (before === 0 && after === 0) return false;
    const stale = after !== 0 && replacement!.isOver(after);
    if (watch.over) {
      if (after === 0) watch.over = false;
      return after !== 0 && !stale;
    }
    if (before !== 0 || !stale) return true;
    watch.over = true;
    return false;
  }

  flushed(): void {}
}
