/** Runs the client, or redis-cli, as a process and gathers what it printed. */

import { latin1, latin1Bytes } from "../../../src/base/bytes.ts";
import { projectDir } from "../../support/miniredis_server.ts";
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

/** The client's program and its arguments before those of a test. */
export const clientCommand: readonly string[] = [
  Deno.execPath(),
  "run",
  "--no-prompt",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  `--config=${projectDir}/deno.json`,
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
