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
  ["check-rdb", {
    summary: "checks a dump: FILE",
    run: async (args) => (await import("./check/check_rdb.ts")).runCheckRdb(args),
  }],
  ["check-aof", {
    summary: "checks an append-only file: [--fix | --truncate-to-timestamp N] FILE|MANIFEST",
    run: async (args) => (await import("./check/check_aof.ts")).runCheckAof(args),
  }],
]);
