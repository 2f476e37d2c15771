import { runClient } from "./client/main.ts";

/** A program in the same executable: its help line, and what runs it and answers the exit status. */
export interface Subcommand {
  readonly summary: string;
  run(args: string[]): Promise<number>;
}

/** Subcommands by name, in the order `--help` lists them. */
export const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["cli", { summary: "client: a prompt, or one command and its reply", run: runClient }],
]);
