/** What stands between typed commands and a link: connecting, the state of the session, streaming. */

import { latin1, utf8Bytes } from "../../base/bytes.ts";
import { type Reply, ReplyProtocolError } from "../../resp/reply.ts";
import { lowerCased } from "./arguments.ts";
import { type Address, Connection, ConnectionLost } from "./connection.ts";
import { formatRaw, formatReply, type OutputMode } from "./format_reply.ts";
import type { ClientOptions } from "./options.ts";
import type { Output } from "./output.ts";
import { repliesPlainText } from "./plain_text_commands.ts";

export interface SessionSettings {
  readonly options: ClientOptions;
  readonly output: Output;
  readonly errors: Output;
  readonly mode: OutputMode;
  readonly showsPushes: boolean;
  /** Whether more commands may follow, so that a lost link is not the end. */
  readonly isInteractive: boolean;
}

const SUBSCRIBING = new Set(["subscribe", "psubscribe", "ssubscribe"]);
const UNSUBSCRIBING = new Set(["unsubscribe", "punsubscribe", "sunsubscribe"]);

/** A conversation with a server that outlives its links. */
export class Session {
  readonly settings: SessionSettings;
  #address: Address;
  #connection: Connection | undefined;
  /** The database commands now run in, and the one to select again after connecting. */
  #database = 0;
  #wantedDatabase: number;
  #inTransaction = false;
  #databaseBeforeTransaction = 0;
  #resp3: ClientOptions["resp3"];
  #takesPushes = false;
  #aborted = false;

  constructor(settings: SessionSettings) {
    this.settings = settings;
    this.#address = settings.options.address;
    this.#wantedDatabase = settings.options.database;
    this.#resp3 = settings.options.resp3;
  }

  /** The link, for tasks that use it in their own way; undefined when there is none. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Whether commands are queued by MULTI at present. */
  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  /** What the next line is asked for with. */
  get prompt(): string {
    if (this.#connection === undefined) return "not connected> ";
    const database = this.#database === 0 ? "" : `[${this.#database}]`;
    return `${this.#place(true)}${database}${this.#inTransaction ? "(TX)" : ""}> `;
  }

  #place(forPrompt: boolean): string {
    const address = this.#address;
    if (address.kind === "unix") return (forPrompt ? "redis " : "") + address.path;
    const isBracketed = forPrompt && address.hostname.includes(":");
    return `${isBracketed ? `[${address.hostname}]` : address.hostname}:${address.port}`;
  }

  /** Drops the link and connects elsewhere. */
  async connectTo(hostname: string, port: number): Promise<boolean> {
    this.#address = { kind: "tcp", hostname, port };
    return await this.connect();
  }

  /** Makes a new link and restores the session on it. Complains unless `quiet`. */
  async connect(quiet = false): Promise<boolean> {
    this.close();
    try {
      this.#connection = await Connection.open(this.#address);
      const restored = await this.#restore(this.#connection);
      if (!restored) this.close();
      return restored;
    } catch (error) {
      this.close();
      if (!(error instanceof ConnectionLost || error instanceof ReplyProtocolError)) throw error;
      const place = this.#place(false);
      if (!quiet) await this.complain(`Could not connect to Redis at ${place}: ${error.message}`);
      return false;
    }
  }

  /** Authenticates, selects the database and the protocol. False when commands must not run. */
  async #restore(connection: Connection): Promise<boolean> {
    const { user, password } = this.settings.options;
    if (password !== undefined) {
      const words = user === undefined ? ["AUTH", password] : ["AUTH", user, password];
      // A server without a password answers with an error as well, and commands run all the same.
      await this.#prepare(connection, words, "AUTH failed");
    }
    const selected = await this.#select(connection);
    let switched = true;
    if (this.#resp3 !== "no") {
      switched = await this.#prepare(connection, ["HELLO", "3"], "HELLO 3 failed") ||
        this.#resp3 === "preferred";
    }
    // Someone at a prompt can see to it; a command must not run in another database than it asks.
    return this.settings.isInteractive || (selected && switched);
  }

  async #select(connection: Connection): Promise<boolean> {
    const wanted = this.#wantedDatabase;
    if (wanted === this.#database) return true;
    const words = ["SELECT", String(wanted)];
    if (!await this.#prepare(connection, words, `SELECT ${wanted} failed`)) return false;
    this.#database = wanted;
    return true;
  }

  async #prepare(connection: Connection, words: string[], complaint: string): Promise<boolean> {
    await connection.send(words.map(utf8Bytes));
    const reply = await connection.reply();
    if (reply.kind !== "error") return true;
    this.settings.errors.ascii(`${complaint}: `).bytes(reply.bytes).ascii("\n");
    await this.settings.errors.flush();
    return false;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#database = 0;
    this.#inTransaction = false;
  }

  /** Ends MONITOR and subscriptions, or whatever the session waits for, by dropping the link. */
  abort(): void {
    if (this.#connection === undefined) return;
    this.#aborted = true;
    this.#connection.close();
  }

  async complain(text: string): Promise<void> {
    await this.settings.errors.bytes(utf8Bytes(text + "\n")).flush();
  }

  /**
   * Runs a command and shows its replies, connecting first when there is no link.
   * @param repeat how many times; negative for ever.
   * @returns false when the link failed, or the reply is an error and `-e` asks to fail on it.
   */
  async issue(command: readonly Uint8Array[], repeat: number): Promise<boolean> {
    this.#aborted = false;
    if (this.#connection === undefined && !await this.connect()) return false;
    try {
      for (let left = repeat; left !== 0; left--) {
        if (!await this.#runOnce(this.#connection!, command)) return false;
        if (this.#connection === undefined) return true;
        const { intervalMs } = this.settings.options;
        if (intervalMs > 0) await new Promise((resolve) => setTimeout(resolve, intervalMs));
      }
      return true;
    } catch (error) {
      if (!(error instanceof ConnectionLost || error instanceof ReplyProtocolError)) throw error;
      this.close();
      if (this.#aborted) return await this.connect();
      if (lowerCased(command[0]) === "shutdown" && error instanceof ConnectionLost) return true;
      await this.complain(`Error: ${error.message}`);
      return false;
    }
  }

  /** One request and its reply without showing them; undefined when there is no answer. */
  async ask(command: readonly string[]): Promise<Reply | undefined> {
    if (this.#connection === undefined && !await this.connect(true)) return undefined;
    try {
      await this.#connection!.send(command.map(utf8Bytes));
      return await this.#reply(this.#connection!);
    } catch (error) {
      if (!(error instanceof ConnectionLost || error instanceof ReplyProtocolError)) throw error;
      this.close();
      return undefined;
    }
  }

  async #runOnce(connection: Connection, command: readonly Uint8Array[]): Promise<boolean> {
    const name = lowerCased(command[0]);
    await connection.send(command);
    if (name === "monitor" || SUBSCRIBING.has(name)) {
      await this.#stream(connection, SUBSCRIBING.has(name));
      return true;
    }
    if (UNSUBSCRIBING.has(name)) return await this.#unsubscribed(connection, command.length - 1);
    const reply = await this.#reply(connection);
    if (!await this.#show(reply, repliesPlainText(command))) return false;
    await this.#follow(connection, command, reply);
    return true;
  }

  /** Shows what the server sends until it sends an error, or the session is aborted. */
  async #stream(connection: Connection, isSubscription: boolean): Promise<void> {
    const { output, mode } = this.settings;
    if (isSubscription && mode !== "raw") {
      output.ascii("Reading messages... (press Ctrl-C to quit)\n");
      await output.flush();
    }
    this.#takesPushes = isSubscription;
    try {
      for (;;) {
        const reply = await this.#reply(connection);
        if (!await this.#show(reply, false) || reply.kind === "error") return;
      }
    } finally {
      this.#takesPushes = false;
    }
  }

  /** Shows the one reply for each channel, which RESP3 sends as pushes. */
  async #unsubscribed(connection: Connection, channels: number): Promise<boolean> {
    this.#takesPushes = true;
    try {
      // Streaming ends with its link, so no channel is left and one reply says so.
      for (let left = Math.max(channels, 1); left > 0; left--) {
        const reply = await this.#reply(connection);
        if (!await this.#show(reply, false)) return false;
        if (reply.kind === "error") break;
      }
      return true;
    } finally {
      this.#takesPushes = false;
    }
  }

  /** The next reply. Pushes that nobody waits for are shown on the way, or dropped. */
  async #reply(connection: Connection): Promise<Reply> {
    for (;;) {
      const reply = await connection.reply();
      if (reply.kind !== "push" || this.#takesPushes) return reply;
      if (this.settings.showsPushes) await this.#showPush(reply);
    }
  }

  async #showPush(push: Reply): Promise<void> {
    const { output, options, mode } = this.settings;
    const keys = mode === "standard" ? invalidatedKeys(push) : undefined;
    if (keys === undefined) formatReply(output, push, { ...options, mode });
    else output.ascii(`-> invalidate: `).bytes(keys).ascii("\n");
    await output.flush();
  }

  /** False when the reply is an error that has to end the program. */
  async #show(reply: Reply, isPlainText: boolean): Promise<boolean> {
    const { output, errors, options, mode, isInteractive } = this.settings;
    if (reply.kind === "error" && options.failsOnErrorReply && !isInteractive) {
      await errors.bytes(reply.bytes).ascii("\n").flush();
      return false;
    }
    if (isPlainText) formatRaw(output, reply, options.elementDelimiter);
    else formatReply(output, reply, { ...options, mode });
    await output.flush();
    return true;
  }

  /** Follows what a command did to the session, for the prompt and for the next link. */
  async #follow(connection: Connection, command: readonly Uint8Array[], reply: Reply) {
    const failed = reply.kind === "error";
    const name = lowerCased(command[0]);
    const count = command.length;
    if (name === "select" && count === 2 && !failed) {
      this.#database = this.#wantedDatabase = Number(latin1(command[1])) || 0;
    } else if (name === "auth" && (count === 2 || count === 3)) {
      await this.#select(connection);
    } else if (name === "multi" && count === 1 && !failed) {
      this.#inTransaction = true;
      this.#databaseBeforeTransaction = this.#database;
    } else if (name === "exec" && count === 1 && this.#inTransaction) {
      this.#endTransaction(failed || reply.kind === "null");
    } else if (name === "discard" && count === 1 && !failed) {
      this.#endTransaction(true);
    } else if (name === "reset" && count === 1 && !failed) {
      this.#inTransaction = false;
      this.#database = this.#wantedDatabase = 0;
      this.#resp3 = "no";
    }
  }

  #endTransaction(wasDropped: boolean): void {
    this.#inTransaction = false;
    if (wasDropped) this.#database = this.#wantedDatabase = this.#databaseBeforeTransaction;
  }
}

/** The keys of an invalidation message between apostrophes; undefined when it is another push. */
function invalidatedKeys(push: Reply): Uint8Array | undefined {
  if (push.kind !== "push" || push.items.length !== 2) return undefined;
  const [name, keys] = push.items;
  if (name.kind !== "bulk" || latin1(name.bytes) !== "invalidate" || keys.kind !== "array") {
    return undefined;
  }
  const text = keys.items.map((key) => "bytes" in key ? `'${latin1(key.bytes)}'` : "").join(", ");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
