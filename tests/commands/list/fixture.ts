/** What tests of lists share. */

import { assert, assertEquals } from "@std/assert";
import { EngineHarness, type HarnessClient, type Line } from "../../support/engine_harness.ts";
import { type Plain, plain } from "../../support/reply.ts";

/** A new client that sent a command it has to wait for. */
export function waiting(harness: EngineHarness, line: Line): HarnessClient {
  const client = harness.connect();
  client.send(line);
  assert(client.parked, `${String(line)} waits`);
  assertEquals(client.takeReplies(), []);
  return client;
}

/** What a client was replied since the last call. */
export function replies(client: HarnessClient): Plain[] {
  return client.takeReplies().map(plain);
}

/** A harness whose lists become chains of nodes with so many elements. */
export function harnessWithNodes(size: number, compressDepth = 0): EngineHarness {
  return new EngineHarness({
    config: {
      "enable-debug-command": "yes",
      "list-max-listpack-size": `${size}`,
      "list-compress-depth": `${compressDepth}`,
    },
  });
}
