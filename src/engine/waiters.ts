// Parked requests, and the keys that wake them. First come, first served, per key.
import { latin1, latin1Bytes } from "../base/bytes.ts";
import type { Slice } from "../base/slice.ts";
import type { Session } from "./session.ts";

/** Name of a key across databases. */
function nameOf(databaseIndex: number, bytes: Uint8Array, start: number, end: number): string {
  return `${databaseIndex}:${latin1(bytes, start, end)}`;
}

/** A key that changed and those who wait for it, oldest first. */
export interface Ready {
  readonly databaseIndex: number;
  readonly key: Uint8Array;
  readonly waiting: readonly Session[];
}

function readyOf(name: string, waiting: Iterable<Session>): Ready {
  const colon = name.indexOf(":");
  const key = latin1Bytes(name.slice(colon + 1));
  return { databaseIndex: Number(name.slice(0, colon)), key, waiting: [...waiting] };
}

/** Who waits for which key. */
export class Waiters {
  /** Sessions that wait for a key, in order of arrival. */
  readonly #byKey = new Map<string, Set<Session>>();
  /** All parked sessions, those without keys too. */
  readonly #parked = new Set<Session>();
  /** Keys that changed since the last {@link takeReady}, in order. */
  #ready = new Set<string>();

  get count(): number {
    return this.#parked.size;
  }

  /** Whether some client waits for some key. */
  get waitingForKeys(): boolean {
    return this.#byKey.size > 0;
  }

  /** Clients that wait per key (INFO total_blocking_keys). */
  get keyCount(): number {
    return this.#byKey.size;
  }

  /** Of these keys, those that wake somebody when they are gone too. */
  get keyCountOnAnyChange(): number {
    let count = 0;
    for (const waiting of this.#byKey.values()) {
      for (const session of waiting) {
        if (session.parked!.wait.type >= 0) continue;
        count++;
        break;
      }
    }
    return count;
  }

  /** Whether a key changed that somebody waits for. A field: it is read after every command. */
  anyReady = false;

  /** Registers a session whose `parked` was just set. */
  add(session: Session): void {
    this.#parked.add(session);
    for (const key of session.parked!.wait.keys) {
      const name = nameOf(session.databaseIndex, key, 0, key.length);
      let waiting = this.#byKey.get(name);
      if (waiting === undefined) this.#byKey.set(name, waiting = new Set());
      waiting.add(session);
    }
  }

  /** Forgets a session; its `parked` is still set. */
  remove(session: Session): void {
    if (!this.#parked.delete(session)) return;
    for (const key of session.parked!.wait.keys) {
      const name = nameOf(session.databaseIndex, key, 0, key.length);
      const waiting = this.#byKey.get(name);
      waiting?.delete(session);
      if (waiting?.size === 0) this.#byKey.delete(name);
    }
  }

  /** Notes that a key changed. */
  signal(databaseIndex: number, key: Slice): void {
    if (this.#byKey.size === 0) return;
    const name = nameOf(databaseIndex, key.bytes, key.start, key.end);
    if (this.#byKey.has(name)) this.#markReady(name);
  }

  /** Notes that any key of the database may have changed (SWAPDB). */
  signalDatabase(databaseIndex: number): void {
    const prefix = `${databaseIndex}:`;
    for (const name of this.#byKey.keys()) if (name.startsWith(prefix)) this.#markReady(name);
  }

  #markReady(name: string): void {
    this.#ready.add(name);
    this.anyReady = true;
  }

  /** Takes the next key that is ready. */
  takeReady(): Ready | undefined {
    for (const name of this.#ready) {
      this.#ready.delete(name);
      this.anyReady = this.#ready.size > 0;
      return readyOf(name, this.#byKey.get(name) ?? []);
    }
    return undefined;
  }

  /** Parked sessions whose time is up at `nowMs`, earliest deadline first. */
  overdue(nowMs: number): Session[] {
    const due: Session[] = [];
    for (const session of this.#parked) {
      const at = session.parked!.wait.deadlineAtMs;
      if (at !== 0 && at <= nowMs) due.push(session);
    }
    return due.sort((a, b) => a.parked!.wait.deadlineAtMs - b.parked!.wait.deadlineAtMs);
  }

  /** The earliest deadline in Unix ms, 0 when nobody has one. */
  nextDeadline(): number {
    let earliest = 0;
    for (const session of this.#parked) {
      const at = session.parked!.wait.deadlineAtMs;
      if (at !== 0 && (earliest === 0 || at < earliest)) earliest = at;
    }
    return earliest;
  }

  all(): Session[] {
    return [...this.#parked];
  }
}
