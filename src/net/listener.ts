// Accepts connections: TCP on every bound address, and a unix socket where the system has them.
import type { Logger } from "../base/logger.ts";
import { utf8Bytes } from "../base/bytes.ts";
import type { Engine } from "../engine/engine.ts";
import { Connection } from "./connection.ts";

const MAX_CLIENTS = utf8Bytes("-ERR max number of clients reached\r\n");
const PROTECTED_MODE = utf8Bytes(
  "-DENIED Redis is running in protected mode because protected mode is enabled and no password" +
    " is set for the default user. In this mode connections are only accepted from the loopback" +
    " interface. If you want to connect from external computers to Redis you may adopt one of the" +
    " following solutions: 1) Just disable protected mode sending the command 'CONFIG SET" +
    " protected-mode no' from the loopback interface by connecting to Redis from the same host the" +
    " server is running, however MAKE SURE Redis is not publicly accessible from internet if you do" +
    " so. Use CONFIG REWRITE to make this change permanent. 2) Alternatively you can just disable" +
    " the protected mode by editing the Redis configuration file, and setting the protected mode" +
    " option to 'no', and then restarting the server. 3) If you started the server manually just for" +
    " testing, restart it with the '--protected-mode no' option. 4) Set up an authentication" +
    " password for the default user. NOTE: You only need to do one of the above things in order for" +
    " the server to start accepting connections from the outside.\r\n",
);
/** Wait after an accept that failed for want of descriptors or memory. */
const RETRY_MS = 100;

/** The sockets that the server listens on. */
export class Listeners {
  readonly #engine: Engine;
  readonly #logger: Logger;
  readonly #open: Deno.Listener[] = [];
  readonly #serving = new Set<Promise<void>>();
  #closed = false;

  constructor(engine: Engine, logger: Logger) {
    this.#engine = engine;
    this.#logger = logger;
  }

  /** Binds a TCP address; answers the port, which the system chose when `port` is 0. */
  listenTcp(hostname: string, port: number): number {
    const listener = Deno.listen({ hostname, port });
    this.#open.push(listener);
    this.#track(this.#acceptTcp(listener));
    return listener.addr.port;
  }

  /** Binds a unix socket at `path`; a stale socket file is the caller's to remove. */
  listenUnix(path: string): void {
    const listener = Deno.listen({ transport: "unix", path });
    this.#open.push(listener);
    this.#track(this.#acceptUnix(listener, path));
  }

  /** Stops accepting and waits for every connection to end. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const listener of this.#open) listener.close();
    await Promise.all(this.#serving);
  }

  #track(work: Promise<void>): void {
    this.#serving.add(work);
    work.finally(() => this.#serving.delete(work));
  }

  async #acceptTcp(listener: Deno.TcpListener): Promise<void> {
    const { config } = this.#engine;
    for (;;) {
      const conn = await this.#accept(listener);
      if (conn === undefined) return;
      const remote = conn.remoteAddr as Deno.NetAddr, local = conn.localAddr as Deno.NetAddr;
      conn.setNoDelay(true);
      conn.setKeepAlive(config.int("tcp-keepalive") > 0);
      const denied = this.#refusesAddress(remote.hostname);
      this.#serve(conn, addressOf(remote), addressOf(local), denied);
    }
  }

  async #acceptUnix(listener: Deno.UnixListener, path: string): Promise<void> {
    for (;;) {
      const conn = await this.#accept(listener);
      if (conn === undefined) return;
      this.#serve(conn, `${path}:0`, `${path}:0`, false);
    }
  }

  /** The next connection; undefined when the listener was closed. */
  async #accept<C extends Deno.Conn>(
    listener: { accept(): Promise<C> },
  ): Promise<C | undefined> {
    while (!this.#closed) {
      try {
        return await listener.accept();
      } catch (error) {
        if (this.#closed || error instanceof Deno.errors.BadResource) return undefined;
        // Out of file descriptors, or the client left already: neither ends the server.
        this.#logger.warning(`Accepting client connection: ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    return undefined;
  }

  #refusesAddress(hostname: string): boolean {
    const { config, users } = this.#engine;
    if (!config.bool("protected-mode") || !users.default.noPassword) return false;
    return !isLoopback(hostname);
  }

  #serve(conn: Deno.Conn, address: string, localAddress: string, denied: boolean): void {
    const { sessions, stats, config } = this.#engine;
    if (sessions.count >= config.int("maxclients")) return this.#turnAway(conn, MAX_CLIENTS);
    if (denied) return this.#turnAway(conn, PROTECTED_MODE);
    stats.totalConnections++;
    const connection = new Connection({ conn, address, localAddress }, this.#engine);
    this.#track(connection.serve());
  }

  #turnAway(conn: Deno.Conn, message: Uint8Array): void {
    this.#engine.stats.rejectedConnections++;
    conn.write(message).catch(() => {}).finally(() => conn.close());
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === "::1" || hostname.startsWith("127.") || hostname.startsWith("::ffff:127.");
}

function addressOf(address: Deno.NetAddr): string {
  const host = address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname;
  return `${host}:${address.port}`;
}
