// One client connection: reads batches, has the engine run them, writes one reply buffer per batch.
import type { Engine } from "../engine/engine.ts";
import {
  Session,
  SESSION_CLOSING,
  SESSION_UNAUTHENTICATED,
  type Transport,
} from "../engine/session.ts";
import { ReplyWriter } from "../resp/reply_writer.ts";
import { RequestDecoder } from "../resp/request_decoder.ts";
import { OutputQueue } from "./output_queue.ts";
import { RequestStream } from "./request_stream.ts";

/** Requests run in a row for one client before others get their turn. */
const BATCH_REQUESTS = 4096;
/** Output that may wait before no more requests of the client are run. */
const HIGH_WATER_BYTES = 1 << 20;
/** Input that a parked client may send ahead before it is not read any more. */
const PARKED_INPUT_BYTES = 1 << 20;

/** What a listener hands over. */
export interface Accepted {
  readonly conn: Deno.Conn;
  readonly address: string;
  readonly localAddress: string;
}

/** The transport behind a session. */
export class Connection implements Transport {
  readonly session: Session;
  readonly address: string;
  readonly localAddress: string;
  readonly #conn: Deno.Conn;
  readonly #engine: Engine;
  readonly #decoder: RequestDecoder;
  readonly #writer = new ReplyWriter();
  readonly #output: OutputQueue;
  #resumed: PromiseWithResolvers<void> | undefined;
  /** Whether the last batch left requests in the buffer. */
  #leftOver = false;
  #closed = false;

  constructor(accepted: Accepted, engine: Engine) {
    this.#conn = accepted.conn;
    this.address = accepted.address;
    this.localAddress = accepted.localAddress;
    this.#engine = engine;
    const { users, sessions, stats } = engine;
    this.#decoder = new RequestDecoder({
      maxBulkBytes: engine.config.int("proto-max-bulk-len"),
      authenticated: true,
    });
    this.#output = new OutputQueue({
      target: accepted.conn,
      writer: this.#writer,
      onWritten: (bytes) => {
        stats.netOutputBytes += bytes;
        stats.totalWrites++;
        this.session.netOutputBytes += bytes;
      },
      onError: () => this.#shut(),
    });
    this.session = new Session({
      id: sessions.takeId(),
      reply: this.#writer,
      transport: this,
      user: users.default,
      nowMs: engine.keyspace.nowMs,
    });
    this.session.mark(SESSION_UNAUTHENTICATED, users.authenticationRequired);
  }

  get inputBytes(): number {
    return this.#decoder.buffered;
  }

  get inputCapacity(): number {
    return this.#decoder.capacity;
  }

  get outputBytes(): number {
    return this.#output.pendingBytes;
  }

  get memoryBytes(): number {
    return this.#decoder.capacity + this.#output.bufferBytes;
  }

  /** Serves the client until it leaves or is made to. Never rejects. */
  async serve(): Promise<void> {
    const { stats, sessions } = this.#engine;
    sessions.add(this.session);
    try {
      for await (const count of new RequestStream(this.#conn, this.#decoder)) {
        stats.netInputBytes += count;
        stats.totalReads++;
        this.session.netInputBytes += count;
        if (this.session.parked === undefined) this.#leftOver = this.#runBatch();
        if (this.#mustWait()) await this.#waitUntilReadable();
        if (this.session.bits & SESSION_CLOSING) break;
      }
    } catch (error) {
      if (!isPeerGone(error)) throw error;
    } finally {
      this.#engine.disconnected(this.session);
      await this.#output.drained();
      this.#shut();
    }
  }

  /** Runs what the buffer holds; true when requests are left for another turn. */
  #runBatch(): boolean {
    const { session } = this, decoder = this.#decoder, writer = this.#writer;
    const engine = this.#engine;
    const bits = session.bits;
    decoder.limits.authenticated = (bits & SESSION_UNAUTHENTICATED) === 0;
    engine.beginBatch(session);
    let left = BATCH_REQUESTS;
    let decoded = decoder.decode();
    while (decoded === "request") {
      if (!engine.process(session, decoder.request)) break;
      if (session.bits !== bits) {
        decoder.limits.authenticated = (session.bits & SESSION_UNAUTHENTICATED) === 0;
      }
      if (--left === 0 || writer.length > HIGH_WATER_BYTES) break;
      decoded = decoder.decode();
    }
    if (decoded === "error") this.#refuseProtocol();
    engine.endBatch();
    this.#output.flush();
    if (session.bits & SESSION_CLOSING) return false;
    return decoded === "request" && session.parked === undefined;
  }

  #refuseProtocol(): void {
    const message = `ERR Protocol error: ${this.#decoder.error}`;
    this.#writer.error(message);
    this.#engine.stats.countError(message);
    this.session.mark(SESSION_CLOSING, true);
  }

  #mustWait(): boolean {
    if (this.session.bits & SESSION_CLOSING) return false;
    if (this.session.parked !== undefined) return this.#decoder.buffered > PARKED_INPUT_BYTES;
    return this.#leftOver || this.#writer.length > HIGH_WATER_BYTES;
  }

  async #waitUntilReadable(): Promise<void> {
    while (this.#mustWait() && !this.#closed) {
      if (this.session.parked !== undefined) {
        this.#resumed ??= Promise.withResolvers<void>();
        await this.#resumed.promise;
        continue;
      }
      if (this.#writer.length > HIGH_WATER_BYTES) await this.#output.drained();
      else await new Promise((resolve) => setTimeout(resolve, 0)); // others get their turn
      this.#leftOver = this.#runBatch();
    }
  }

  resume(): void {
    // Not at once: the engine is in the middle of somebody else's command.
    queueMicrotask(() => {
      if (this.#closed) return;
      if (this.session.parked === undefined) this.#leftOver = this.#runBatch();
      this.#output.flush();
      this.#resumed?.resolve();
      this.#resumed = undefined;
      if (this.session.bits & SESSION_CLOSING) this.close(true);
    });
  }

  flush(): void {
    this.#output.flush();
  }

  close(afterReply: boolean): void {
    this.session.mark(SESSION_CLOSING, true);
    this.#resumed?.resolve();
    this.#resumed = undefined;
    if (!afterReply) return this.#shut();
    this.#output.flush();
    this.#output.drained().then(() => this.#shut());
  }

  #shut(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.session.mark(SESSION_CLOSING, true);
    try {
      this.#conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** Errors of a connection whose other end left, or that was closed on this side while it was read. */
export function isPeerGone(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.TimedOut ||
    error instanceof Deno.errors.UnexpectedEof;
}
