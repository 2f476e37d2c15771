// The one execution path: every command, whoever asks, runs through `Engine.execute`.
import type { Users } from "../acl/users.ts";
import type { Config } from "../config/config.ts";
import { ArenaFullError } from "../memory/arena.ts";
import type { Request } from "../resp/request.ts";
import type { ReplySink } from "../resp/reply_sink.ts";
import { Latency } from "../stats/latency.ts";
import { ServerStats } from "../stats/server_stats.ts";
import { Slowlog } from "../stats/slowlog.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { refusal } from "./admission.ts";
import { AttackWarning } from "./cross_protocol.ts";
import { Call, type Services } from "./call.ts";
import { type ChangeObserver, ChangeObservers } from "./change_observers.ts";
import { CommandError, ERR } from "./errors.ts";
import { FLAG_FAST, FLAG_TOUCHES_ARBITRARY_KEYS } from "./flags.ts";
import type { EngineOptions } from "./engine_options.ts";
import { type Origin, ORIGINS } from "./origins.ts";
import { LookAhead } from "./look_ahead.ts";
import { MemoryLimit } from "./memory_limit.ts";
import { Parking } from "./parking.ts";
import type { Ports } from "./ports.ts";
import { Propagation } from "./propagation.ts";
import { resolveRequest } from "./resolve.ts";
import { ReplyGate } from "./reply_gate.ts";
import { Command, type Registry } from "./registry.ts";
import { type Session, SESSION_CLOSING, SESSION_IN_MULTI, SESSION_SILENT } from "./session.ts";
import { beginSilently, silence } from "./reply_mode.ts";
import { noteIfSlow } from "./slow_commands.ts";
import { Sessions } from "./sessions.ts";
import { TimeBook } from "./time_book.ts";
import { abortTransaction, admissionFlags, queueRequest } from "./transaction.ts";
import type { Wait } from "./wait.ts";
import { Watches } from "./watches.ts";

// Copies of what other files export: V8 knows their values when it compiles this one.
const CLIENT = ORIGINS.client, SILENT_OR_CLOSING = SESSION_SILENT | SESSION_CLOSING;
const CLOSING = SESSION_CLOSING, TOUCHES_ARBITRARY_KEYS = FLAG_TOUCHES_ARBITRARY_KEYS;

/** A short command with a request beyond this is measured by itself. */
const LARGE_REQUEST_BYTES = 16 * 1024;

/** Runs commands one at a time; nothing in it awaits. */
export class Engine implements Services {
  readonly keyspace: Keyspace;
  readonly config: Config;
  readonly users: Users;
  readonly registry: Registry;
  readonly ports: Ports;
  readonly sessions = new Sessions();
  readonly stats = new ServerStats();
  readonly slowlog = new Slowlog();
  readonly latency = new Latency();
  readonly propagation = new Propagation();
  /** Where replies wait for the append-only file. */
  readonly replyGate = new ReplyGate();
  readonly parking: Parking;
  /** Who is told of changes of keys. */
  readonly changes: ChangeObservers;
  readonly watches: Watches;
  readonly times: TimeBook;
  readonly lookAhead: LookAhead;
  readonly memoryLimit: MemoryLimit;
  /** Conditions GATE_* that close the gate for some commands. */
  gates = 0;
  /** What clients are told who want to write though the append-only file cannot be written. */
  appendOnlyError: CommandError | undefined;
  readonly #calls: Call[] = [];
  readonly #attackWarning: AttackWarning;
  readonly #onInternalError: EngineOptions["onInternalError"];
  #depth = 0;
  /** Errors that a command was charged with: the one around it is not charged again. */
  #errorsBooked = 0;

  constructor(options: EngineOptions) {
    this.keyspace = options.keyspace;
    this.config = options.config;
    this.users = options.users;
    this.registry = options.registry;
    this.ports = options.ports;
    this.#onInternalError = options.onInternalError;
    this.#attackWarning = new AttackWarning((text) => options.ports.process.log(text));
    this.times = new TimeBook(options.keyspace.clock, this.stats);
    this.parking = new Parking(this);
    this.changes = new ChangeObservers(this);
    this.watches = new Watches(options.keyspace, this.changes);
    this.lookAhead = new LookAhead(options.registry, options.keyspace);
    this.memoryLimit = new MemoryLimit(this);
    this.keyspace.listener = this.changes;
  }

  /** Begins a batch of requests of one client: the clock stands still until {@link endBatch}. */
  beginBatch(session: Session): void {
    this.times.begin();
    this.keyspace.freezeClock();
    this.keyspace.noTouch = session.noTouch;
    session.lastActiveAtMs = this.keyspace.nowMs;
  }

  /** Ends a batch. */
  endBatch(): void {
    this.times.end();
    this.lookAhead.forget();
    this.keyspace.noTouch = false;
    if (this.propagation.active) this.propagation.endBatch();
  }

  /**
   * Runs a client's request; `slot` is its place in the batch that {@link lookAhead} prepared, -1
   * without. False: the client is parked or leaves, decode no further.
   */
  process(session: Session, request: Request, slot = -1): boolean {
    session.totalCommands++;
    // The hint left by the last request may point into this one: slices are used again.
    const command = slot < 0 ? this.lookAhead.forget() : this.lookAhead.take(slot);
    if (command !== undefined && this.#isPlain(session, command, request)) {
      return this.#runPlain(session, command, request);
    }
    if ((session.bits & SILENT_OR_CLOSING) === 0) {
      this.#enter(session, request, session.reply, CLIENT, command);
      return session.parked === undefined && (session.bits & CLOSING) === 0;
    }
    return (session.bits & CLOSING) === 0 && this.#processSilently(session, request);
  }

  /** CLIENT REPLY OFF and SKIP: the command runs, its reply is taken back. */
  #processSilently(session: Session, request: Request): boolean {
    const mark = session.reply.mark();
    beginSilently(session);
    this.#enter(session, request, session.reply, CLIENT);
    if (session.parked !== undefined) return false; // it has not been answered yet
    silence(session, mark);
    return (session.bits & CLOSING) === 0;
  }

  /** Runs the request of a client that CLIENT PAUSE held, as if it came now. Result as of process. */
  release(session: Session): boolean {
    const { request } = session.parked!;
    session.parked = undefined;
    session.totalCommands--; // counted when it came
    return this.process(session, request);
  }

  execute(session: Session, request: Request, reply: ReplySink, origin: Origin): void {
    this.#enter(session, request, reply, origin);
  }

  /** Find, check, admit, queue; then run. */
  #enter(
    session: Session,
    request: Request,
    reply: ReplySink,
    origin: Origin,
    known?: Command,
  ): void {
    const plain = known !== undefined && known.plain && known.accepts(request.count);
    const command = plain ? known : this.#resolve(session, request, reply, known);
    if (command === undefined) return;
    if (origin.queues) session.lastCommand = command.fullName;
    if (this.memoryLimit.on && this.#depth === 0) this.memoryLimit.enforce();
    if ((this.gates | session.bits) !== 0 || this.parking.paused) {
      const flags = admissionFlags(session, command);
      const { gates, appendOnlyError } = this;
      const refused = refusal({ gates, appendOnlyError, session, command, flags, origin });
      if (refused !== undefined) return this.#refuse(session, command, reply, refused.message);
      if (origin.mayBlock && this.parking.holds(session, flags, request)) return;
      if (session.bits & SESSION_IN_MULTI && origin.queues && !command.facts.immediate) {
        queueRequest(session, command, request);
        return reply.simple("QUEUED");
      }
    }
    const wait = this.#run(session, command, request, reply, origin);
    if (wait !== undefined) this.#park(session, request, reply, origin, wait);
  }

  #resolve(
    session: Session,
    request: Request,
    reply: ReplySink,
    known: Command | undefined,
  ): Command | undefined {
    const found = resolveRequest(this, session, request, known);
    if (found instanceof Command) return found;
    if (found.message !== undefined) this.#refuse(session, found.command, reply, found.message);
    else this.#endAttack(session);
    return undefined;
  }

  /** Nothing that came before is answered either. */
  #endAttack(session: Session): void {
    this.#attackWarning.note(session.transport.address, this.keyspace.nowMs);
    session.transport.close(false);
  }

  #refuse(session: Session, command: Command | undefined, reply: ReplySink, message: string): void {
    if (command?.facts.runsTransaction) message = abortTransaction(session, this.watches, message);
    reply.error(message);
    this.#errorsBooked++;
    this.stats.countError(message);
    if (command !== undefined) command.stats.rejectedCalls++;
    if (session.bits & SESSION_IN_MULTI) session.transactionFailed = true;
  }

  #park(session: Session, request: Request, reply: ReplySink, origin: Origin, wait: Wait): void {
    if (origin.mayBlock) this.parking.park(session, request, wait);
    else wait.onTimeout(reply); // inside a transaction or a script the time is up at once
  }

  /** Runs a command's handler and commits what it did. */
  #run(
    session: Session,
    command: Command,
    request: Request,
    reply: ReplySink,
    origin: Origin,
  ): Wait | undefined {
    const alone = origin.timed && this.#measuredAlone(command, request);
    if (alone) this.times.settle();
    const call = this.#openCall(session, command, request, reply, origin);
    call.propagates = this.propagation.active;
    const errorsBefore = reply.errorCount - this.#errorsBooked, dirtyBefore = this.keyspace.dirty;
    const wait = this.#handle(call, command, reply);
    if (call.propagates && this.keyspace.dirty !== dirtyBefore) this.#collect(call);
    this.#commit(call, command, wait, errorsBefore, alone);
    return wait;
  }

  // What nearly all requests need and no more: it takes two thirds of the time of `#run`, and of that
  // a short command needs little itself.
  #runPlain(session: Session, command: Command, request: Request): boolean {
    const { reply } = session, call = this.#openCall(session, command, request, reply, CLIENT);
    session.lastCommand = command.fullName;
    call.propagates = false;
    const errorsBefore = reply.errorCount - this.#errorsBooked;
    const wait = this.#handle(call, command, reply);
    if (wait !== undefined || call.long || reply.errorCount - this.#errorsBooked !== errorsBefore) {
      this.#commit(call, command, wait, errorsBefore, false);
      if (wait !== undefined) this.#park(session, request, reply, CLIENT, wait);
    } else {
      this.#depth--;
      this.stats.totalCommands++;
      this.times.count(command);
      if (this.parking.anyReady) this.#closeUnit(true);
    }
    return session.parked === undefined && (session.bits & CLOSING) === 0;
  }

  /** Whether `#runPlain` is enough for a request: a framed one, as those are not large. */
  #isPlain(session: Session, command: Command, request: Request): boolean {
    return (this.gates | session.bits) === 0 && request.framed && command.plain && command.short &&
      command.accepts(request.count) && !this.times.exact && !this.memoryLimit.on &&
      !this.propagation.active && !this.parking.paused;
  }

  #handle(call: Call, command: Command, reply: ReplySink): Wait | undefined {
    const mark = reply.mark();
    try {
      return command.handler!(call) ?? undefined;
    } catch (error) {
      reply.rollback(mark);
      this.#replyThrown(error, command, reply);
      return undefined;
    }
  }

  /** Ends a call: counts it, and closes the unit if it is the outermost one. */
  #commit(
    call: Call,
    command: Command,
    wait: Wait | undefined,
    errorsBefore: number,
    alone: boolean,
  ): void {
    const { session, reply, origin } = call;
    this.#depth--;
    const parks = wait !== undefined && origin.mayBlock;
    if (origin.counted && !parks) {
      this.stats.totalCommands++;
      this.times.count(command);
    }
    if (reply.errorCount - this.#errorsBooked > errorsBefore) {
      this.#errorsBooked++;
      command.stats.failedCalls++;
      this.stats.countError(reply.lastError);
    }
    if (alone || call.long && origin.timed) {
      this.#settleAlone(session, command, parks ? undefined : call.args);
    }
    if (this.#depth === 0) this.#closeUnit((command.flags & TOUCHES_ARBITRARY_KEYS) === 0);
  }

  #measuredAlone(command: Command, request: Request): boolean {
    if (!command.short || this.times.exact) return true;
    const { slices, count } = request;
    return slices[count - 1].end - slices[0].start > LARGE_REQUEST_BYTES;
  }

  #openCall(
    session: Session,
    command: Command,
    request: Request,
    reply: ReplySink,
    origin: Origin,
  ): Call {
    const depth = this.#depth++;
    if (depth === this.#calls.length) this.#calls.push(new Call(this));
    const call = this.#calls[depth];
    call.open(session, command, request, reply, origin);
    return call;
  }

  #replyThrown(error: unknown, command: Command, reply: ReplySink): void {
    if (error instanceof CommandError) return reply.error(error.message);
    if (error instanceof ArenaFullError) return reply.error(ERR.memoryFull.message);
    this.reportInternalError(error, command.fullName);
    reply.error("ERR internal error");
  }

  #settleAlone(session: Session, command: Command, request: Request | undefined): void {
    const microseconds = this.times.settle();
    if (this.latency.thresholdMs > 0) {
      this.noteLatency(command.flags & FLAG_FAST ? "fast-command" : "command", microseconds / 1000);
    }
    if (microseconds > 1000 && this.#depth === 0) this.keyspace.freezeClock();
    if (request !== undefined) noteIfSlow(this, session, { command, request, microseconds });
  }

  /** Tells the latency monitor that something took so long. */
  noteLatency(event: string, milliseconds: number): void {
    const { latency, keyspace } = this;
    latency.record(event, Math.floor(milliseconds), Math.floor(keyspace.nowMs / 1000));
  }

  /** Adds what a call did to the unit's effects: the request as it came, or what it said instead. */
  #collect(call: Call): void {
    const { effects, origin, session, database: { index } } = call;
    if (effects === undefined) this.propagation.append(index, call.args, origin);
    else for (const effect of effects) this.propagation.append(index, effect, origin);
    session.lastEffect = this.propagation.count;
  }

  /** The outermost call ended: effects go out together, then those who waited are served. */
  #closeUnit(asOne: boolean): void {
    if (this.propagation.active) this.propagation.endUnit(asOne);
    if (!this.parking.anyReady) return;
    this.keyspace.freezeClock(); // what was written a while ago may be over by now
    this.parking.serveReady();
  }

  /** Runs work that no client asked for (expiry, eviction) as a unit. */
  unit(work: () => void): void {
    this.keyspace.freezeClock();
    this.#depth++;
    try {
      work();
    } finally {
      this.#depth--;
    }
    if (this.#depth === 0) this.#closeUnit(false);
  }

  /** Reports a mistake of our own outside of any command. */
  reportInternalError(error: unknown, where: string): void {
    this.stats.unexpectedErrors++;
    this.#onInternalError(error, where);
  }

  settleClock(): void {
    this.times.settle();
  }

  /** Runs a parked request again; answers what it waits for if it still does. */
  resume(session: Session, request: Request): Wait | void {
    const command = this.registry.resolve(request) as Command;
    return this.#run(session, command, request, session.reply, ORIGINS.resumed);
  }

  pause(untilMs: number, writesOnly: boolean): void {
    this.parking.pause(untilMs, writesOnly);
  }

  unpause(): void {
    this.parking.unpause();
  }

  unpark(session: Session, error?: CommandError): boolean {
    return this.parking.unpark(session, error);
  }

  /** A client is gone: nothing may refer to it any more. May be called again. */
  disconnected(session: Session): void {
    this.parking.forget(session);
    this.watches.forget(session);
    this.sessions.remove(session);
  }

  observe(observer: ChangeObserver): void {
    this.changes.add(observer);
  }
}
