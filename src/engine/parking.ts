// Parks requests that cannot run now, and runs them again: blocking commands and CLIENT PAUSE.
import type { Slice } from "../base/slice.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { heldByPause } from "./admission.ts";
import { type CommandError } from "./errors.ts";
import type { Request } from "../resp/request.ts";
import type { Session } from "./session.ts";
import type { Wait } from "./wait.ts";
import { Waiters } from "./waiters.ts";

/** What parking asks of the engine. */
interface Runner {
  readonly keyspace: Keyspace;
  resume(session: Session, request: Request): Wait | undefined;
  silence(session: Session, mark: number): void;
}

/** CLIENT PAUSE waits for the gate, not for a key, and never times out by itself. */
const PAUSE_WAIT: Wait = { keys: [], type: -1, deadlineAtMs: 0, onTimeout: () => {} };

/** The parked clients. */
export class Parking {
  readonly #waiters = new Waiters();
  readonly #runner: Runner;
  #pausedUntilMs = 0;
  #pauseWritesOnly = false;
  #serving = false;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  get paused(): boolean {
    return this.#pausedUntilMs !== 0;
  }

  get pausedUntilMs(): number {
    return this.#pausedUntilMs;
  }

  get pauseWritesOnly(): boolean {
    return this.#pauseWritesOnly;
  }

  /** Clients parked by a blocking command (INFO blocked_clients). */
  get blockedClients(): number {
    return this.#waiters.all().filter((s) => s.parked!.wait !== PAUSE_WAIT).length;
  }

  get waitingForKeys(): boolean {
    return this.#waiters.waitingForKeys;
  }

  get blockingKeys(): number {
    return this.#waiters.keyCount;
  }

  get anyReady(): boolean {
    return this.#waiters.anyReady && !this.#serving;
  }

  /** Parks a request of a client; it is copied. */
  park(session: Session, request: Request, wait: Wait): void {
    session.parked = { request: request.copy(), wait, over: false };
    this.#waiters.add(session);
  }

  /** Parks the request, of a command with these flags, if CLIENT PAUSE holds it back. */
  holds(session: Session, flags: number, request: Request): boolean {
    if (this.#pausedUntilMs === 0) return false;
    if (this.#pausedUntilMs <= this.#runner.keyspace.nowMs) {
      this.unpause();
      return false;
    }
    if (!heldByPause(flags, this.#pauseWritesOnly)) return false;
    this.park(session, request, PAUSE_WAIT);
    return true;
  }

  /** A longer pause wins over a shorter one; a pause of everything over one of writes. */
  pause(untilMs: number, writesOnly: boolean): void {
    if (this.#pausedUntilMs <= this.#runner.keyspace.nowMs) this.unpause();
    const all = this.#pausedUntilMs !== 0 && !this.#pauseWritesOnly;
    this.#pauseWritesOnly = writesOnly && !all;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
  }

  /** Ends a pause. The requests it held run soon, each before any that its client sent after it. */
  unpause(): void {
    this.#pausedUntilMs = 0;
    for (const session of this.#waiters.all()) {
      const parked = session.parked!;
      if (parked.wait !== PAUSE_WAIT) continue;
      this.#waiters.remove(session);
      // Not run from here: this may be the middle of another client's command.
      parked.over = true;
      session.transport.resume();
    }
  }

  /** Ends waits whose time is up, and a pause that is over. Called by the cron. */
  expire(nowMs: number): void {
    if (this.#pausedUntilMs !== 0 && this.#pausedUntilMs <= nowMs) this.unpause();
    for (const session of this.#waiters.overdue(nowMs)) this.unpark(session);
  }

  /** Unix ms at which {@link expire} has something to do, 0 for never. */
  nextDeadline(): number {
    const next = this.#waiters.nextDeadline();
    if (this.#pausedUntilMs === 0) return next;
    return next === 0 ? this.#pausedUntilMs : Math.min(next, this.#pausedUntilMs);
  }

  /** Ends a client's wait with its timeout reply or an error; false when it waits for no key. */
  unpark(session: Session, error?: CommandError): boolean {
    if (session.parked === undefined || session.parked.wait === PAUSE_WAIT) return false;
    const { wait } = session.parked, mark = session.reply.mark();
    this.#release(session);
    if (error === undefined) wait.onTimeout(session.reply);
    else session.reply.error(error.message);
    this.#runner.silence(session, mark);
    session.transport.resume();
    return true;
  }

  /** Notes that a key changed. */
  signal(databaseIndex: number, key: Slice): void {
    this.#waiters.signal(databaseIndex, key);
  }

  signalDatabase(databaseIndex: number): void {
    this.#waiters.signalDatabase(databaseIndex);
  }

  /** Runs again what waits for keys that changed, until nothing more is ready. */
  serveReady(): void {
    this.#serving = true;
    try {
      for (let waiting = this.#waiters.takeReady(); waiting; waiting = this.#waiters.takeReady()) {
        for (const session of waiting) this.#serve(session);
      }
    } finally {
      this.#serving = false;
    }
  }

  #serve(session: Session): void {
    const { parked } = session;
    if (parked === undefined) return;
    const mark = session.reply.mark();
    const wait = this.#runner.resume(session, parked.request);
    if (wait !== undefined) return; // still not its turn; it keeps its place in the queue
    this.#release(session);
    this.#runner.silence(session, mark);
    session.transport.resume();
  }

  #release(session: Session): void {
    this.#waiters.remove(session);
    session.parked = undefined;
  }

  /** The client is gone. */
  forget(session: Session): void {
    if (session.parked !== undefined) this.#release(session);
  }
}
