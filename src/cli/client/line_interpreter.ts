/** What a line means: a word for the client itself, or a command for the server. */

import { latin1, utf8Bytes } from "../../base/bytes.ts";
import { lowerCased, splitArguments } from "./arguments.ts";
import { type CommandHelp, readCommandDocs } from "./command_docs.ts";
import { generalHelp, helpOn } from "./help.ts";
import type { Session } from "./session.ts";

/** What the reader of lines has to do after one. */
export type AfterLine = "continue" | "quit" | "clear";

/** A command that took this long has its time printed after the reply. */
const SLOW_MS = 500;

/** Runs lines one after the other. */
export class LineInterpreter {
  readonly #session: Session;
  /** Whether the prompt shows the arguments that are still missing. */
  hints = true;
  #commands: CommandHelp[] = [];
  #serverHasNoDocs = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** What the server said of its commands; empty until `learnCommands` succeeded. */
  get commands(): readonly CommandHelp[] {
    return this.#commands;
  }

  /** Asks the server for its commands unless they are known, or cannot be known now. */
  async learnCommands(): Promise<void> {
    if (this.#commands.length > 0 || this.#serverHasNoDocs) return;
    // In a transaction the question would be queued as one of its commands.
    if (this.#session.inTransaction) return;
    const reply = await this.#session.ask(["COMMAND", "DOCS"]);
    if (reply === undefined) return;
    if (reply.kind === "error") {
      // Once the user has authenticated, the answer may be another.
      this.#serverHasNoDocs = !/^(NOAUTH|NOPERM|LOADING)/.test(latin1(reply.bytes));
      return;
    }
    this.#commands = readCommandDocs(reply);
  }

  async run(line: Uint8Array): Promise<AfterLine> {
    const words = splitArguments(line);
    if (words === undefined) {
      await this.#say("Invalid argument(s)\n");
      return "continue";
    }
    if (words.length === 0) return "continue";
    const repeat = repeatCount(words);
    if (repeat !== undefined) {
      words.shift();
      if (!(repeat > 0 && Number.isSafeInteger(repeat))) {
        await this.#say("Invalid repeat count.\n");
        return "continue";
      }
    }
    const name = lowerCased(words[0]);
    if (name === "quit" || name === "exit") return "quit";
    if (name === "clear" && words.length === 1) return "clear";
    if (name.startsWith(":")) await this.#say(this.#setPreference(words.map(lowerCased)));
    else if (name === "help" || name === "?") await this.help(words.slice(1).map(lowerCased));
    else if (name === "connect" && words.length === 3) await this.#connect(words);
    else await this.#issue(words, repeat ?? 1);
    return "continue";
  }

  async #say(text: string): Promise<void> {
    await this.#session.settings.output.bytes(utf8Bytes(text)).flush();
  }

  #setPreference(words: readonly string[]): string {
    if (words[0] !== ":set" || words.length < 2) return `unknown internal command '${words[0]}'\n`;
    if (words[1] !== "hints" && words[1] !== "nohints") return `unknown preference '${words[1]}'\n`;
    this.hints = words[1] === "hints";
    return "";
  }

  async #connect(words: readonly Uint8Array[]): Promise<void> {
    const port = Number(latin1(words[2]));
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      await this.#say("Invalid server port.\n");
      return;
    }
    this.#commands = [];
    this.#serverHasNoDocs = false;
    await this.#session.connectTo(latin1(words[1]), port);
  }

  /** `help`, `help COMMAND`, `help @group`. */
  async help(words: readonly string[]): Promise<void> {
    if (words.length === 0) return await this.#say(generalHelp());
    await this.learnCommands();
    if (this.#commands.length > 0) await this.#say(helpOn(this.#commands, words));
    else await this.#say("Help comes from the server's COMMAND DOCS, which it does not give.\n");
  }

  async #issue(words: readonly Uint8Array[], repeat: number): Promise<void> {
    const startedAtMs = performance.now();
    await this.#session.issue(words, repeat);
    const tookMs = performance.now() - startedAtMs;
    if (tookMs >= SLOW_MS && this.#session.settings.mode === "standard") {
      await this.#say(`(${(tookMs / 1000).toFixed(2)}s)\n`);
    }
  }
}

/** The number before a command that is to be run so many times. */
function repeatCount(words: readonly Uint8Array[]): number | undefined {
  const first = lowerCased(words[0]);
  return words.length > 1 && /^[+-]?\d+$/.test(first) ? Number(first) : undefined;
}
