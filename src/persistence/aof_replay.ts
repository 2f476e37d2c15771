// Runs the commands of one file of an append-only file through the engine.
import { asciiBytes, latin1, printable } from "../base/bytes.ts";
import { Slice } from "../base/slice.ts";
import type { Engine } from "../engine/engine.ts";
import { GATE_LOADING } from "../engine/admission.ts";
import { ERR } from "../engine/errors.ts";
import { LOOK_AHEAD_REQUESTS, LookAhead } from "../engine/look_ahead.ts";
import { ORIGINS } from "../engine/origins.ts";
import { Session, SESSION_IN_MULTI, type Transport } from "../engine/session.ts";
import { DiscardingReply } from "../resp/discarding_reply.ts";
import type { Request } from "../resp/request.ts";
import type { FunctionLog } from "./aof_functions.ts";
import type { AofFault, AofReader } from "./aof_reader.ts";

/** Entries that are freed after a stretch of commands; the cron, which does it else, does not run. */
const FREED_AT_A_TIME = 1000;
/** Refused commands told one by one; the rest is counted. */
const REFUSALS_TOLD = 20;

/** Buckets of a growing table that are moved between two batches: some milliseconds. */
const BUCKETS_AT_A_TIME = 1 << 16;

/** Nobody is behind the session. */
const NOWHERE: Transport = {
  address: "",
  localAddress: "",
  inputBytes: 0,
  inputCapacity: 0,
  outputBytes: 0,
  outputCapacity: 0,
  outputPeak: 0,
  writing: false,
  memoryBytes: 0,
  resume: () => {},
  flush: () => {},
  close: () => {},
};

/** What a server that goes on must not have met: the data would not be what it was. */
const FATAL = new RegExp(
  "^ERR (unknown (sub)?command|wrong number of arguments|internal error|DB index is out of range|" +
    "invalid (first|second) DB index)",
);

const SELECT = asciiBytes("select");

/** What a replay works with. */
export interface AofReplayOptions {
  readonly reader: AofReader;
  /** Libraries of functions, of this file and those before it. */
  readonly functions: FunctionLog;
  /** Gets a line for the log about each command that is refused. */
  readonly tell: (message: string) => void;
}

/** The replay of one file; it begins in database 0, as the file does. */
export class AofReplay {
  /** Why {@link run} ended before the end of the file. */
  fault: AofFault | undefined;
  /** Commands that were read. */
  commands = 0;
  /** Commands that were refused, which Redis passes over too. */
  refusals = 0;
  readonly #engine: Engine;
  readonly #reader: AofReader;
  readonly #tell: (message: string) => void;
  readonly #functions: FunctionLog;
  readonly #session: Session;
  readonly #reply = new DiscardingReply();
  /** Not the engine's: DEBUG LOADAOF stands in a batch for which that one looked ahead. */
  readonly #lookAhead: LookAhead;
  #errors = 0;
  #bits: number;
  /** Where the transaction began that is open, -1 for none. */
  #multiOffset = -1;

  constructor(engine: Engine, { reader, functions, tell }: AofReplayOptions) {
    this.#engine = engine;
    this.#reader = reader;
    this.#functions = functions;
    this.#tell = tell;
    this.#lookAhead = new LookAhead(engine.registry, engine.keyspace);
    const nowMs = engine.keyspace.clock.nowMs();
    const { default: user } = engine.users;
    this.#session = new Session({ id: 0, reply: this.#reply, transport: NOWHERE, user, nowMs });
    this.#bits = this.#session.bits;
  }

  /** Whether the last transaction has not ended. */
  get inTransaction(): boolean {
    return this.#multiOffset >= 0;
  }

  /** Up to where the file has taken effect: not an open transaction. Bytes from its start. */
  get validUpTo(): number {
    return this.inTransaction ? this.#multiOffset : this.#reader.offset;
  }

  /** Commands that wait for the end of the transaction. */
  get queued(): number {
    return this.#session.queued?.length ?? 0;
  }

  /** Runs commands until `isTurnDue` says so; true at the end of the file and at a fault. */
  run(isTurnDue: (offset: number) => boolean): boolean {
    const leave = this.#enter();
    try {
      do {
        if (!this.#runBatch()) return true;
      } while (!isTurnDue(this.#reader.offset));
      this.#engine.keyspace.graveyard.dig(FREED_AT_A_TIME);
      return false;
    } finally {
      leave();
    }
  }

  /** Clients are not served meanwhile, and nothing happens but what the file says. */
  #enter(): () => void {
    const engine = this.#engine, { keyspace, memoryLimit } = engine;
    const { expiresKeys } = keyspace, { on } = memoryLimit;
    const loading = engine.gates & GATE_LOADING;
    keyspace.freezeClock();
    keyspace.expiresKeys = false;
    keyspace.keepsExpired = true;
    memoryLimit.on = false;
    engine.gates ^= loading;
    return () => {
      this.#lookAhead.forget();
      engine.gates |= loading;
      memoryLimit.on = on;
      keyspace.keepsExpired = false;
      keyspace.expiresKeys = expiresKeys;
    };
  }

  /** False at the end and at a fault. */
  #runBatch(): boolean {
    const reader = this.#reader, lookAhead = this.#lookAhead;
    const count = reader.read(LOOK_AHEAD_REQUESTS);
    if (count === 0) {
      this.fault = reader.fault;
      return false;
    }
    this.commands += count;
    const { batch } = reader;
    const { table } = this.#engine.keyspace.databases[this.#session.databaseIndex];
    // Moved at once, not a bucket with each command: one walk fetches many entries at the same time.
    // Measured: a quarter of the whole time of a million new keys.
    if (table.rehashing) table.rehash(BUCKETS_AT_A_TIME);
    lookAhead.prepare(this.#session.databaseIndex, batch, count);
    for (let i = 0; i < count; i++) {
      this.#execute(batch[i], i);
      if (this.fault !== undefined) return false;
    }
    return true;
  }

  #execute(request: Request, slot: number): void {
    const session = this.#session, reply = this.#reply;
    const known = this.#lookAhead.take(slot) !== undefined;
    if (!known && !this.inTransaction && this.#functions.take(request)) return;
    this.#engine.execute(session, request, reply, ORIGINS.aofReplay);
    if (reply.errorCount !== this.#errors) this.#refused(request);
    if (session.bits !== this.#bits) {
      this.#bits = session.bits;
      const open = (session.bits & SESSION_IN_MULTI) !== 0;
      this.#multiOffset = open ? this.#reader.offsetOf(request) : -1;
    }
  }

  #refused(request: Request): void {
    const message = this.#reply.lastError;
    this.#errors = this.#reply.errorCount;
    const command = printable(request.at(0));
    // After a SELECT that came to nothing, all that follows would be done to the wrong database.
    const isFatal = FATAL.test(message) || request.at(0).equalsIgnoreCase(SELECT);
    if (isFatal || message === ERR.memoryFull.message) {
      const offset = this.#reader.offsetOf(request);
      const unknown = message.startsWith("ERR unknown command");
      const reason = unknown ? `unknown command ${command}` : `${command}: ${message}`;
      this.fault = { kind: "damaged", commandOffset: offset, offset, reason };
      return;
    }
    this.#engine.stats.unexpectedErrors++;
    if (++this.refusals > REFUSALS_TOLD) return;
    this.#tell(
      "== CRITICAL == This AOF-loading-client is sending an error to its server: " +
        `'${message}' after processing the command ${command}`,
    );
  }
}

/** Whether a text, one character per byte, is the name of a command. */
export function commandTest(engine: Engine): (name: string) => boolean {
  const slice = new Slice();
  return (name) => {
    const bytes = Uint8Array.from(name, (character) => character.charCodeAt(0));
    slice.set(bytes, 0, bytes.length);
    return engine.registry.find(slice) !== undefined;
  };
}

/** The name of the command at the start of `head`, as it may stand in a log. */
export function commandNameIn(head: Uint8Array): string {
  const match = /^\*\d+\r\n\$(\d+)\r\n/.exec(latin1(head));
  if (match === null) return "a command that cannot be told";
  const start = match[0].length,
    end = Math.min(head.length, start + Math.min(64, Number(match[1])));
  return printable({ bytes: head, start, end });
}
