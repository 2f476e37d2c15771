/** This project's server as a subprocess: from source, or the executable that MINIREDIS_EXECUTABLE names. */

import { resolve } from "node:path";
import { RespClient } from "./resp_client.ts";
import { type Flags, ServerProcess } from "./server_process.ts";

/** The project's top folder, without a slash at the end. */
export const projectDir: string = folderAbove(import.meta.dirname!, 2);

/** How the program is run: the executable, or Deno with exactly the permissions of the task `start`. */
export function programCommand(
  executable = Deno.env.get("MINIREDIS_EXECUTABLE"),
): { command: string; args: string[] } {
  if (executable) return { command: resolve(projectDir, executable), args: [] };
  const [deno, ...args] = taskCommand("start").split(" ");
  if (deno !== "deno") throw new Error("the task start does not begin with deno");
  return { command: Deno.execPath(), args };
}

/** The command line of a task of deno.json. */
export function taskCommand(name: string): string {
  const config = JSON.parse(Deno.readTextFileSync(`${projectDir}/deno.json`));
  return config.tasks[name].command;
}

/** Starts the server in a temporary folder, or on `dir`, on a free port. */
export function startMiniredis(
  flags: Flags = {},
  options: { dir?: string; executable?: string; withoutWaiting?: boolean } = {},
): Promise<ServerProcess> {
  const { command, args } = programCommand(options.executable);
  return ServerProcess.start({
    command,
    args,
    flags,
    cwd: projectDir,
    dir: options.dir,
    withoutWaiting: options.withoutWaiting,
  });
}

/** Runs `check` with a fresh server and a client of it. */
export async function withMiniredis(
  check: (client: RespClient, server: ServerProcess) => Promise<void>,
  flags: Flags = {},
): Promise<void> {
  await using server = await startMiniredis(flags);
  using client = await RespClient.connect({ port: server.port });
  await check(client, server);
}

function folderAbove(path: string, levels: number): string {
  return path.split(/[\\/]/).slice(0, -levels).join("/");
}
