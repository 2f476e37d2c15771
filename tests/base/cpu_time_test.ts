import { assert } from "@std/assert";
import { cpuSeconds, threadCpuSeconds } from "../../src/base/cpu_time.ts";

Deno.test("processor time grows with work, that of a thread no more than that of all", () => {
  const before = cpuSeconds(), ownBefore = threadCpuSeconds();
  for (const until = performance.now() + 60; performance.now() < until;);
  const own = threadCpuSeconds(), after = cpuSeconds();
  const took = after.user + after.system - before.user - before.system;
  const ownTook = own.user + own.system - ownBefore.user - ownBefore.system;
  assert(took > 0 && took < 60, `${took} seconds`);
  assert(ownTook > 0 && ownTook <= took + 0.02, `${ownTook} of ${took} seconds`);
});
