/** The servers of a run: redis-server without persistence, this server, and the bare echo. */

import { programCommand, projectDir } from "../support/miniredis_server.ts";
import { redisServerPath } from "../support/redis_server.ts";
import { type Flags, ServerProcess } from "../support/server_process.ts";

export type Opponent = "ours" | "redis" | "echo";

export interface Bench {
  /** How many alternating pairs each row is the median of. */
  pairs: number;
  /** The executable under test; undefined means from source. */
  executable: string | undefined;
  /** Prints a line of progress. */
  say: (text: string) => void;
}

/** Starts one of them on a free port, in a folder of its own or in `dir`. */
export function start(
  bench: Bench,
  who: Opponent,
  flags: Flags = {},
  dir?: string,
): Promise<ServerProcess> {
  const common = { flags: { save: "", appendonly: "no", ...flags }, dir };
  switch (who) {
    case "redis":
      return ServerProcess.start({ command: redisServerPath!, ...common });
    case "ours":
      return ServerProcess.start({
        ...programCommand(bench.executable ?? ""),
        cwd: projectDir,
        ...common,
      });
    case "echo":
      return ServerProcess.start({
        command: Deno.execPath(),
        args: ["run", "--allow-net", `${import.meta.dirname}/echo_server.ts`],
        cwd: projectDir,
        ...common,
      });
  }
}

/** Runs `measure` for ours and redis in turn, the order swapped from pair to pair. */
export async function alternate(
  bench: Bench,
  measure: (who: "ours" | "redis") => Promise<number>,
): Promise<{ ours: number; other: number }[]> {
  const pairs = [];
  for (let pair = 0; pair < bench.pairs; pair++) {
    const first = pair % 2 === 0 ? "redis" : "ours";
    const firstFigure = await measure(first);
    const secondFigure = await measure(first === "redis" ? "ours" : "redis");
    const [ours, other] = first === "ours"
      ? [firstFigure, secondFigure]
      : [secondFigure, firstFigure];
    pairs.push({ ours, other });
  }
  return pairs;
}
