/** A real redis-server and the server under test, side by side, given the same commands. */

import { startMiniredis } from "../support/miniredis_server.ts";
import { startRedis, versionOf } from "../support/redis_server.ts";
import { quote, type Reply, show } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";
import type { Flags, ServerProcess } from "../support/server_process.ts";
import { type Comparison, EXACT, sameReply } from "./compare.ts";

export interface Step {
  words: string[];
  comparison: Comparison;
}

export interface Difference {
  index: number;
  words: string[];
  expected: Reply;
  actual: Reply;
}

/** Flags both servers get, so that everything worth comparing is allowed and nothing is saved. */
const FLAGS: Flags = { "enable-debug-command": "yes", "hz": 10 };

export class ServerPair {
  readonly #clients: { redis: RespClient; ours: RespClient }[] = [];

  private constructor(
    readonly redis: ServerProcess,
    readonly ours: ServerProcess,
    /** The version of the real server, as `[7, 0, 15]`. */
    readonly redisVersion: number[],
  ) {}

  static async start(
    flags: Flags = {},
    startOurs: (flags: Flags) => Promise<ServerProcess> = startMiniredis,
  ): Promise<ServerPair> {
    const redis = await startRedis({ ...FLAGS, ...flags });
    try {
      const ours = await startOurs({ ...FLAGS, ...flags });
      using client = await RespClient.connect({ port: redis.port });
      return new ServerPair(redis, ours, await versionOf(client));
    } catch (error) {
      await redis.stop();
      throw error;
    }
  }

  /** A new connection to each server; closed with the pair. */
  async connect(): Promise<ClientPair> {
    const redis = await RespClient.connect({ port: this.redis.port });
    const ours = await RespClient.connect({ port: this.ours.port });
    this.#clients.push({ redis, ours });
    return new ClientPair(redis, ours);
  }

  /** Empties both servers. */
  async flush(): Promise<void> {
    const client = await this.connect();
    await client.run([{ words: ["FLUSHALL"], comparison: EXACT }]);
    client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { redis, ours } of this.#clients) {
      redis.close();
      ours.close();
    }
    await Promise.all([this.redis.stop(), this.ours.stop()]);
  }
}

/** One connection to each server. */
export class ClientPair {
  constructor(readonly redis: RespClient, readonly ours: RespClient) {}

  /** Sends the commands to both in one pipeline; the first reply that differs, or null. */
  async run(steps: readonly Step[]): Promise<Difference | null> {
    const commands = steps.map((step) => step.words);
    const [expected, actual] = await Promise.all([
      this.redis.pipeline(commands),
      this.ours.pipeline(commands),
    ]);
    const index = steps.findIndex(({ comparison }, at) =>
      !sameReply(expected[at], actual[at], comparison)
    );
    if (index < 0) return null;
    return { index, words: commands[index], expected: expected[index], actual: actual[index] };
  }

  close(): void {
    this.redis.close();
    this.ours.close();
  }
}

/** What a person needs to see of a difference. */
export function describe(difference: Difference): string {
  return [
    `command:      ${showWords(difference.words)}`,
    `redis-server: ${show(difference.expected)}`,
    `miniredis:    ${show(difference.actual)}`,
  ].join("\n");
}

/** A command as it can be typed into redis-cli. */
export function showWords(words: readonly string[]): string {
  return words.map((word) => /^[!-~]+$/.test(word) && !/["'\\]/.test(word) ? word : quote(word))
    .join(" ");
}
