// Those who want to know which keys change: WATCH, tracking, keyspace events.
import type { Slice } from "../base/slice.ts";
import type { Database } from "../store/database.ts";

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

/** All observers together. */
export class ChangeObservers {
  /** Whether one of them listens: a plain field, for it is read with every write. */
  listening = false;
  readonly #observers: ChangeObserver[] = [];

  add(observer: ChangeObserver): void {
    this.#observers.push(observer);
    this.refresh();
  }

  /** An observer's interest changed. */
  refresh(): void {
    this.listening = this.#observers.some((observer) => observer.listening);
  }

  changed(database: Database, key: Slice, event: string): void {
    for (const observer of this.#observers) {
      if (observer.listening) observer.changed(database, key, event);
    }
  }

  flushing(database: Database, replacement: Database | undefined): void {
    for (const observer of this.#observers) observer.flushing?.(database, replacement);
  }

  flushed(database: Database): void {
    for (const observer of this.#observers) observer.flushed(database);
  }
}
