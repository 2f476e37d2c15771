// A row of the command table: facts and handler.
import type { Call } from "./call.ts";
import type { CommandFacts } from "./facts.ts";
import type { Wait } from "./wait.ts";

/** Runs a command: reads its arguments, looks, decides, changes, replies. Never awaits. */
export type Handler = (call: Call) => Wait | void;

/** One entry of a table.ts. A container has subcommands; its handler, if any, runs without one. */
export interface CommandSpec extends CommandFacts {
  readonly handler?: Handler;
  readonly subcommands?: readonly CommandSpec[];
}
