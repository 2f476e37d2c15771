/** The real redis-server, for tests that compare with it; where it is absent they are skipped with a clear line. */

import { findProgram } from "./programs.ts";
import { RespClient } from "./resp_client.ts";
import { type Flags, ServerProcess } from "./server_process.ts";

/**
 * The redis-server that tests compare with, or null: the program that the environment variable
 * REDIS_SERVER names, of whatever version it is, or else the one on the PATH.
 */
export const redisServerPath: string | null = Deno.env.get("REDIS_SERVER") ??
  findProgram("redis-server");

/** Its version as `[major, minor, patch]`; without a server there is none, and any is newer. */
export const redisServerVersion: readonly number[] = programVersion(redisServerPath);

/** Starts redis-server in a temporary folder on a free port. */
export function startRedis(flags: Flags = {}, dir?: string): Promise<ServerProcess> {
  if (redisServerPath === null) throw new Error("there is no redis-server to compare with");
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

/** Versions of redis-server: from `since` on, and before `before`; "" where there is no limit. */
export interface Versions {
  since?: string;
  before?: string;
}

/**
 * A test that needs redis-server, of one of these versions if they are given: registered as ignored,
 * and said so, where there is none.
 */
export function testWithRedis(
  name: string,
  check: (t: Deno.TestContext) => Promise<void>,
  versions: Versions = {},
): void {
  const wanting = redisServerPath === null
    ? "redis-server is not on the PATH"
    : !isAmong(redisServerVersion, versions)
    ? `redis-server ${redisServerVersion.join(".")} is too ${
      isOlder(redisServerVersion, versions.since ?? "") ? "old" : "new"
    }`
    : "";
  if (wanting !== "") console.log(`skipped, ${wanting}: ${name}`);
  Deno.test({ name, ignore: wanting !== "", fn: check });
}

/** Whether a version is one of those. */
export function isAmong(
  version: readonly number[],
  { since = "", before = "" }: Versions,
): boolean {
  return !isOlder(version, since) && (before === "" || isOlder(version, before));
}

/** Whether a version is older than another one, given as text; an empty text asks for nothing. */
export function isOlder(version: readonly number[], than: string): boolean {
  if (than === "") return false;
  for (const [index, wanted] of than.split(".").map(Number).entries()) {
    const has = version[index] ?? 0;
    if (has !== wanted) return has < wanted;
  }
  return false;
}

/** What `--version` says. Valkey counts on by itself: for clients it is the Redis it left. */
function programVersion(path: string | null): number[] {
  if (path === null) return [];
  const { stdout } = new Deno.Command(path, { args: ["--version"] }).outputSync();
  const text = new TextDecoder().decode(stdout);
  if (text.startsWith("Valkey")) return [7, 2, 4];
  const version = text.match(/ v=([\d.]+)/);
  if (version === null) throw new Error(`${path} --version says: ${text}`);
  return version[1].split(".").map(Number);
}

/** The version of a running server as `[major, minor, patch]`. */
export async function versionOf(client: RespClient): Promise<number[]> {
  const info = await client.send("INFO", "server");
  const version = "text" in info ? info.text.match(/redis_version:([\d.]+)/) : null;
  if (version === null) throw new Error("INFO has no redis_version");
  return version[1].split(".").map(Number);
}
