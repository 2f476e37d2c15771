// Clients that wait for lists, over sockets: many at once, and those that leave.
import { assertEquals } from "@std/assert";
import { LiveServer } from "../support/live_server.ts";
import { plain } from "../support/reply.ts";
import { encodeCommand, type RespClient } from "../support/resp_client.ts";

const COUNT = 40;

async function waiters(server: LiveServer, command: string[]): Promise<RespClient[]> {
  const clients: RespClient[] = [];
  for (let i = 0; i < COUNT; i++) {
    const client = await server.connect();
    await client.write(encodeCommand(command));
    clients.push(client);
    await server.until(() => server.engine.parking.blockedClients === i + 1, "it waits");
  }
  return clients;
}

Deno.test("many clients wait for one list and are served in the order in which they came", async () => {
  await using server = LiveServer.start();
  using pusher = await server.connect();
  const clients = await waiters(server, ["BLPOP", "other", "k", "0"]);
  const elements = Array.from({ length: COUNT }, (_, i) => `e${i}`);
  assertEquals(plain(await pusher.send("RPUSH", "k", ...elements, "left")), COUNT + 1);
  for (const [i, client] of clients.entries()) {
    assertEquals(plain(await client.message()), ["k", `e${i}`]);
    client.close();
  }
  assertEquals(plain(await pusher.send("LRANGE", "k", "0", "-1")), ["left"]);
});

Deno.test("clients that leave while they wait take no element with them", async () => {
  await using server = LiveServer.start();
  using pusher = await server.connect();
  const clients = await waiters(server, ["BLMOVE", "k", "done", "LEFT", "RIGHT", "0"]);
  for (const client of clients.filter((_, i) => i % 2 === 0)) client.close();
  await server.until(() => server.engine.parking.blockedClients === COUNT / 2, "half are gone");
  const elements = Array.from({ length: COUNT }, (_, i) => `e${i}`);
  await pusher.send("RPUSH", "k", ...elements);
  const staying = clients.filter((_, i) => i % 2 === 1);
  for (const [i, client] of staying.entries()) {
    assertEquals(plain(await client.message()), `e${i}`);
    client.close();
  }
  assertEquals(plain(await pusher.send("LRANGE", "done", "0", "-1")), elements.slice(0, COUNT / 2));
  assertEquals(plain(await pusher.send("LRANGE", "k", "0", "-1")), elements.slice(COUNT / 2));
});

Deno.test("what a client sent behind the command that waits is run when the wait is over", async () => {
  await using server = LiveServer.start();
  using pusher = await server.connect();
  using client = await server.connect();
  const commands = [["BLPOP", "k", "0"], ["LLEN", "k"], ["BRPOP", "k", "0.05"], ["PING"]];
  for (const command of commands) await client.write(encodeCommand(command));
  await server.until(() => server.engine.parking.blockedClients === 1, "it waits");
  await pusher.send("RPUSH", "k", "a");
  const replies = [];
  for (let i = 0; i < commands.length; i++) replies.push(plain(await client.message()));
  assertEquals(replies, [["k", "a"], 0, null, "PONG"]);
});

Deno.test("a client that is killed or unblocked while it waits is out of the queue", async () => {
  await using server = LiveServer.start();
  using admin = await server.connect();
  const clients: RespClient[] = [];
  const ids: number[] = [];
  for (let i = 0; i < 3; i++) {
    const client = await server.connect();
    ids.push(Number(plain(await client.send("CLIENT", "ID"))));
    await client.write(encodeCommand(["BRPOP", "k", "100"]));
    clients.push(client);
    await server.until(() => server.engine.parking.blockedClients === i + 1, "it waits");
  }
  await admin.send("CLIENT", "KILL", "ID", ids[0]);
  assertEquals(plain(await admin.send("CLIENT", "UNBLOCK", ids[1], "TIMEOUT")), 1);
  await server.until(() => server.engine.parking.blockedClients === 1, "one waits");
  assertEquals(plain(await clients[1].message()), null);
  await admin.send("RPUSH", "k", "a", "b");
  assertEquals(plain(await clients[2].message()), ["k", "b"]);
  assertEquals(plain(await admin.send("LRANGE", "k", "0", "-1")), ["a"]);
  for (const client of clients) client.close();
});
