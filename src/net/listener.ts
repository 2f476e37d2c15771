// Accepts connections: TCP on every bound address, and a unix socket where the system has them.
import type { Logger } from "../base/logger.ts";
import type { Engine } from "../engine/engine.ts";
import { addressOf, BindError, isLoopback, type Listening, listenOn } from "./bind.ts";
import { forgetLargeBuffers } from "../resp/large_buffers.ts";
import { ClientLimits } from "./client_limits.ts";
import { Connection, type Surroundings } from "./connection.ts";
import { isPeerGone } from "./peer_gone.ts";
import { MAX_CLIENTS, PROTECTED_MODE } from "./refusals.ts";
import { TurnOutputs } from "./turn_outputs.ts";
import { listenOnPath, removeSocket } from "./unix_socket.ts";

/** Wait after an accept that failed for want of descriptors or memory. */
const RETRY_MS = 100;
/** Buffers for large replies that nobody needed for so long are let go of. */
const FORGET_MS = 5000;
/** When the server stops, clients have so long to take the rest of their replies. */
const STOP_MS = 1000;

/** A listener of any kind. */
interface Acceptor {
  close(): void;
}

/** The sockets that the server listens on, and the connections that came from them. */
export class Listeners {
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #around: Surroundings;
  readonly #accepting = new Map<Acceptor, Promise<void>>();
  readonly #connections = new Set<Connection>();
  readonly #serving = new Set<Promise<void>>();
  /** When buffers were last let go of, Unix ms. */
  #forgotAtMs = 0;
  #tcp: readonly Listening[] = [];
  #unix: { readonly listener: Deno.UnixListener; readonly path: string } | undefined;

  constructor(engine: Engine, logger: Logger) {
    this.#engine = engine;
    this.#logger = logger;
    this.#around = {
      engine,
      limits: new ClientLimits(engine.config),
      overSoftLimit: new Set(),
      outputs: new TurnOutputs(engine.replyGate),
      log: (message) => logger.warning(message),
    };
  }

  /**
   * Listens as the configuration says, now and when CONFIG SET changes it; `port` becomes the one
   * that the system chose. Throws an error with the reason when it cannot.
   */
  start(): void {
    const { config } = this.#engine;
    const tcp = listenOn(config.value("bind"), config.int("port"), { logger: this.#logger });
    try {
      this.#startUnix(config.text("unixsocket"));
    } catch (error) {
      for (const { listener } of tcp) listener.close();
      throw error;
    }
    this.#useTcp(tcp);
    if (this.#accepting.size === 0) throw new Error("Configured to not listen anywhere, exiting.");
    config.onChange(["bind", "port"], () => this.#rebind());
  }

  #startUnix(path: string): void {
    if (path === "") return;
    const listener = listenOnPath(path, this.#engine.config.int("unixsocketperm"));
    this.#unix = { listener, path };
    this.#accepting.set(listener, this.#acceptUnix(listener, path));
  }

  /** Stops accepting, lets connections end and ends those that do not. */
  async close(): Promise<void> {
    const accepting = [...this.#accepting.values()];
    for (const listener of [...this.#accepting.keys()]) this.#stopAccepting(listener);
    if (this.#unix !== undefined) removeSocket(this.#unix.path);
    for (const connection of this.#connections) connection.close(true);
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.close(false);
    }, STOP_MS);
    await Promise.all([...accepting, ...this.#serving]);
    clearTimeout(timer);
  }

  /**
   * Closes clients that have taken too little of their output for too long, and lets go of buffers that
   * no reply needs any more; called by the cron.
   */
  housekeep(nowMs: number): void {
    for (const connection of this.#around.overSoftLimit) connection.checkOutput(nowMs);
    if (Math.abs(nowMs - this.#forgotAtMs) < FORGET_MS) return;
    this.#forgotAtMs = nowMs;
    forgetLargeBuffers();
  }

  #useTcp(listening: readonly Listening[]): void {
    const old = this.#tcp;
    this.#tcp = listening;
    if (listening.length > 0) this.#engine.config.assign("port", [String(listening[0].port)]);
    for (const { listener } of listening) {
      if (!this.#accepting.has(listener)) {
        this.#accepting.set(listener, this.#acceptTcp(listener));
      }
    }
    for (const one of old) if (!listening.includes(one)) this.#stopAccepting(one.listener);
  }

  /** CONFIG SET bind or port; answers what it refuses with. */
  #rebind(): string | undefined {
    const { config } = this.#engine;
    const addresses = config.value("bind"), port = config.int("port");
    const samePort = this.#tcp.length === 0 || this.#tcp[0].port === port;
    try {
      this.#useTcp(listenOn(addresses, port, { logger: this.#logger, open: this.#tcp }));
      return undefined;
    } catch (error) {
      if (!(error instanceof BindError)) throw error;
      if (error.inUse && samePort && this.#tcp.length > 0) {
        void this.#rebindWhenClosed(addresses, port);
        return undefined;
      }
      return samePort
        ? "Failed to bind to specified addresses."
        : "Unable to listen on this port. Check server logs.";
    }
  }

  /** An old address stands in the way of a new one (`*` and `127.0.0.1`), and takes time to close. */
  async #rebindWhenClosed(addresses: readonly string[], port: number): Promise<void> {
    const old = this.#tcp.map(({ hostname }) => hostname);
    const closing = this.#tcp.map(({ listener }) => this.#accepting.get(listener));
    this.#useTcp([]);
    await Promise.all(closing);
    for (const hostnames of [addresses, old]) {
      try {
        return this.#useTcp(listenOn(hostnames, port, { logger: this.#logger }));
      } catch (error) {
        this.#logger.warning(`Failed to bind to ${hostnames.join(" ")}: ${error}`);
      }
    }
  }

  #stopAccepting(listener: Acceptor): void {
    this.#accepting.delete(listener);
    listener.close();
  }

  async #acceptTcp(listener: Deno.TcpListener): Promise<void> {
    const { config } = this.#engine;
    for (;;) {
      const conn = await this.#accept(listener);
      if (conn === undefined) return;
      const remote = conn.remoteAddr as Deno.NetAddr, local = conn.localAddr as Deno.NetAddr;
      try {
        conn.setNoDelay(true);
        conn.setKeepAlive(config.int("tcp-keepalive") > 0);
      } catch {
        // Some systems refuse for a client that has left again; its first read will tell.
      }
      this.#serve(conn, addressOf(remote), addressOf(local), isLoopback(remote.hostname));
    }
  }

  async #acceptUnix(listener: Deno.UnixListener, path: string): Promise<void> {
    for (;;) {
      const conn = await this.#accept(listener);
      if (conn === undefined) return;
      this.#serve(conn, `${path}:0`, `${path}:0`, true);
    }
  }

  /** The next connection; undefined when the listener was closed. */
  async #accept<C>(listener: Acceptor & { accept(): Promise<C> }): Promise<C | undefined> {
    // The first accept runs before the listener is registered, and cannot have been closed.
    for (let first = true; first || this.#accepting.has(listener); first = false) {
      try {
        return await listener.accept();
      } catch (error) {
        const closed = error instanceof Deno.errors.BadResource || !this.#accepting.has(listener);
        if (closed) return undefined;
        if (isPeerGone(error)) continue;
        // Out of file descriptors, for example: that passes, and does not end the server.
        this.#logger.warning(`Accepting client connection: ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    return undefined;
  }

  #serve(conn: Deno.Conn, address: string, localAddress: string, local: boolean): void {
    const { sessions, stats, config, users } = this.#engine;
    if (sessions.count >= config.int("maxclients")) return this.#turnAway(conn, MAX_CLIENTS);
    if (!local && config.bool("protected-mode") && users.default.noPassword) {
      return this.#turnAway(conn, PROTECTED_MODE);
    }
    stats.totalConnections++;
    const connection = new Connection({ conn, address, localAddress }, this.#around);
    this.#connections.add(connection);
    const work = connection.serve();
    this.#serving.add(work);
    void work.then(() => {
      this.#serving.delete(work);
      this.#connections.delete(connection);
    });
  }

  #turnAway(conn: Deno.Conn, message: Uint8Array): void {
    this.#engine.stats.rejectedConnections++;
    const work = conn.write(message).then(() => {}, () => {}).then(() => {
      conn.close();
      this.#serving.delete(work);
    });
    this.#serving.add(work);
  }
}
