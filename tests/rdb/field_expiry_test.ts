// Expiries of fields that are later than any form of a hash can hold.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { dump, lengthOf, plain } from "./dump_builder.ts";
import { listpack } from "./encodings/packed_builder.ts";
import { Loading, NOW_MS } from "../persistence/loading.ts";
import { dumpOf, int64, KEY, packed } from "../persistence/one_value_dumps.ts";

const LATEST_MS = 2 ** 48 - 1;

function small(atMs: number): Uint8Array {
  const block = listpack(["f", "v", { integer: BigInt(atMs), encoding: 0xf4 }]);
  return dumpOf(25, int64(NOW_MS), packed(block));
}

Deno.test("a listpack of fields with expiries takes the latest one, and refuses what is later", async () => {
  using loading = new Loading();
  await loading.loadWhole(small(LATEST_MS));
  assertEquals(loading.harness.run(["HPEXPIRETIME", KEY, "FIELDS", 1, "f"]), [LATEST_MS]);
  loading.harness.run("FLUSHALL SYNC");
  assertStringIncludes(String(await loading.load(small(LATEST_MS + 1))), "expiry that is no time");
});

Deno.test("a field of Valkey that expires later than that expires at the latest instant", async () => {
  using loading = new Loading();
  const fields = [plain("f"), plain("v"), int64(2 ** 52)];
  await loading.loadWhole(dump("VALKEY080", 22, plain(KEY), lengthOf(1), ...fields));
  const { harness } = loading;
  assertEquals(harness.run(["HPEXPIRETIME", KEY, "FIELDS", 1, "f"]), [LATEST_MS]);
  const payload = harness.run(["DUMP", KEY]) as string;
  assertEquals(harness.run(["RESTORE", "copy", 0, payload]), "OK");
});
