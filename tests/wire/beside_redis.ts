/** Raw bytes to the server in this process and to redis-server, and whatever comes back. */

import { assertEquals } from "@std/assert";
import { LiveServer } from "../support/live_server.ts";
import { startRedis } from "../support/redis_server.ts";
import { RespClient } from "../support/resp_client.ts";

/** Sends the input on a connection of its own and answers all that comes until the server closes. */
export async function untilClosed(port: number, input: string | Uint8Array): Promise<string> {
  using client = await RespClient.connect({ port });
  try {
    await client.write(input);
    return textOf(await client.readToEnd());
  } catch (error) {
    // The server closed with input of ours unread: what it said before is lost with TCP's reset.
    if (error instanceof Deno.errors.ConnectionReset) return "(reset)";
    throw error;
  }
}

export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Runs `check` with the port of redis-server and of ours, both with the same directives. */
export async function beside(
  directives: Record<string, string>,
  check: (redisPort: number, ourPort: number) => Promise<void>,
): Promise<void> {
  await using redis = await startRedis(directives);
  await using ours = LiveServer.start(directives);
  await check(redis.port, ours.port);
  const complaints = ours.log.filter((line) => line.includes("nternal error"));
  assertEquals(complaints, []);
}
