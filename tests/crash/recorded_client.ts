/** A client that writes without pause, and remembers what was acknowledged and when. */

import { concat } from "@std/bytes";
import { encodeCommand, RespClient } from "../support/resp_client.ts";
import { type Plain, plain } from "../support/reply.ts";
import type { Seeded } from "../support/seeded.ts";
import { commandsOf, isMarker } from "./numbered_writes.ts";

const MOST_WRITES_AT_ONCE = 16;

export class RecordedClient {
  /** Number of the first write of this life of the server. */
  readonly first: number;
  /** Writes that were sent, and that were acknowledged, those of former lives included. */
  sent: number;
  acknowledged: number;
  /** When each was acknowledged, from {@link first} on; of performance.now. */
  readonly acknowledgedAtMs: number[] = [];
  /** How many markers there were with each marker of this client: [number of the write, markers]. */
  readonly markers: [write: number, markers: number][] = [];
  /** What was wrong with a reply. */
  fault: string | undefined;
  readonly database: number;
  readonly #random: Seeded;
  #client: RespClient | undefined;
  #stopped = false;

  constructor(database: number, first: number, random: Seeded) {
    this.database = database;
    this.first = this.sent = this.acknowledged = first;
    this.#random = random;
  }

  /** Writes until {@link stop} is called or the server is gone. */
  async run(port: number): Promise<void> {
    try {
      const client = this.#client = await RespClient.connect({ port, timeoutMs: 30_000 });
      await client.send("SELECT", this.database);
      while (!this.#stopped) await this.#batch(client);
    } catch (error) {
      // The server was killed under our hands; one that only stays silent is another matter.
      if ((error as Error).name === "ReplyTimeout") this.fault = (error as Error).message;
    } finally {
      this.#client?.close();
    }
  }

  /** Ends after the batch that is under way. */
  stop(): void {
    this.#stopped = true;
  }

  async #batch(client: RespClient): Promise<void> {
    const writes = Array.from(
      { length: this.#random.between(1, MOST_WRITES_AT_ONCE) },
      () => commandsOf(this.database, this.sent++),
    );
    await client.write(concat(writes.flat().map(encodeCommand)));
    for (const commands of writes) {
      let reply: Plain = null;
      for (const command of commands) {
        reply = plain(await client.reply());
        if (reply instanceof Error) this.#blame(`${command.slice(0, 2).join(" ")}: ${reply}`);
      }
      this.#acknowledge(reply);
    }
  }

  #acknowledge(reply: Plain): void {
    const write = this.acknowledged++;
    this.acknowledgedAtMs.push(performance.now());
    if (isMarker(write)) this.markers.push([write, Number((reply as Plain[])[2])]);
  }

  #blame(fault: string): never {
    this.fault ??= fault;
    throw new Error(fault);
  }
}
