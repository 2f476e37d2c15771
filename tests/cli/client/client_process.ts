/** Runs the client, or redis-cli, as a process and gathers what it printed. */

import { latin1, latin1Bytes } from "../../../src/base/bytes.ts";
import { projectDir, taskCommand } from "../../support/miniredis_server.ts";
import { findProgram } from "../../support/programs.ts";
import { redisServerPath } from "../../support/redis_server.ts";

export interface Outcome {
  status: number;
  /** Byte strings. */
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Standard input, a byte string; none means that it is empty. */
  input?: string;
  env?: Record<string, string>;
}

export const redisCliPath: string | null = findProgram("redis-cli");

/** The client's program, with exactly the permissions of the task `start`, before the arguments of a test. */
export const clientCommand: readonly string[] = [
  Deno.execPath(),
  "run",
  `--config=${projectDir}/deno.json`,
  ...taskCommand("start").split(" ").filter((word) => word.startsWith("--")),
  `${projectDir}/tests/cli/client/client_entry.ts`,
];

/** Runs this project's client with the given arguments. */
export function runOwnClient(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return run([...clientCommand, ...args], options);
}

/** Runs redis-cli with the given arguments. */
export function runRedisCli(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  if (redisCliPath === null) throw new Error("redis-cli is not on the PATH");
  return run([redisCliPath, ...args], options);
}

/** Runs a program to its end. */
export async function run([program, ...args]: string[], options: RunOptions): Promise<Outcome> {
  const child = new Deno.Command(program, {
    args,
    env: { MINIREDIS_HISTFILE: "", ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writing = feed(child.stdin, latin1Bytes(options.input ?? ""));
  const { code, stdout, stderr } = await child.output();
  await writing;
  return { status: code, stdout: latin1(stdout), stderr: latin1(stderr) };
}

async function feed(stream: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = stream.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // A program may end without having read all of it.
    await writer.abort().catch(() => {});
  }
}

/** A test that compares with redis-cli: said to be skipped where it or redis-server is absent. */
export function testWithRedisCli(name: string, check: () => Promise<void>): void {
  const ignore = redisCliPath === null || redisServerPath === null;
  if (ignore) console.log(`skipped, redis-cli or redis-server is not on the PATH: ${name}`);
  Deno.test({ name, ignore, fn: check });
}

const WAIT_MS = 20_000;

/** A program that goes on running while a test talks with it. */
export class LiveProcess {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #readings: Promise<void>[];
  #wake = () => {};
  /** What it printed so far, standard output and errors together; a byte string. */
  text = "";

  constructor([program, ...args]: string[], env: Record<string, string> = {}) {
    this.#child = new Deno.Command(program, {
      args,
      env: { MINIREDIS_HISTFILE: "", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#readings = [this.#gather(this.#child.stdout), this.#gather(this.#child.stderr)];
  }

  async #gather(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const bytes of stream) {
      this.text += latin1(bytes);
      this.#wake();
    }
  }

  /** Resolves when the bytes have been taken. */
  async send(text: string): Promise<void> {
    await this.#input.write(latin1Bytes(text));
  }

  /** Waits until everything printed since `from` holds the text; answers where it ends. */
  async waitFor(wanted: string, from = 0): Promise<number> {
    const deadline = performance.now() + WAIT_MS;
    for (;;) {
      const at = this.text.indexOf(wanted, from);
      if (at !== -1) return at + wanted.length;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) {
        throw new Error(`no ${JSON.stringify(wanted)} in ${JSON.stringify(this.text)}`);
      }
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, leftMs);
      });
      clearTimeout(timer);
    }
  }

  /** Waits for the end. Answers the exit status. */
  async end(): Promise<number> {
    await this.#input.close().catch(() => {});
    await Promise.all(this.#readings);
    return (await this.#child.status).code;
  }

  /** Stops it at once and waits for the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.end();
  }
}
