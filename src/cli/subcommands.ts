// Subcommands are imported when they run: the server need not wait for the client's modules. The
// specifier is a literal, so `deno compile` embeds what it names.

/** A program in the same executable: its help line, and what runs it and answers the exit status. */
export interface Subcommand {
  readonly summary: string;
  run(args: string[]): Promise<number>;
}

/** Subcommands by name, in the order `--help` lists them. */
export const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["cli", {
    summary: "client: a prompt, or one command and its reply",
    run: async (args) => await (await import("./client/main.ts")).runClient(args),
  }],
]);
