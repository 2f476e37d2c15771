/** A client that has saves and rewrites made while others write, and knows what a completed one holds. */

import { RespClient } from "../support/resp_client.ts";
import { plain } from "../support/reply.ts";
import type { Seeded } from "../support/seeded.ts";
import type { RecordedClient } from "./recorded_client.ts";

/** What is asked for: the commands, of which one is drawn each time. */
export type SaveCommand = "SAVE" | "BGSAVE" | "BGREWRITEAOF";

const POLL_MS = 5;
/** Some other save or rewrite is under way: nothing that a client could help. */
const BUSY = /in progress|already|active|can't/i;

export class SaveRequester {
  /** Writes of each client that were acknowledged when the last completed save was asked for. */
  saved: number[];
  completed = 0;
  /** Asked for and not yet known to be completed. */
  pending: SaveCommand | undefined;
  fault: string | undefined;
  readonly #clients: readonly RecordedClient[];
  readonly #commands: readonly SaveCommand[];
  readonly #random: Seeded;
  #client: RespClient | undefined;
  #stopped = false;

  constructor(
    clients: readonly RecordedClient[],
    commands: readonly SaveCommand[],
    random: Seeded,
  ) {
    this.#clients = clients;
    this.#commands = commands;
    this.#random = random;
    this.saved = clients.map(({ first }) => first);
  }

  /** Has one save made after the other, with pauses, until {@link stop} or the end of the server. */
  async run(port: number, longestPauseMs: number): Promise<void> {
    try {
      this.#client = await RespClient.connect({ port, timeoutMs: 30_000 });
      while (!this.#stopped) {
        await sleep(this.#random.below(longestPauseMs));
        if (!this.#stopped) await this.#request(this.#client);
      }
    } catch (error) {
      if ((error as Error).name === "ReplyTimeout") this.fault = (error as Error).message;
    } finally {
      this.#client?.close();
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  async #request(client: RespClient): Promise<void> {
    const acknowledged = this.#clients.map((one) => one.acknowledged);
    const command = this.pending = this.#random.pick(this.#commands);
    const reply = plain(await client.send(command));
    if (reply instanceof Error) {
      this.pending = undefined;
      if (!BUSY.test(reply.message)) this.fault = `${command}: ${reply.message}`;
      return;
    }
    if (command !== "SAVE") await this.#wait(client, command);
    this.pending = undefined;
    this.completed++;
    if (command !== "BGREWRITEAOF") this.saved = acknowledged;
  }

  async #wait(client: RespClient, command: SaveCommand): Promise<void> {
    const [running, status] = command === "BGSAVE"
      ? ["rdb_bgsave_in_progress", "rdb_last_bgsave_status"]
      : ["aof_rewrite_in_progress", "aof_last_bgrewrite_status"];
    for (;;) {
      const info = String(plain(await client.send("INFO", "persistence")));
      if (!info.includes(`${status}:ok`)) this.fault = `${command}: INFO does not say ${status}:ok`;
      const scheduled = command === "BGREWRITEAOF" && info.includes("aof_rewrite_scheduled:1");
      if (info.includes(`${running}:0`) && !scheduled) return;
      await sleep(POLL_MS);
    }
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
