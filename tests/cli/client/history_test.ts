import { assertEquals } from "@std/assert";
import {
  appendHistory,
  HISTORY_LINES,
  holdsSecret,
  loadHistory,
} from "../../../src/cli/client/history.ts";

Deno.test("lines with passwords are recognized, also behind a repeat count and with quotes", () => {
  const secret = [
    "AUTH x",
    "auth user x",
    '"AUTH" x',
    "3 auth x",
    "ACL SETUSER joe >x",
    "CONFIG SET requirepass x",
    "config set maxmemory 1mb masterauth x",
    "HELLO 3 AUTH u p",
    "hello 3 setname me auth u p",
    "MIGRATE h 1 k 0 10 COPY AUTH p",
    "MIGRATE h 1 '' 0 10 AUTH2 u p KEYS k",
    'AUTH "unfinished',
  ];
  for (const line of secret) assertEquals(holdsSecret(line), true, line);
  const plain = [
    "GET auth",
    "SET requirepass 1",
    "CONFIG GET requirepass",
    "ACL WHOAMI",
    "HELLO 3",
  ];
  for (const line of [...plain, "", '"', "5 INCR x"]) assertEquals(holdsSecret(line), false, line);
});

Deno.test("the history file keeps lines in order and is cut when it is too long", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/history`;
    assertEquals(await loadHistory(path), []);
    await appendHistory(path, "get é");
    await appendHistory(path, "ping");
    assertEquals(await loadHistory(path), ["get é", "ping"]);
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    }
    const many = Array.from({ length: 2 * HISTORY_LINES + 1 }, (_, i) => `line ${i}`);
    await Deno.writeTextFile(path, many.join("\n"));
    assertEquals(await loadHistory(path), many.slice(-HISTORY_LINES));
    assertEquals((await Deno.readTextFile(path)).trim().split("\n").length, HISTORY_LINES);
    await appendHistory(`${directory}/no/such/folder`, "ping");
    assertEquals(await loadHistory(undefined), []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
