// What a handler is given: its arguments, where to reply, the database, and the services around it.
import type { Slice } from "../base/slice.ts";
import type { Users } from "../acl/users.ts";
import type { Config } from "../config/config.ts";
import type { Database } from "../store/database.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { ReplySink } from "../resp/reply_sink.ts";
import { Request } from "../resp/request.ts";
import type { CommandStats } from "../stats/command_stats.ts";
import type { Latency } from "../stats/latency.ts";
import type { ServerStats } from "../stats/server_stats.ts";
import type { Slowlog } from "../stats/slowlog.ts";
import { CommandError, ERR } from "./errors.ts";
import type { CommandFacts } from "./facts.ts";
import type { Origin } from "./origins.ts";
import type { Ports } from "./ports.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import type { Watches } from "./watches.ts";

/** A command as the engine knows it, without its handler. */
export interface KnownCommand {
  readonly facts: CommandFacts;
  /** `client|id` for subcommands. */
  readonly fullName: string;
  /** Flag bits, derived ones included. */
  readonly flags: number;
  readonly stats: CommandStats;
  readonly subcommands: readonly KnownCommand[];
  readonly container: KnownCommand | undefined;
}

/** Looking commands up, for those commands that speak of commands. */
export interface CommandLookup {
  readonly commands: readonly KnownCommand[];
  /** By name in any case; `client|id` finds a subcommand. */
  byName(name: string): KnownCommand | undefined;
  /** The command or subcommand a request names, undefined when there is none. */
  resolve(request: Request): KnownCommand | undefined;
}

/** What reports say of the clients that wait. */
export interface ParkedFacts {
  /** Clients that a blocking command holds. */
  readonly blockedClients: number;
  /** Of these, those whose wait ends by itself. */
  readonly withDeadline: number;
  /** Keys that somebody waits for. */
  readonly blockingKeys: number;
  /** Of these, those whose removal ends a wait too. */
  readonly blockingKeysOnNoKey: number;
}

/** What lives as long as the server and is shared by all calls. */
export interface Services {
  readonly keyspace: Keyspace;
  readonly config: Config;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly registry: CommandLookup;
  readonly stats: ServerStats;
  readonly slowlog: Slowlog;
  readonly latency: Latency;
  readonly watches: Watches;
  readonly ports: Ports;
  readonly parking: ParkedFacts;
  /** CLIENT PAUSE: until when (Unix ms, 0 for not) and what. */
  pause(untilMs: number, writesOnly: boolean): void;
  unpause(): void;
  /** Ends the wait of a parked session: with its timeout reply, or with an error. */
  unpark(session: Session, error?: CommandError): boolean;
  /** Runs a request inside the call that runs now. */
  execute(session: Session, request: Request, reply: ReplySink, origin: Origin): void;
  /** Microseconds that the commands of the segment took so far are booked; for long handlers. */
  settleClock(): void;
}

/** Elements that take about as long as a short command. */
const MANY_ELEMENTS = 128;

/** One execution of one command. Calls are pooled: keep none. */
export class Call {
  session!: Session;
  database!: Database;
  args!: Request;
  reply!: ReplySink;
  command!: KnownCommand;
  origin!: Origin;
  readonly services: Services;
  /** Whether effects are collected at all; a handler that rewrites its effect asks this first. */
  propagates = false;
  /** Set by a handler of a short command that turned out to have much to do: it is measured. */
  long = false;
  /** Set by {@link propagateAs} and {@link propagateNothing}. */
  effects: Request[] | undefined;

  constructor(services: Services) {
    this.services = services;
  }

  /** Begins a call. */
  open(
    session: Session,
    command: KnownCommand,
    request: Request,
    reply: ReplySink,
    origin: Origin,
  ): void {
    const database = this.services.keyspace.databases[session.databaseIndex];
    // Most calls follow one like them, and comparing costs less than a store of a reference.
    if (this.session !== session) this.session = session;
    if (this.database !== database) this.database = database;
    if (this.reply !== reply) this.reply = reply;
    if (this.command !== command) this.command = command;
    if (this.origin !== origin) this.origin = origin;
    this.args = request;
    this.effects = undefined;
    this.long = false;
  }

  /** Number of arguments, the name included. */
  get count(): number {
    return this.args.count;
  }

  /** Argument `index`; 0 is the name. */
  at(index: number): Slice {
    return this.args.slices[index];
  }

  /** Unix ms at which this unit of work happens. */
  get nowMs(): number {
    return this.services.keyspace.nowMs;
  }

  /** Entry of a string key for reading, 0 when it does not exist. Throws WRONGTYPE. */
  readTyped(key: Slice, type: number): number {
    const ref = this.database.read(key);
    if (ref !== 0 && this.database.typeOf(ref) !== type) throw ERR.wrongType;
    return ref;
  }

  /** As {@link readTyped}, for a command that will write. */
  writeTyped(key: Slice, type: number): number {
    const ref = this.database.write(key);
    if (ref !== 0 && this.database.typeOf(ref) !== type) throw ERR.wrongType;
    return ref;
  }

  /** Says how many elements the call is about to go through: with many it is measured from here on. */
  weigh(elements: number): void {
    if (elements <= MANY_ELEMENTS || this.long) return;
    this.long = true;
    // What ran before it in the batch is not its time, else it might seem slow.
    if (this.origin.timed) this.services.settleClock();
  }

  /** As {@link weigh}, where the number is known at the end: short calls before it may count in. */
  weighAtEnd(elements: number): void {
    if (elements > MANY_ELEMENTS) this.long = true;
  }

  /** Says what took effect in the place of the request as it came; call it once per effect. */
  propagateAs(...args: Uint8Array[]): void {
    this.propagateAll(args);
  }

  /** As {@link propagateAs}, for effects that may have as many words as a request has. */
  propagateAll(words: readonly Uint8Array[]): void {
    if (this.propagates) (this.effects ??= []).push(Request.ofAll(words));
  }

  /** Nothing of this call is propagated. */
  propagateNothing(): void {
    this.effects ??= [];
  }
}
