// One client connection: reads batches, has the engine run them, writes one reply buffer per batch.
import { setImmediate } from "node:timers";
import { clientLine, STATIC_OUTPUT_BYTES } from "../engine/client_info.ts";
import type { Engine } from "../engine/engine.ts";
import { LOOK_AHEAD_REQUESTS } from "../engine/look_ahead.ts";
import { silence } from "../engine/reply_mode.ts";
import {
  Session,
  SESSION_CLOSING,
  SESSION_UNAUTHENTICATED,
  type Transport,
} from "../engine/session.ts";
import { ReplyWriter } from "../resp/reply_writer.ts";
import { RequestDecoder } from "../resp/request_decoder.ts";
import { type ClientLimits, OutputLimit } from "./client_limits.ts";
import { OutputQueue } from "./output_queue.ts";
import { isPeerGone } from "./peer_gone.ts";
import { RequestStream } from "./request_stream.ts";
import type { TurnOutputs } from "./turn_outputs.ts";

/** Requests run in a row for one client before others get their turn. */
const BATCH_REQUESTS = 4096;
/**
 * Output that may wait before no more requests of the client are run. With four times as much, fifty
 * clients that read long lists fill more buffers than are kept, which halves what they get.
 */
const HIGH_WATER_BYTES = 1 << 18;
/** Input that a parked client may send ahead before it is not read any more. */
const PARKED_INPUT_BYTES = 1 << 20;
/** Output no longer than a client's fixed buffer in Redis is within any limit. */
const UNLIMITED_OUTPUT_BYTES = STATIC_OUTPUT_BYTES;
/** A client that is leaving and takes none of its replies for so long is cut off. */
const LINGER_MS = 10_000;

/** What a listener hands over. */
export interface Accepted {
  readonly conn: Deno.Conn;
  readonly address: string;
  readonly localAddress: string;
}

/** What connections share. */
export interface Surroundings {
  readonly engine: Engine;
  readonly limits: ClientLimits;
  /** Connections whose output may exceed a limit by the passing of time alone. */
  readonly overSoftLimit: Set<Connection>;
  readonly outputs: TurnOutputs;
  log(message: string): void;
}

/** The transport behind a session. */
export class Connection implements Transport {
  readonly session: Session;
  readonly address: string;
  readonly localAddress: string;
  readonly #conn: Deno.Conn;
  readonly #engine: Engine;
  readonly #around: Surroundings;
  readonly #decoder: RequestDecoder;
  readonly #writer = new ReplyWriter();
  readonly #output: OutputQueue;
  readonly #outputLimit: OutputLimit;
  #resumed: PromiseWithResolvers<void> | undefined;
  /** Work on what the last batch left over; nothing is read for the client meanwhile. */
  #catchingUp: Promise<void> | undefined;
  #leaving: Promise<void> | undefined;
  /** Whether the last batch left requests in the buffer. */
  #leftOver = false;
  #running = false;
  #flushQueued = false;
  #closed = false;

  constructor(accepted: Accepted, around: Surroundings) {
    const { engine } = around;
    this.#conn = accepted.conn;
    this.address = accepted.address;
    this.localAddress = accepted.localAddress;
    this.#engine = engine;
    this.#around = around;
    const { users, sessions, stats, keyspace } = engine;
    this.#decoder = new RequestDecoder({
      maxBulkBytes: around.limits.maxBulk.value,
      authenticated: true,
    });
    this.#output = new OutputQueue({
      target: accepted.conn,
      writer: this.#writer,
      onWritten: (bytes) => {
        stats.netOutputBytes += bytes;
        stats.totalWrites++;
        this.session.netOutputBytes += bytes;
        this.session.lastActiveAtMs = keyspace.nowMs; // a client that reads is not idle
      },
      onError: () => this.#shut(),
      gate: engine.replyGate,
    });
    this.session = new Session({
      id: sessions.takeId(),
      reply: this.#writer,
      transport: this,
      user: users.default,
      nowMs: keyspace.nowMs,
    });
    this.#outputLimit = new OutputLimit(around.limits, this.session);
    this.session.authenticated = !users.authenticationRequired;
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

  get outputCapacity(): number {
    return this.#writer.buffer.length;
  }

  get outputPeak(): number {
    return this.#output.peak;
  }

  get writing(): boolean {
    return this.#output.writing;
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
        if (this.#decoder.unread > this.#around.limits.queryBuffer.value) this.#refuseInput();
        else if (this.#catchingUp === undefined && !this.#held) this.#leftOver = this.#runBatch();
        if (this.#catchingUp !== undefined || this.#lagging()) await this.#catchUp();
        if (this.session.bits & SESSION_CLOSING) break;
      }
      await this.#leave();
    } catch (error) {
      this.#report(error);
    } finally {
      this.#shut();
    }
  }

  /** Waits for something else than input: nothing is run for it. */
  get #held(): boolean {
    const { parked } = this.session;
    return parked !== undefined && !parked.over;
  }

  /** Runs what the buffer holds; true when requests are left for another turn. */
  #runBatch(): boolean {
    const { session } = this, decoder = this.#decoder, engine = this.#engine;
    const bits = session.bits;
    decoder.limits.authenticated = (bits & SESSION_UNAUTHENTICATED) === 0;
    decoder.limits.maxBulkBytes = this.#around.limits.maxBulk.value;
    this.#running = true;
    engine.times.shareTurn();
    engine.beginBatch(session);
    let left = BATCH_REQUESTS;
    let stopped = session.parked !== undefined && !engine.release(session);
    while (!stopped) {
      // Authentication changes what may be decoded, so nothing is decoded ahead of it.
      const limit = session.bits & SESSION_UNAUTHENTICATED ? 1 : LOOK_AHEAD_REQUESTS;
      const count = decoder.decodeBatch(limit);
      stopped = this.#runDecoded(count);
      left -= count;
      if (session.bits !== bits) {
        decoder.limits.authenticated = (session.bits & SESSION_UNAUTHENTICATED) === 0;
      }
      if (left <= 0 || decoder.last !== "request") break;
    }
    if (!stopped && decoder.last === "error") this.#refuseProtocol();
    engine.endBatch();
    this.#running = false;
    this.#flushNow();
    if (session.bits & SESSION_CLOSING) return false;
    return (stopped || decoder.last === "request") && session.parked === undefined;
  }

  /** Runs the first `count` decoded requests; true when it had to stop. */
  #runDecoded(count: number): boolean {
    const { session } = this, engine = this.#engine, { batch } = this.#decoder;
    const prepared = count > 1;
    if (prepared) engine.lookAhead.prepare(session.databaseIndex, batch, count);
    for (let i = 0; i < count; i++) {
      const proceeds = engine.process(session, batch[i], prepared ? i : -1);
      if (proceeds && this.#writer.length <= HIGH_WATER_BYTES) continue;
      if (i + 1 < count) this.#decoder.rewind(i + 1);
      return true;
    }
    return false;
  }

  #refuseProtocol(): void {
    const message = `ERR Protocol error: ${this.#decoder.error}`;
    const mark = this.#writer.mark();
    this.#writer.error(message);
    silence(this.session, mark);
    this.#engine.stats.countError(message);
    this.session.mark(SESSION_CLOSING, true);
  }

  /** Sends what is written, or gives the client up when too much of it waits. */
  #flushNow(): void {
    const pending = this.#output.pendingBytes;
    if (pending > UNLIMITED_OUTPUT_BYTES) this.checkOutput(this.#engine.keyspace.nowMs);
    else if (this.#outputLimit.running) this.checkOutput(this.#engine.keyspace.nowMs);
    // Much output is sent while more is made, and is not in the cache any more at the end of the turn.
    const atOnce = pending > UNLIMITED_OUTPUT_BYTES;
    if (this.#writer.length > 0) this.#around.outputs.add(this.#output, atOnce);
  }

  /** Closes the connection if its output exceeds `client-output-buffer-limit`. */
  checkOutput(nowMs: number): void {
    const { overSoftLimit } = this.#around;
    if (this.#closed) return;
    if (this.#outputLimit.exceeded(this.#output.pendingBytes, nowMs)) {
      this.#engine.stats.outputBufferLimitDisconnections++;
      this.#logClosing("for overcoming of output buffer limits.");
      this.#shut();
    } else if (this.#outputLimit.running) overSoftLimit.add(this);
    else overSoftLimit.delete(this);
  }

  #refuseInput(): void {
    this.#engine.stats.queryBufferLimitDisconnections++;
    this.#logClosing("that reached max query buffer length.");
    this.#shut();
  }

  #logClosing(why: string): void {
    this.#around.log(`Closing client ${clientLine(this.session, this.#engine)} ${why}`);
  }

  /** Runs what is left over until the client may be read again; called while it lags. */
  #catchUp(): Promise<void> {
    return this.#catchingUp ??= this.#runLeftOver();
  }

  async #runLeftOver(): Promise<void> {
    try {
      while (this.#lagging()) {
        if (this.#held) {
          this.#resumed ??= Promise.withResolvers<void>();
          await this.#resumed.promise;
        } else if (this.#writer.length > HIGH_WATER_BYTES) await this.#output.drained();
        else await new Promise((resolve) => setImmediate(resolve)); // others get their turn
        if (!this.#closed && !this.#held) this.#leftOver = this.#runBatch();
      }
    } catch (error) {
      this.#report(error);
      this.#shut();
    } finally {
      this.#catchingUp = undefined;
      if (this.session.bits & SESSION_CLOSING) void this.#leave();
    }
  }

  /** Whether there is something to do, or to wait for, before more is read. */
  #lagging(): boolean {
    if (this.#closed || this.session.bits & SESSION_CLOSING) return false;
    if (this.#held) return this.#decoder.buffered > PARKED_INPUT_BYTES;
    return this.#leftOver || this.#writer.length > HIGH_WATER_BYTES;
  }

  resume(): void {
    // Not at once: the engine is in the middle of somebody else's command.
    queueMicrotask(this.#goOn);
  }

  readonly #goOn = (): void => {
    if (this.#closed) return;
    try {
      this.#wake();
      if (this.#catchingUp !== undefined || this.#held) return this.#flushNow();
      this.#leftOver = this.#runBatch();
      if (this.session.bits & SESSION_CLOSING) void this.#leave();
      else if (this.#lagging()) void this.#catchUp();
    } catch (error) {
      this.#report(error);
      this.#shut();
    }
  };

  #wake(): void {
    this.#resumed?.resolve();
    this.#resumed = undefined;
  }

  flush(): void {
    // A batch of its own flushes at its end; what several commands push to it goes out in one write.
    if (this.#running || this.#flushQueued) return;
    this.#flushQueued = true;
    queueMicrotask(this.#flushLater);
  }

  readonly #flushLater = (): void => {
    this.#flushQueued = false;
    if (!this.#closed) this.#flushNow();
  };

  close(afterReply: boolean): void {
    this.session.mark(SESSION_CLOSING, true);
    if (!afterReply) this.#cutOff();
    else if (!this.#running) void this.#leave(); // else the end of the batch sees the mark
  }

  /**
   * Closes so that the peer knows it before anybody is answered: closing alone takes effect when the
   * pending read is let go of, which is after the replies of this turn were written.
   */
  #cutOff(): void {
    if (this.#closed) return;
    this.#conn.closeWrite().catch(() => {}); // it may be gone already
    this.#shut();
  }

  /** Lets the client take the rest of its replies, as long as it does, and closes. Never rejects. */
  #leave(): Promise<void> {
    return this.#leaving ??= this.#linger();
  }

  async #linger(): Promise<void> {
    this.session.mark(SESSION_CLOSING, true);
    this.#engine.parking.forget(this.session);
    this.#wake();
    this.#flushNow();
    let written = -1;
    while (!this.#closed && this.#output.pendingBytes > 0) {
      if (written === this.session.netOutputBytes) break;
      written = this.session.netOutputBytes;
      await settledWithin(this.#output.drained(), LINGER_MS);
    }
    this.#shut();
  }

  /** Closes at once. The session is gone when this returns. */
  #shut(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.session.mark(SESSION_CLOSING, true);
    this.#around.overSoftLimit.delete(this);
    this.#engine.disconnected(this.session);
    this.#output.discard();
    try {
      this.#conn.close();
    } catch (error) {
      this.#report(error);
    }
    this.#wake();
  }

  #report(error: unknown): void {
    if (isPeerGone(error)) return;
    const detail = error instanceof Error ? error.stack ?? error.message : String(error);
    this.#around.log(`Closing client ${this.address} after an internal error: ${detail}`);
  }
}

/** Waits for a promise that does not reject, but not longer than `ms`. */
async function settledWithin(promise: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
