// All databases together: what concerns more than one of them.
import { Database } from "./database.ts";
import { Graveyard } from "./graveyard.ts";
import { noStats, type SharedOptions, SharedState } from "./shared_state.ts";

/** What a keyspace is built from. */
export interface KeyspaceOptions extends SharedOptions {
  databases: number;
}

/** The databases of one server. */
export class Keyspace extends SharedState<Database> {
  readonly databases: Database[];
  readonly graveyard: Graveyard;
  /** Bytes of the arena before the first key came. */
  readonly startupBytes: number;

  constructor(options: KeyspaceOptions) {
    super(options);
    this.graveyard = new Graveyard(this);
    this.databases = Array.from({ length: options.databases }, (_, i) => new Database(this, i));
    this.startupBytes = this.arena.usedBytes;
  }

  override buryValue(type: number, encoding: number, value: number): void {
    this.graveyard.buryValue(type, encoding, value);
  }

  /** CONFIG RESETSTAT. */
  resetStats(): void {
    Object.assign(this.stats, noStats());
    this.graveyard.freed = 0;
  }

  /** Keys in all databases. */
  get size(): number {
    let total = 0;
    for (const database of this.databases) total += database.size;
    return total;
  }

  /** Empties a database; `lazily` leaves the freeing to slices of the cron. Answers the key count. */
  flush(database: Database, lazily: boolean): number {
    const count = database.size;
    this.listener.flushing(database, undefined);
    this.graveyard.bury(database, lazily);
    this.listener.flushed(database);
    return count;
  }

  /** Exchanges the contents of two databases. */
  swap(first: number, second: number): void {
    const a = this.databases[first], b = this.databases[second];
    this.listener.flushing(a, b);
    this.listener.flushing(b, a);
    [a.table, b.table] = [b.table, a.table];
    [a.expires, b.expires] = [b.expires, a.expires];
    [a.fieldExpiries, b.fieldExpiries] = [b.fieldExpiries, a.fieldExpiries];
    this.listener.flushed(a);
    this.listener.flushed(b);
  }
}
