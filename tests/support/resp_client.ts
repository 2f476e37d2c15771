/** A small RESP client for tests: it keeps every type of a reply, and can also hand out the raw bytes. */

import { concat } from "@std/bytes";
import { parseReply, type Reply } from "./reply.ts";

export type Argument = string | number | Uint8Array;

const DEFAULT_TIMEOUT_MS = 10_000;
const READ_SIZE = 64 * 1024;

/** A string argument is Latin-1, one character a byte, so that every byte can be written. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 255) throw new Error(`not a Latin-1 string: ${JSON.stringify(text)}`);
    bytes[index] = code;
  }
  return bytes;
}

/** The bytes of a command as an array of bulk strings. */
export function encodeCommand(args: readonly Argument[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [latin1(`*${args.length}\r\n`)];
  for (const argument of args) {
    const bytes = argument instanceof Uint8Array ? argument : latin1(String(argument));
    parts.push(latin1(`$${bytes.length}\r\n`), bytes, latin1("\r\n"));
  }
  return concat(parts);
}

export class RespClient {
  /** Push messages that arrived while a reply was awaited, oldest first. */
  readonly pushes: Reply[] = [];
  readonly #conn: Deno.Conn;
  readonly #timeoutMs: number;
  #buffer = new Uint8Array(READ_SIZE);
  #start = 0;
  #end = 0;
  #pendingRead: Promise<number | null> | null = null;
  #closed = false;

  private constructor(conn: Deno.Conn, timeoutMs: number) {
    this.#conn = conn;
    this.#timeoutMs = timeoutMs;
  }

  /** Connects to a TCP port, or to a unix socket where `path` is given. */
  static async connect(
    options: { port?: number; hostname?: string; path?: string; timeoutMs?: number },
  ): Promise<RespClient> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (options.path !== undefined) {
      return new RespClient(
        await Deno.connect({ transport: "unix", path: options.path }),
        timeoutMs,
      );
    }
    const conn = await Deno.connect({
      hostname: options.hostname ?? "127.0.0.1",
      port: options.port ?? 6379,
    });
    conn.setNoDelay(true);
    return new RespClient(conn, timeoutMs);
  }

  /** Sends one command and returns its reply; an error reply is a value. */
  async send(...args: Argument[]): Promise<Reply> {
    await this.write(encodeCommand(args));
    return await this.reply();
  }

  /** Sends commands in one write and returns their replies in order. */
  async pipeline(commands: readonly (readonly Argument[])[]): Promise<Reply[]> {
    const writing = this.write(concat(commands.map(encodeCommand)));
    const replies: Reply[] = [];
    for (let index = 0; index < commands.length; index++) replies.push(await this.reply());
    await writing;
    return replies;
  }

  /** Writes bytes as they are; a string is Latin-1. */
  async write(data: string | Uint8Array): Promise<void> {
    let bytes = typeof data === "string" ? latin1(data) : data;
    while (bytes.length > 0) bytes = bytes.subarray(await this.#conn.write(bytes));
  }

  /** The next reply; push messages before it go to `pushes`. */
  async reply(): Promise<Reply> {
    while (true) {
      const message = await this.message();
      if (message.type !== "push") return message;
      this.pushes.push(message);
    }
  }

  /** The next message of any kind, a push included. Fails when the server closes or the time is up. */
  async message(): Promise<Reply> {
    return (await this.#next()).reply;
  }

  /** The exact bytes of the next message. */
  async messageBytes(): Promise<Uint8Array> {
    return (await this.#next()).bytes;
  }

  /** Sends one command and returns the exact bytes of its reply. */
  async sendRaw(...args: Argument[]): Promise<Uint8Array> {
    await this.write(encodeCommand(args));
    return await this.messageBytes();
  }

  /** Everything the server sends until it closes the connection. */
  async readToEnd(): Promise<Uint8Array> {
    while (await this.#fill());
    const rest = this.#buffer.slice(this.#start, this.#end);
    this.#start = this.#end;
    return rest;
  }

  /** True when nothing arrives for `ms` milliseconds. */
  async silentFor(ms: number): Promise<boolean> {
    if (this.#end > this.#start) return false;
    try {
      await this.#fill(ms);
      return false;
    } catch (error) {
      if (error instanceof ReplyTimeout) return true;
      throw error;
    }
  }

  /** Ends the sending side: the server reads end of stream. */
  async closeWrite(): Promise<void> {
    await this.#conn.closeWrite();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
    this.#pendingRead?.catch(() => {});
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #next(): Promise<{ reply: Reply; bytes: Uint8Array }> {
    while (true) {
      const parsed = parseReply(this.#buffer.subarray(0, this.#end), this.#start);
      if (parsed !== null) {
        const bytes = this.#buffer.slice(this.#start, parsed.end);
        this.#start = parsed.end;
        return { reply: parsed.reply, bytes };
      }
      if (!await this.#fill()) throw new Error("the server closed the connection");
    }
  }

  /** Reads once; false at the end of the stream. A read that timed out is awaited by the next call. */
  async #fill(timeoutMs = this.#timeoutMs): Promise<boolean> {
    if (this.#pendingRead === null) {
      this.#makeRoom();
      this.#pendingRead = this.#conn.read(this.#buffer.subarray(this.#end));
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const expired = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new ReplyTimeout(`no reply in ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      const count = await Promise.race([this.#pendingRead, expired]);
      this.#pendingRead = null;
      if (count === null) return false;
      this.#end += count;
      return true;
    } finally {
      clearTimeout(timer);
    }
  }

  #makeRoom(): void {
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (this.#buffer.length - this.#end >= READ_SIZE / 2) return;
    const used = this.#end - this.#start;
    const grown = new Uint8Array(Math.max(READ_SIZE, used * 2 + READ_SIZE));
    grown.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = grown;
    this.#start = 0;
    this.#end = used;
  }
}

/** The server did not answer in time. */
export class ReplyTimeout extends Error {
  override readonly name = "ReplyTimeout";
}
