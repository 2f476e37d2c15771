import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../src/base/random.ts";
import { Config } from "../../src/config/config.ts";
import { StandaloneReplication } from "../../src/replication/standalone.ts";
import { FakeDirectory } from "../config/fake_directory.ts";
import { EngineHarness } from "../support/engine_harness.ts";

function standalone(config = new Config(new FakeDirectory())): StandaloneReplication {
  return new StandaloneReplication(config, new SeededRandom(1));
}

Deno.test("INFO replication of a server without replicas", () => {
  const harness = new EngineHarness({ ports: { replication: standalone() } });
  const text = harness.run("INFO replication") as string;
  assert(text.startsWith("# Replication\r\nrole:master\r\nconnected_slaves:0\r\n"), text);
  assert(/^master_replid:[0-9a-f]{40}\r$/m.test(text));
  assert(!text.includes("min_slaves_good_slaves"));
});

Deno.test("with min-replicas-to-write the number of good replicas is told", () => {
  const config = new Config(new FakeDirectory());
  config.assign("min-replicas-to-write", ["1"]);
  const names = standalone(config).info().map(([name]) => name);
  assertEquals(names.slice(0, 3), ["role", "connected_slaves", "min_slaves_good_slaves"]);
});

Deno.test("ROLE of a master without replicas", () => {
  const harness = new EngineHarness({ ports: { replication: standalone() } });
  assertEquals(harness.run("ROLE"), ["master", 0, []]);
});
