import { assertEquals, assertThrows } from "@std/assert";
import { Logger } from "../../src/base/logger.ts";
import { ManualClock } from "../../src/base/clock.ts";
import { addressOf, BindError, isLoopback, listenOn } from "../../src/net/bind.ts";
import { LiveServer } from "../support/live_server.ts";
import { plain } from "../support/reply.ts";
import { RespClient } from "../support/resp_client.ts";
import { freePort } from "../support/server_process.ts";

const hasIpv6 = (() => {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
})();

function quietLogger(lines: string[] = []): Logger {
  return new Logger({
    clock: new ManualClock(),
    sink: { write: (line) => void lines.push(line) },
    pid: 1,
  });
}

async function pings(options: { port?: number; hostname?: string; path?: string }) {
  using client = await RespClient.connect(options);
  return plain(await client.send("PING"));
}

Deno.test("several addresses share one port", async () => {
  await using server = LiveServer.start({ bind: "127.0.0.1 127.0.0.2" });
  assertEquals(await pings({ port: server.port, hostname: "127.0.0.1" }), "PONG");
  assertEquals(await pings({ port: server.port, hostname: "127.0.0.2" }), "PONG");
});

Deno.test({
  name: "* and ::* are all addresses of both families",
  ignore: !hasIpv6,
  async fn() {
    await using server = LiveServer.start({ bind: "* -::*" });
    assertEquals(await pings({ port: server.port, hostname: "127.0.0.1" }), "PONG");
    assertEquals(await pings({ port: server.port, hostname: "::1" }), "PONG");
    using client = await RespClient.connect({ port: server.port });
    const info = String(plain(await client.send("CLIENT", "INFO")));
    assertEquals(/ addr=127\.0\.0\.1:\d+ laddr=127\.0\.0\.1:\d+ /.test(info), true, info);
  },
});

Deno.test({
  name: "an IPv6 client is listed in brackets",
  ignore: !hasIpv6,
  async fn() {
    await using server = LiveServer.start({ bind: "::1" });
    using client = await RespClient.connect({ port: server.port, hostname: "::1" });
    const info = String(plain(await client.send("CLIENT", "INFO")));
    assertEquals(/ addr=\[::1\]:\d+ laddr=\[::1\]:\d+ /.test(info), true, info);
  },
});

Deno.test("an address with a minus may be missing, one without may not", () => {
  const found = listenOn(["127.0.0.1", "-192.0.2.1"], 0, { logger: quietLogger() });
  assertEquals(found.map(({ hostname }) => hostname), ["127.0.0.1"]);
  for (const { listener } of found) listener.close();
  const lines: string[] = [];
  assertThrows(
    () => listenOn(["127.0.0.1", "192.0.2.1"], 0, { logger: quietLogger(lines) }),
    BindError,
    "Failed listening on port",
  );
  assertEquals(lines.length, 1); // and the sanitizer sees that the first socket is closed again
  assertThrows(() => listenOn(["-192.0.2.1"], 0, { logger: quietLogger() }), BindError);
  assertEquals(listenOn([], 0, { logger: quietLogger() }), []);
});

Deno.test("a port in use is an error that says so", async () => {
  await using server = LiveServer.start();
  const error = assertThrows(
    () => listenOn(["127.0.0.1"], server.port, { logger: quietLogger() }),
    BindError,
  );
  assertEquals(error.inUse, true);
});

Deno.test("CONFIG SET port and bind move the listening sockets, and keep clients", async () => {
  await using server = LiveServer.start();
  using client = await server.connect();
  const oldPort = server.port, newPort = freePort();
  assertEquals(plain(await client.send("CONFIG", "SET", "port", newPort)), "OK");
  assertEquals(await pings({ port: newPort }), "PONG");
  assertEquals(plain(await client.send("CONFIG", "SET", "bind", "127.0.0.1 127.0.0.2")), "OK");
  assertEquals(await pings({ port: newPort, hostname: "127.0.0.2" }), "PONG");
  assertEquals(plain(await client.send("CONFIG", "SET", "bind", "127.0.0.2")), "OK");
  await refused({ port: newPort, hostname: "127.0.0.1" });
  await refused({ port: oldPort });
  assertEquals(plain(await client.send("PING")), "PONG");
  // From all addresses to one of them: the old socket is in the way until it is closed.
  assertEquals(plain(await client.send("CONFIG", "SET", "bind", "*")), "OK");
  await reachable({ port: newPort, hostname: "127.0.0.1" });
  assertEquals(plain(await client.send("CONFIG", "SET", "bind", "127.0.0.1")), "OK");
  await refused({ port: newPort, hostname: "127.0.0.2" });
  await reachable({ port: newPort, hostname: "127.0.0.1" });
});

Deno.test("CONFIG SET port to one that is taken changes nothing", async () => {
  await using other = LiveServer.start();
  await using server = LiveServer.start();
  using client = await server.connect();
  const reply = await client.send("CONFIG", "SET", "port", other.port);
  assertEquals(reply.type, "error");
  assertEquals(await pings({ port: server.port }), "PONG");
  assertEquals(plain(await client.send("CONFIG", "GET", "port")), ["port", String(server.port)]);
});

Deno.test({
  name: "a unix socket is served, replaces a dead one and is removed in the end",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/redis.sock`;
    try {
      for (let round = 0; round < 2; round++) {
        leaveDeadSocket(path);
        const server = LiveServer.start({ unixsocket: path, unixsocketperm: "700" });
        assertEquals(await pings({ path }), "PONG");
        assertEquals((await Deno.lstat(path)).mode! & 0o777, 0o700);
        using client = await RespClient.connect({ path });
        const info = String(plain(await client.send("CLIENT", "INFO")));
        assertEquals(info.includes(` addr=${path}:0 laddr=${path}:0 `), true, info);
        assertEquals(info.includes(" flags=U "), true, info);
        await server[Symbol.asyncDispose]();
        await Deno.lstat(path).then(() => Promise.reject("it is still there"), () => {});
      }
      await Deno.writeTextFile(path, "not a socket");
      assertThrows(
        () => LiveServer.start({ unixsocket: path }),
        Error,
        "Failed opening Unix socket",
      );
      assertEquals(await Deno.readTextFile(path), "not a socket");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("protected mode is about the peer's address, in either notation", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    assertEquals(isLoopback(host), true, host);
  }
  for (const host of ["10.0.0.1", "::ffff:10.0.0.1", "128.0.0.1", "fe80::1", "::2"]) {
    assertEquals(isLoopback(host), false, host);
  }
  const address = (hostname: string) => addressOf({ transport: "tcp", hostname, port: 7 });
  assertEquals(address("::ffff:10.0.0.1"), "10.0.0.1:7");
  assertEquals(address("fe80::1"), "[fe80::1]:7");
});

Deno.test("protected mode turns strangers away while there is no password", async () => {
  const outside = ownAddress();
  if (outside === undefined) {
    return console.log("skipped: this machine has no address but loopback");
  }
  await using server = LiveServer.start({ bind: "*" });
  using stranger = await RespClient.connect({ hostname: outside, port: server.port });
  const answer = new TextDecoder().decode(await stranger.readToEnd());
  assertEquals(answer.startsWith("-DENIED Redis is running in protected mode"), true, answer);
  assertEquals(server.engine.stats.rejectedConnections, 1);
  using local = await server.connect();
  await local.send("CONFIG", "SET", "requirepass", "secret");
  using known = await RespClient.connect({ hostname: outside, port: server.port });
  assertEquals(plain(await known.send("AUTH", "secret")), "OK");
});

function ownAddress(): string | undefined {
  const found = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  );
  return found?.address;
}

function leaveDeadSocket(path: string): void {
  Deno.listen({ transport: "unix", path }).close();
  // Newer versions of Deno remove the file: then there is just none to replace.
}

async function refused(options: { port: number; hostname?: string }): Promise<void> {
  await eventually(async () => {
    try {
      (await Deno.connect(options)).close();
      return false;
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return true;
      throw error;
    }
  });
}

async function reachable(options: { port: number; hostname?: string }): Promise<void> {
  await eventually(async () => {
    try {
      return await pings(options) === "PONG";
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return false;
      throw error;
    }
  });
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("not in two seconds");
}
