/** `miniredis cli`: a client for people without redis-cli, with its options and output. */

import { equals } from "@std/bytes";
import { utf8Bytes } from "../../base/bytes.ts";
import { byteLines, inputPieces, readAllInput } from "./standard_input.ts";
import { lowerCased } from "./arguments.ts";
import { readEnvironment } from "./environment.ts";
import { LineInterpreter } from "./line_interpreter.ts";
import { OptionError } from "./option_error.ts";
import { type ClientOptions, parseOptions } from "./options.ts";
import { Output, OutputClosed } from "./output.ts";
import { runPipe } from "./pipe_task.ts";
import { runPrompt } from "./prompt.ts";
import { runScan } from "./scan_task.ts";
import { Session } from "./session.ts";
import { runStat } from "./stat_task.ts";
import { clientUsage, clientVersion } from "./usage.ts";

/**
 * Runs the client with the words after `cli`.
 * @returns the exit status; the caller exits with it at once, because a read of standard input may
 * still be under way.
 */
export async function runClient(args: string[]): Promise<number> {
  const output = new Output(Deno.stdout);
  const errors = new Output(Deno.stderr);
  try {
    return await runTask(
      parseOptions(args, readEnvironment("REDISCLI_AUTH") || undefined),
      output,
      errors,
    );
  } catch (error) {
    // As with `head`: the reader has seen enough, nothing went wrong.
    if (error instanceof OutputClosed) return 0;
    if (!(error instanceof OptionError)) throw error;
    await errors.bytes(utf8Bytes(error.message + "\n")).flush();
    return 1;
  }
}

async function runTask(options: ClientOptions, output: Output, errors: Output): Promise<number> {
  if (options.task === "help" || options.task === "version") {
    await output.ascii(options.task === "help" ? clientUsage() : clientVersion()).flush();
    return 0;
  }
  if (options.passwordIsVisible) {
    await errors.ascii(
      "Warning: other users of this machine can see a password given with -a or -u; " +
        "REDISCLI_AUTH hides it.\n",
    ).flush();
  }
  const isTerminal = Deno.stdout.isTerminal();
  const session = new Session({
    options,
    output,
    errors,
    mode: options.mode ?? (isTerminal ? "standard" : "raw"),
    showsPushes: options.showsPushes ?? isTerminal,
    isInteractive: options.task === "commands" && options.command.length === 0,
  });
  try {
    if (options.task !== "commands") return await runSpecialTask(session, options.task);
    if (options.command.length > 0) return await runCommand(session);
    const interpreter = new LineInterpreter(session);
    if (Deno.stdin.isTerminal()) return await runPrompt(session, interpreter);
    return await runLines(session, interpreter);
  } finally {
    session.close();
  }
}

async function runSpecialTask(session: Session, task: ClientOptions["task"]): Promise<number> {
  if (!await session.connect()) return 1;
  const connection = session.connection!;
  if (task === "pipe") return await runPipe(session, connection, inputPieces());
  if (task === "scan") return await runScan(session, connection);
  return await runStat(session);
}

async function runCommand(session: Session): Promise<number> {
  const { options } = session.settings;
  const command = await withInput(options);
  if (command === undefined) {
    await session.complain(`Option -X: no argument is '${options.standardInputTag}'.`);
    return 1;
  }
  if (["help", "?"].includes(lowerCased(command[0]))) {
    await new LineInterpreter(session).help(command.slice(1).map(lowerCased));
    return 0;
  }
  return await session.issue(command, options.repeat) ? 0 : 1;
}

/** The command with what -x and -X take from standard input; undefined when the tag is missing. */
async function withInput(options: ClientOptions): Promise<readonly Uint8Array[] | undefined> {
  const { command, standardInputTag } = options;
  if (options.readsLastArgument) return [...command, await readAllInput()];
  if (standardInputTag === undefined) return command;
  const at = command.findIndex((word) => equals(word, utf8Bytes(standardInputTag)));
  if (at === -1) return undefined;
  return command.with(at, await readAllInput());
}

async function runLines(session: Session, interpreter: LineInterpreter): Promise<number> {
  await session.connect();
  for await (const line of byteLines(inputPieces())) {
    if (await interpreter.run(line) === "quit") break;
  }
  return 0;
}
