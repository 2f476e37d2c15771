/** The prompt on a terminal: node's line editor, with a dim hint of what is still to be typed. */

import process from "node:process";
import * as readline from "node:readline";
import { latin1, utf8Bytes } from "../../base/bytes.ts";
import { splitTypedLine } from "./arguments.ts";
import { completions, remainingSyntax } from "./command_docs.ts";
import { appendHistory, HISTORY_LINES, historyPath, holdsSecret, loadHistory } from "./history.ts";
import type { LineInterpreter } from "./line_interpreter.ts";
import type { Session } from "./session.ts";

const CLEAR_SCREEN = "\x1b[H\x1b[2J";
const CLEAR_TO_LINE_END = "\x1b[0K";
const SAVE_CURSOR = "\x1b7", RESTORE_CURSOR = "\x1b8";
const GREY = "\x1b[90m", PLAIN = "\x1b[0m";

/** Reads lines and runs them until the user leaves. Returns the exit status. */
export async function runPrompt(session: Session, interpreter: LineInterpreter): Promise<number> {
  await session.connect();
  if (session.connection !== undefined) await interpreter.learnCommands();
  const path = historyPath();
  const editor = readline.createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: true,
    historySize: HISTORY_LINES,
    history: (await loadHistory(path)).reverse(),
    removeHistoryDuplicates: true,
    completer: (line: string) => [completions(interpreter.commands, line), line],
  });
  editor.on("history", (lines: string[]) => {
    if (lines.length > 0 && holdsSecret(lines[0])) lines.shift();
  });
  const forgetHints = showHints(editor, interpreter);
  const interrupt = () => session.abort();
  Deno.addSignalListener("SIGINT", interrupt);
  try {
    await new PromptLoop(editor, session, interpreter, path).run();
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
    forgetHints();
    editor.close();
    session.close();
  }
  return 0;
}

class PromptLoop {
  readonly #editor: readline.Interface;
  readonly #session: Session;
  readonly #interpreter: LineInterpreter;
  readonly #historyPath: string | undefined;
  /** Lines pasted at once arrive while the first of them still runs. */
  readonly #lines: string[] = [];
  #isClosed = false;
  #wake = () => {};

  constructor(
    editor: readline.Interface,
    session: Session,
    interpreter: LineInterpreter,
    historyPath: string | undefined,
  ) {
    this.#editor = editor;
    this.#session = session;
    this.#interpreter = interpreter;
    this.#historyPath = historyPath;
    editor.on("line", (line: string) => {
      this.#lines.push(line);
      this.#wake();
    });
    editor.on("SIGINT", () => editor.close());
    editor.on("close", () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  async run(): Promise<void> {
    for (;;) {
      const line = await this.#nextLine();
      if (line === undefined) {
        process.stdout.write("\r\n");
        return;
      }
      this.#setRawMode(false);
      if (line.trim() !== "" && !holdsSecret(line)) await appendHistory(this.#historyPath, line);
      const after = await this.#interpreter.run(utf8Bytes(line));
      if (after === "quit") return;
      if (after === "clear") process.stdout.write(CLEAR_SCREEN);
      if (this.#session.connection !== undefined) await this.#interpreter.learnCommands();
      if (!this.#isClosed) this.#setRawMode(true);
    }
  }

  async #nextLine(): Promise<string | undefined> {
    if (this.#lines.length === 0 && !this.#isClosed) {
      this.#editor.setPrompt(this.#session.prompt);
      this.#editor.prompt();
    }
    while (this.#lines.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#lines.shift();
  }

  /** While a command runs the terminal is in its usual mode, where Ctrl-C is a signal. */
  #setRawMode(isRaw: boolean): void {
    // The editor goes on reading: Deno 2.4 loses the key that follows a pause.
    process.stdin.setRawMode?.(isRaw);
  }
}

/** Shows the arguments still missing behind the cursor. Returns what takes the listeners off. */
function showHints(editor: readline.Interface, interpreter: LineInterpreter): () => void {
  const { stdin, stdout } = process;
  let isShown = false;
  // Before the editor acts on a key, so that no hint is left behind on a line that was entered.
  const hide = () => {
    if (isShown) stdout.write(CLEAR_TO_LINE_END);
    isShown = false;
  };
  const show = (_text: string | undefined, key?: { name?: string }) => {
    if (!interpreter.hints || key?.name === "return" || key?.name === "enter") return;
    if (editor.line === "" || editor.cursor !== editor.line.length) return;
    const words = splitTypedLine(editor.line)?.map((word) => latin1(word)) ?? [];
    if (words.length === 0) return;
    const syntax = remainingSyntax(interpreter.commands, words);
    const room = (stdout.columns || 80) - editor.getCursorPos().cols - 1;
    const hint = (/\s$/.test(editor.line) ? syntax : ` ${syntax}`).slice(0, Math.max(room, 0));
    if (syntax === "" || hint.trim() === "") return;
    stdout.write(SAVE_CURSOR + GREY + hint + PLAIN + RESTORE_CURSOR);
    isShown = true;
  };
  stdin.prependListener("keypress", hide);
  stdin.on("keypress", show);
  return () => {
    stdin.off("keypress", hide);
    stdin.off("keypress", show);
  };
}
