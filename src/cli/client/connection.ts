import type { Reply } from "../../resp/reply.ts";
import { ReplyDecoder } from "../../resp/reply_decoder.ts";
import { encodeRequest } from "./arguments.ts";

/** Where a server listens. */
export type Address =
  | { readonly kind: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** The link is gone; its message is what redis-cli says. */
export class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

const READ_BYTES = 64 * 1024;
/** Servers can be told to allow more than the usual 512 MiB; a client then has to take it. */
const MAX_BULK_BYTES = 4 * 1024 ** 3;

/** One link to a server: requests out, replies in. */
export class Connection {
  readonly #link: Deno.Conn;
  readonly #decoder = new ReplyDecoder({ maxBulkBytes: MAX_BULK_BYTES });
  readonly #readBuffer = new Uint8Array(READ_BYTES);
  #closed = false;

  private constructor(link: Deno.Conn) {
    this.#link = link;
  }

  /** Connects. Throws an error whose message says why it could not, in the system's words. */
  static async open(address: Address): Promise<Connection> {
    try {
      if (address.kind === "unix") {
        return new Connection(await Deno.connect({ transport: "unix", path: address.path }));
      }
      const link = await Deno.connect({ hostname: address.hostname, port: address.port });
      link.setNoDelay(true);
      link.setKeepAlive(true);
      return new Connection(link);
    } catch (error) {
      throw new ConnectionLost(systemWords(error));
    }
  }

  async send(words: readonly Uint8Array[]): Promise<void> {
    await this.write(encodeRequest(words));
  }

  /** Writes bytes as they are; resolves when the system has taken all of them. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += await this.#link.write(bytes.subarray(at));
    } catch (error) {
      throw new ConnectionLost(systemWords(error));
    }
  }

  /** The next reply already received, or undefined. Throws ReplyProtocolError. */
  received(): Reply | undefined {
    return this.#decoder.next();
  }

  /** Waits for more bytes. Throws ConnectionLost when the server closed the link. */
  async receive(): Promise<void> {
    let count: number | null;
    try {
      count = await this.#link.read(this.#readBuffer);
    } catch (error) {
      throw new ConnectionLost(systemWords(error));
    }
    if (count === null) throw new ConnectionLost("Server closed the connection");
    this.#decoder.push(this.#readBuffer.subarray(0, count));
  }

  /** The next reply, waiting for it. Throws ConnectionLost or ReplyProtocolError. */
  async reply(): Promise<Reply> {
    for (;;) {
      const reply = this.received();
      if (reply !== undefined) return reply;
      await this.receive();
    }
  }

  /** Closes the link; a read or write under way then throws ConnectionLost. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#link.close();
  }
}

function systemWords(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "No such file or directory";
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\)/, "").replace(/^failed to lookup .*?: /, "");
}
