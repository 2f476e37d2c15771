/** The real redis-server, for tests that compare with it; where it is absent they are skipped with a clear line. */

import { findProgram } from "./programs.ts";
import { RespClient } from "./resp_client.ts";
import { type Flags, ServerProcess } from "./server_process.ts";

/** The redis-server on the PATH, or null. */
export const redisServerPath: string | null = findProgram("redis-server");

/** Starts redis-server in a temporary folder on a free port. */
export function startRedis(flags: Flags = {}, dir?: string): Promise<ServerProcess> {
  if (redisServerPath === null) throw new Error("redis-server is not on the PATH");
  return ServerProcess.start({ command: redisServerPath, flags, dir });
}

/** Runs `check` with a fresh redis-server and a client of it. */
export async function withRedis(
  check: (client: RespClient, server: ServerProcess) => Promise<void>,
  flags: Flags = {},
): Promise<void> {
  await using server = await startRedis(flags);
  using client = await RespClient.connect({ port: server.port });
  await check(client, server);
}

/** A test that needs redis-server: registered as ignored, and said so, where there is none. */
export function testWithRedis(name: string, check: (t: Deno.TestContext) => Promise<void>): void {
  if (redisServerPath === null) {
    console.log(`skipped, redis-server is not on the PATH: ${name}`);
  }
  Deno.test({ name, ignore: redisServerPath === null, fn: check });
}

/** The version of a running server as `[major, minor, patch]`. */
export async function versionOf(client: RespClient): Promise<number[]> {
  const info = await client.send("INFO", "server");
  const version = "text" in info ? info.text.match(/redis_version:([\d.]+)/) : null;
  if (version === null) throw new Error("INFO has no redis_version");
  return version[1].split(".").map(Number);
}
