// Parks requests that cannot run now, and runs them again: blocking commands and CLIENT PAUSE.
import type { Slice } from "../base/slice.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { ServerStats } from "../stats/server_stats.ts";
import { heldByPause } from "./admission.ts";
import type { CommandLookup } from "./call.ts";
import { type CommandError } from "./errors.ts";
import type { Request } from "../resp/request.ts";
import { silence } from "./reply_mode.ts";
import { type Session, SESSION_CLOSING } from "./session.ts";
import type { Wait } from "./wait.ts";
import { type Ready, Waiters } from "./waiters.ts";

/** What parking asks of the engine. */
interface Runner {
  readonly keyspace: Keyspace;
  readonly registry: CommandLookup;
  readonly stats: ServerStats;
  /** Told when clients begin or cease to wait for keys. */
  readonly changes: { refresh(): void };
  resume(session: Session, request: Request): Wait | void;
}

/** CLIENT PAUSE waits for the gate, not for a key, and never times out by itself. */
const PAUSE_WAIT: Wait = { keys: [], type: -1, deadlineAtMs: 0, onTimeout: () => {} };

/** The parked clients. */
export class Parking {
  /** Told when something will be due at `atMs`, Unix ms; the cron listens. */
  onDeadline: (atMs: number) => void = () => {};
  readonly #waiters = new Waiters();
  readonly #runner: Runner;
  #pausedUntilMs = 0;
  #pauseWritesOnly = false;
  /** Whether keys were removed when their time was over, before the pause. */
  #expiredKeys = true;
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

  /** Clients that wait, those that CLIENT PAUSE holds included (INFO blocked_clients). */
  get blockedClients(): number {
    return this.#waiters.count;
  }

  /** Parked clients with a deadline (INFO clients_in_timeout_table). */
  get withDeadline(): number {
    return this.#waiters.all().filter((s) => s.parked!.wait.deadlineAtMs !== 0).length;
  }

  get waitingForKeys(): boolean {
    return this.#waiters.waitingForKeys;
  }

  get blockingKeys(): number {
    return this.#waiters.keyCount;
  }

  get blockingKeysOnNoKey(): number {
    return this.#waiters.keyCountOnAnyChange;
  }

  get anyReady(): boolean {
    return this.#waiters.anyReady && !this.#serving;
  }

  /** Parks a request of a client; it is copied. */
  park(session: Session, request: Request, wait: Wait): void {
    session.parked = { request: (wait.request ?? request).copy(), wait, over: false };
    this.#waiters.add(session);
    this.#runner.changes.refresh();
    if (wait.deadlineAtMs !== 0) this.onDeadline(wait.deadlineAtMs);
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
    const { keyspace } = this.#runner;
    if (this.#pausedUntilMs <= keyspace.nowMs) this.unpause();
    if (this.#pausedUntilMs === 0) {
      if (untilMs === 0) return;
      // Data stands still: a key whose time is over only looks removed until the pause ends.
      this.#expiredKeys = keyspace.expiresKeys;
      keyspace.expiresKeys = false;
    }
    const all = this.#pausedUntilMs !== 0 && !this.#pauseWritesOnly;
    this.#pauseWritesOnly = writesOnly && !all;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
    this.onDeadline(this.#pausedUntilMs);
  }

  /** Ends a pause. The requests it held run soon, each before any that its client sent after it. */
  unpause(): void {
    if (this.#pausedUntilMs !== 0) this.#runner.keyspace.expiresKeys = this.#expiredKeys;
    this.#pausedUntilMs = 0;
    for (const session of this.#waiters.all()) {
      const parked = session.parked!;
      if (parked.wait !== PAUSE_WAIT) continue;
      this.#forget(session);
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
    const { wait, request } = session.parked, mark = session.reply.mark();
    this.#release(session);
    this.#count(request, error);
    if (error === undefined) wait.onTimeout(session.reply);
    else session.reply.error(error.message);
    silence(session, mark);
    session.transport.resume();
    return true;
  }

  /** A request counts once it is answered, though it does not run again. */
  #count(request: Request, error: CommandError | undefined): void {
    const { registry, stats } = this.#runner;
    const command = registry.resolve(request)!;
    command.stats.calls++;
    stats.totalCommands++;
    if (error === undefined) return;
    command.stats.failedCalls++;
    stats.countError(error.message);
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
      for (let ready = this.#waiters.takeReady(); ready; ready = this.#waiters.takeReady()) {
        for (const session of ready.waiting) this.#serve(session, ready);
      }
    } finally {
      this.#serving = false;
    }
  }

  #serve(session: Session, ready: Ready): void {
    const { parked } = session;
    // A client that is being closed must not take what others wait for.
    if (parked === undefined || session.bits & SESSION_CLOSING) return;
    if (!this.#wakes(parked.wait, ready)) return;
    const { keyspace } = this.#runner, { noTouch } = keyspace;
    const mark = session.reply.mark();
    keyspace.noTouch = session.noTouch;
    const wait = this.#runner.resume(session, parked.request);
    keyspace.noTouch = noTouch;
    if (wait !== undefined) return; // still not its turn; it keeps its place in the queue
    this.#release(session);
    silence(session, mark);
    session.transport.resume();
  }

  /** Whether the key holds what is waited for: of a thousand who wait for a list, one is run again. */
  #wakes(wait: Wait, { databaseIndex, key }: Ready): boolean {
    if (wait.type < 0) return true;
    const database = this.#runner.keyspace.databases[databaseIndex];
    const hash = database.table.hash(key, 0, key.length);
    const ref = database.table.find(key, 0, key.length, hash);
    return ref !== 0 && !database.isOver(ref) && database.typeOf(ref) === wait.type;
  }

  #release(session: Session): void {
    this.#forget(session);
    session.parked = undefined;
  }

  #forget(session: Session): void {
    this.#waiters.remove(session);
    this.#runner.changes.refresh();
  }

  /** The client is gone. */
  forget(session: Session): void {
    if (session.parked !== undefined) this.#release(session);
  }
}
