/**
 * The engine in this process, without sockets: real command table, store and protocol, but a manual
 * clock, seeded chance, and effects and keyspace events kept in lists.
 *
 *     const { client, clock } = new EngineHarness();
 *     client.run("SET k v EX 10");        // "OK"
 *     client.run(["APPEND", "k", bytes]); // words: Latin-1 strings, numbers or bytes
 *     clock.advanceMs(10_000);
 *     client.run("GET k");                // null
 */

import { Users } from "../../src/acl/users.ts";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { ManualClock } from "../../src/base/clock.ts";
import { SeededRandom } from "../../src/base/random.ts";
import type { Slice } from "../../src/base/slice.ts";
import { allCommands } from "../../src/commands/registry.ts";
import { Config } from "../../src/config/config.ts";
import type { DirectiveName } from "../../src/config/directives.ts";
import type { CommandSpec } from "../../src/engine/command.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { Ports } from "../../src/engine/ports.ts";
import { Registry } from "../../src/engine/registry.ts";
import {
  Session,
  SESSION_CLOSING,
  SESSION_UNAUTHENTICATED,
  type Transport,
} from "../../src/engine/session.ts";
import { applySettings } from "../../src/engine/settings.ts";
import { Arena } from "../../src/memory/arena.ts";
import { ReplyWriter } from "../../src/resp/reply_writer.ts";
import { Request } from "../../src/resp/request.ts";
import type { Database } from "../../src/store/database.ts";
import { Keyspace } from "../../src/store/keyspace.ts";
import { installValueTypes } from "../../src/store/value_types.ts";
import { FakeDirectory } from "../config/fake_directory.ts";
import { Effects } from "./effects.ts";
import { fakePorts } from "./fake_ports.ts";
import { parseReply, type Plain, plain, quote, type Reply } from "./reply.ts";
import { splitWords } from "./words.ts";

/** A line in redis-cli's quoting, or its words. */
export type Line = string | readonly (string | number | bigint | Uint8Array)[];

export interface HarnessOptions {
  seed?: number;
  /** Where the clock stands at first, Unix ms. */
  startMs?: number;
  /** Directives, as in a configuration file. */
  config?: Partial<Record<DirectiveName, string>>;
  ports?: Partial<Ports>;
  /** Whether effects are collected; without it handlers see that nobody wants them. */
  propagates?: boolean;
  /** More commands than the server's, made up for a test. */
  moreCommands?: readonly CommandSpec[];
  /** Size of the memory for data; more than a test needs without. */
  arenaBytes?: number;
  /** The memory for data itself, where a test brings its own. */
  arena?: Arena;
}

/** One engine and what it is built from. */
export class EngineHarness {
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly config = new Config(new FakeDirectory());
  readonly arena: Arena;
  readonly keyspace: Keyspace;
  readonly engine: Engine;
  /** The first client. */
  readonly client: HarnessClient;
  /** Clients to be run again when the command that ended their wait is over. */
  readonly resumed = new Set<HarnessClient>();
  #effects: string[] = [];
  #events: string[] = [];
  #internalError: Error | undefined;

  constructor(options: HarnessOptions = {}) {
    this.clock = new ManualClock(options.startMs);
    this.random = new SeededRandom(options.seed ?? 1);
    for (const [name, value] of Object.entries(options.config ?? {})) {
      const refusal = this.config.assign(name as DirectiveName, value.split(" "));
      if (refusal !== undefined) throw new Error(`${name} ${value}: ${refusal}`);
    }
    this.arena = options.arena ?? new Arena(options.arenaBytes);
    this.keyspace = new Keyspace({
      arena: this.arena,
      clock: this.clock,
      random: this.random,
      databases: this.config.int("databases"),
    });
    installValueTypes(this.keyspace);
    this.engine = new Engine({
      keyspace: this.keyspace,
      config: this.config,
      users: new Users(),
      registry: new Registry([...allCommands(), ...options.moreCommands ?? []]),
      ports: { ...fakePorts(this.clock), ...options.ports },
      onInternalError: (error, command) => {
        this.#internalError = new Error(`internal error in '${command}'`, { cause: error });
      },
    });
    applySettings(this.engine);
    this.#listen(options.propagates ?? true);
    this.client = this.connect();
  }

  #listen(propagates: boolean): void {
    const note = (list: string[], database: number, text: string) =>
      list.push(database === 0 ? text : `[${database}] ${text}`);
    if (propagates) {
      this.engine.propagation.add(
        new Effects(({ databaseIndex, request }) =>
          note(this.#effects, databaseIndex, showRequest(request))
        ),
      );
    }
    this.engine.observe({
      listening: true,
      changed: (database: Database, key: Slice, event: string) => {
        if (event !== "") note(this.#events, database.index, `${event} ${showWord(key)}`);
      },
      flushed: (database: Database) => note(this.#events, database.index, "(flushed)"),
    });
  }

  /** One more client, as if it had connected just now. */
  connect(): HarnessClient {
    const client = new HarnessClient(this);
    this.engine.sessions.add(client.session);
    return client;
  }

  /** `client.run` of the first client. */
  run(line: Line): Plain {
    return this.client.run(line);
  }

  /** Keys of a database, those included whose time is over but which nobody noticed; sorted. */
  keys(database = 0): string[] {
    const { table } = this.keyspace.databases[database];
    const found = new Set<string>();
    let cursor = 0;
    do {
      cursor = table.scan(cursor, (ref) => {
        found.add(showWord(this.keyspace.databases[database].keyOf(ref)));
      });
    } while (cursor !== 0);
    return [...found].sort();
  }

  /**
   * What was propagated since the last call, one command a line in redis-cli's quoting; `[1] ` goes
   * before those of database 1. MULTI and EXEC stand around the effects of one unit, if several.
   */
  takeEffects(): string[] {
    const taken = this.#effects;
    this.#effects = [];
    return taken;
  }

  /** Keyspace events since the last call, as `set k`, or `[1] set k` in database 1. */
  takeEvents(): string[] {
    const taken = this.#events;
    this.#events = [];
    return taken;
  }

  /** Runs a command and answers what it replied, propagated and announced, and nothing before. */
  trace(line: Line): { reply: Plain; effects: string[]; events: string[] } {
    this.takeEffects();
    this.takeEvents();
    return { reply: this.run(line), effects: this.takeEffects(), events: this.takeEvents() };
  }

  /** Runs work that no client asked for, as the cron does, after `ms` milliseconds. */
  later(ms: number, work: () => void = () => {}): void {
    this.clock.advanceMs(ms);
    this.engine.unit(work);
    this.goOn();
    this.throwInternalError();
  }

  /** Clients whose wait ended go on. */
  goOn(): void {
    for (const client of this.resumed) {
      this.resumed.delete(client);
      client.goOn();
    }
  }

  /** An exception in a handler fails the test: clients only see a general error. */
  throwInternalError(): void {
    const error = this.#internalError;
    this.#internalError = undefined;
    if (error !== undefined) throw error;
  }
}

/** A client of a harness: a session whose replies are decoded from what it would send. */
export class HarnessClient implements Transport {
  readonly session: Session;
  readonly address: string;
  readonly localAddress = "127.0.0.1:6379";
  readonly inputBytes = 0;
  readonly inputCapacity = 0;
  readonly memoryBytes = 0;
  readonly outputCapacity = 0;
  readonly outputPeak = 0;
  readonly writing = false;
  /** Whether the server closed the connection. */
  closed = false;
  readonly #harness: EngineHarness;
  readonly #writer = new ReplyWriter();

  constructor(harness: EngineHarness) {
    this.#harness = harness;
    const { engine } = harness;
    this.session = new Session({
      id: engine.sessions.takeId(),
      reply: this.#writer,
      transport: this,
      user: engine.users.default,
      nowMs: engine.keyspace.nowMs,
    });
    this.address = `127.0.0.1:${49_999 + this.session.id}`;
    this.session.authenticated = !engine.users.authenticationRequired;
    this.session.mark(SESSION_UNAUTHENTICATED, engine.users.authenticationRequired);
  }

  /** 2 or 3, as HELLO would switch it. */
  set protocol(version: 2 | 3) {
    this.#writer.protocol = version;
  }

  /** Sends a command; what it replies, if it does at once, waits in {@link takeReplies}. */
  send(line: Line): void {
    const request = requestOf(line);
    const { engine } = this.#harness;
    engine.beginBatch(this.session);
    engine.process(this.session, request);
    engine.endBatch();
    // Arguments are borrowed: whoever keeps them past the command keeps rubbish from now on.
    request.at(0).bytes.fill(0xee);
    this.#harness.goOn();
    this.#harness.throwInternalError();
  }

  /** All that was replied or pushed since the last call, with its RESP types. */
  takeReplies(): Reply[] {
    const bytes = this.#takeBytes();
    const replies: Reply[] = [];
    for (let at = 0; at < bytes.length;) {
      const parsed = parseReply(bytes, at);
      if (parsed === null) throw new Error(`half a reply: ${quote(latin1(bytes))}`);
      replies.push(parsed.reply);
      at = parsed.end;
    }
    return replies;
  }

  /** Sends a command and answers its one reply, with its RESP types. */
  reply(line: Line): Reply {
    this.send(line);
    const replies = this.takeReplies();
    if (replies.length !== 1) throw new Error(`${replies.length} replies to ${String(line)}`);
    return replies[0];
  }

  /** Sends a command and answers its reply: strings in Latin-1, numbers, null, arrays, `Error`. */
  run(line: Line): Plain {
    return plain(this.reply(line));
  }

  /** Sends a command that must be refused; answers the error's text. */
  refusal(line: Line): string {
    const reply = this.reply(line);
    if (reply.type !== "error") throw new Error(`${String(line)} is not refused`);
    return reply.text;
  }

  /** Sends a command and answers the exact bytes of its reply, in Latin-1. */
  wire(line: Line): string {
    this.send(line);
    return latin1(this.#takeBytes());
  }

  /** Whether its last command waits. */
  get parked(): boolean {
    return this.session.parked !== undefined;
  }

  /** The connection is lost. */
  disconnect(): void {
    this.#harness.engine.disconnected(this.session);
  }

  get outputBytes(): number {
    return this.#writer.length;
  }

  resume(): void {
    this.#harness.resumed.add(this);
  }

  /** Runs the request that CLIENT PAUSE held, as a connection does between two batches. */
  goOn(): void {
    const { engine } = this.#harness;
    if (!this.session.parked?.over) return;
    engine.beginBatch(this.session);
    engine.release(this.session);
    engine.endBatch();
  }

  flush(): void {}

  close(afterReply: boolean): void {
    this.closed = true;
    this.session.mark(SESSION_CLOSING, true);
    if (!afterReply) this.disconnect();
  }

  #takeBytes(): Uint8Array {
    const bytes = this.#writer.buffer.slice(0, this.#writer.length);
    this.#writer.length = 0;
    return bytes;
  }
}

/** All arguments in one buffer, as a decoder would leave them. */
function requestOf(line: Line): Request {
  const words = typeof line === "string" ? splitWords(line) : line;
  const parts = words.map((word) => word instanceof Uint8Array ? word : latin1Bytes(String(word)));
  return Request.ofAll(parts).copy();
}

function showRequest(request: Request): string {
  return request.slices.slice(0, request.count).map(showWord).join(" ");
}

function showWord(word: Slice): string {
  const text = latin1(word.bytes, word.start, word.end);
  return /^[!#-&(-~]+$/.test(text) ? text : quote(text);
}

/**
 * Bytes the arena hands out while no key is there, once tables exist: what must be handed out again
 * after all keys of a test are gone.
 */
export function usedWhenEmpty({ client, arena }: EngineHarness): number {
  for (let i = 0; i < 16; i++) client.run(["SET", `warm-up ${i}`, "v", "EX", 100]);
  for (let i = 0; i < 16; i++) client.run(["GETDEL", `warm-up ${i}`]);
  return arena.usedBytes;
}
