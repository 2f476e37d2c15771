/** Picks what the command line asks for, runs it and sets the exit status. */

import { readCommandLine, type ServerFlags } from "./src/cli/flags.ts";
import { loadConfig, StartError } from "./src/cli/load_config.ts";
import { SUBCOMMANDS } from "./src/cli/subcommands.ts";
import { usage, versionLine } from "./src/cli/usage.ts";
import { runServer } from "./src/server.ts";

async function main(args: readonly string[]): Promise<number> {
  const request = readCommandLine(args, new Set(SUBCOMMANDS.keys()));
  switch (request.kind) {
    case "help":
      print(usage([...SUBCOMMANDS].map(([name, { summary }]) => [name, summary])));
      return 0;
    case "version":
      print(versionLine());
      return 0;
    case "subcommand":
      return await SUBCOMMANDS.get(request.name)!.run(request.args);
    case "server":
      return await serve(request.flags);
  }
}

async function serve(flags: ServerFlags): Promise<number> {
  try {
    return await runServer(await loadConfig(flags));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    console.error(`\n${error.message}`);
    return 1;
  }
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
