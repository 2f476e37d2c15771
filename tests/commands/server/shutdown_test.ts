import { assert, assertEquals } from "@std/assert";
import type { ShutdownOptions } from "../../../src/engine/ports.ts";
import { EngineHarness } from "../../support/engine_harness.ts";

/** A server that notes how it was told to stop, and answers `refusal`. */
function stoppable(refusal?: string): { harness: EngineHarness; asked: ShutdownOptions[] } {
  const harness = new EngineHarness();
  const asked: ShutdownOptions[] = [];
  harness.engine.ports.process.shutdown = (options) => {
    asked.push(options);
    return refusal;
  };
  return { harness, asked };
}

Deno.test("SHUTDOWN stops the server without a reply", () => {
  const { harness, asked } = stoppable();
  harness.client.send("SHUTDOWN");
  assertEquals(harness.client.takeReplies(), []);
  assertEquals(asked, [{ save: "default", now: false, force: false }]);
});

Deno.test("SHUTDOWN passes its modifiers on, in any case and order", () => {
  const { harness, asked } = stoppable();
  harness.client.send("SHUTDOWN force NOSAVE Now");
  assertEquals(asked, [{ save: "nosave", now: true, force: true }]);
});

Deno.test("SHUTDOWN answers why the server cannot stop", () => {
  const { harness } = stoppable("ERR Errors trying to SHUTDOWN. Check logs.");
  assertEquals(
    harness.client.refusal("SHUTDOWN SAVE"),
    "ERR Errors trying to SHUTDOWN. Check logs.",
  );
  assertEquals(harness.run("PING"), "PONG");
});

Deno.test("SHUTDOWN refuses modifiers that contradict each other", () => {
  const { harness, asked } = stoppable();
  for (const words of ["SAVE NOSAVE", "ABORT NOW", "ABORT SAVE", "BOGUS"]) {
    assertEquals(harness.client.refusal(`SHUTDOWN ${words}`), "ERR syntax error");
  }
  assertEquals(asked, []);
});

Deno.test("SHUTDOWN ABORT needs a shutdown in progress", () => {
  const { harness } = stoppable();
  assertEquals(harness.client.refusal("SHUTDOWN ABORT"), "ERR No shutdown in progress.");
  harness.engine.ports.process.abortShutdown = () => true;
  assertEquals(harness.run("SHUTDOWN ABORT"), "OK");
});

Deno.test("SHUTDOWN is not for transactions", () => {
  const { harness, asked } = stoppable();
  harness.run("MULTI");
  assert(harness.client.refusal("SHUTDOWN").startsWith("ERR Command not allowed inside"));
  assertEquals(asked, []);
});
