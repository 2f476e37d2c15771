/** One way to die, or to be hindered, that is tried once: what it is called, and how it went. */

import { startMiniredis } from "../support/miniredis_server.ts";
import { type Plain, plain } from "../support/reply.ts";
import { type Argument, RespClient } from "../support/resp_client.ts";
import type { Flags, ServerProcess } from "../support/server_process.ts";

export interface Scenario {
  /** A sentence. */
  readonly name: string;
  /** Why it cannot be tried here. */
  readonly skipped?: string;
  /** Throws what is wrong; answers why it could not be tried after all. */
  readonly run: (tools: ScenarioTools) => Promise<string | undefined | void>;
}

export interface ScenarioTools {
  /** A folder for this scenario alone. */
  readonly dir: string;
  /** Starts a server; all are stopped when the scenario is over. */
  readonly start: (flags: Flags, options?: { dir?: string }) => Promise<Guest>;
  readonly executable: string | undefined;
}

/** A server of a scenario, with a client. */
export interface Guest {
  readonly server: ServerProcess;
  readonly client: RespClient;
  /** Runs a command; an error is a value. */
  readonly ask: (...words: Argument[]) => Promise<Plain>;
}

/** One row of the report. */
export interface ScenarioResult {
  readonly name: string;
  readonly outcome: "ok" | "skipped" | "FAILED";
  readonly detail: string;
}

/** Runs scenarios, one after the other. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  executable: string | undefined,
): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) results.push(await runScenario(scenario, executable));
  return results;
}

async function runScenario(
  { name, skipped, run }: Scenario,
  executable: string | undefined,
): Promise<ScenarioResult> {
  if (skipped !== undefined) return { name, outcome: "skipped", detail: skipped };
  const dir = Deno.makeTempDirSync({ prefix: "miniredis_crash_" });
  const guests: Guest[] = [];
  const start = async (flags: Flags, options: { dir?: string } = {}) => {
    const server = await startMiniredis(
      { "enable-debug-command": "local", ...flags },
      { dir: options.dir ?? dir, executable: executable ?? "" },
    );
    const client = await RespClient.connect({ port: server.port });
    const ask = async (...words: Argument[]) => plain(await client.send(...words));
    guests.push({ server, client, ask });
    return guests.at(-1)!;
  };
  try {
    const reason = await run({ dir, start, executable });
    if (typeof reason === "string") return { name, outcome: "skipped", detail: reason };
    return { name, outcome: "ok", detail: "" };
  } catch (error) {
    const logs = guests.map(({ server }) => server.log.slice(-2000)).join("\n--\n");
    return { name, outcome: "FAILED", detail: `${(error as Error).stack}\n${logs}` };
  } finally {
    for (const { client, server } of guests) {
      client.close();
      await server.stop("SIGKILL");
    }
    await Deno.remove(dir, { recursive: true }).catch(() => {});
  }
}

/** Waits until a line of INFO persistence says so. */
export async function untilInfo({ ask }: Guest, line: string, timeoutMs = 20_000): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const info = String(await ask("INFO", "persistence"));
    if (info.split("\r\n").includes(line)) return;
    if (performance.now() > deadlineMs) throw new Error(`INFO does not say ${line}:\n${info}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Runs a save in the background and waits until it is over; answers whether INFO says ok. */
export async function backgroundSave(guest: Guest): Promise<boolean> {
  await guest.ask("BGSAVE");
  await untilInfo(guest, "rdb_bgsave_in_progress:0");
  return String(await guest.ask("INFO", "persistence")).includes("rdb_last_bgsave_status:ok");
}

/** As {@link backgroundSave}, of the append-only file. */
export async function rewrite(guest: Guest): Promise<boolean> {
  await guest.ask("BGREWRITEAOF");
  await untilInfo(guest, "aof_rewrite_scheduled:0");
  await untilInfo(guest, "aof_rewrite_in_progress:0");
  return String(await guest.ask("INFO", "persistence")).includes("aof_last_bgrewrite_status:ok");
}
