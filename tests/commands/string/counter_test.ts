import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";
import { putForeignValue, WRONG_TYPE } from "../foreign_value.ts";

const OVERFLOW = "ERR increment or decrement would overflow";

Deno.test("INCR and its kin announce incrby, propagate as they came and keep the expiry", () => {
  const harness = new EngineHarness();
  assertEquals(harness.trace("INCR n"), { reply: 1, effects: ["INCR n"], events: ["incrby n"] });
  assertEquals(harness.trace("DECRBY n 5"), {
    reply: -4,
    effects: ["DECRBY n 5"],
    events: ["incrby n"],
  });
  harness.run("GETEX n EX 10");
  assertEquals(harness.run("INCRBY n 4"), 0);
  assertEquals(harness.run("DECR n"), -1);
  harness.clock.advanceMs(10_000);
  assertEquals(harness.run("GET n"), null);
});

Deno.test("sums of any 64-bit integers are exact or refused, as computed in bigints", async () => {
  const edges = [0n, 1n, 2n ** 31n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 53n), -(2n ** 63n)];
  await forEachSeed(5, (random) => {
    const { client } = new EngineHarness({ seed: random.seed });
    for (let round = 0; round < 200; round++) {
      const value = BigInt.asIntN(64, random.pick(edges) + BigInt(random.between(-3, 3)));
      const by = BigInt.asIntN(64, random.pick(edges) + BigInt(random.between(-3, 3)));
      client.run(["SET", "n", value]);
      const sum = value + by;
      const fits = sum === BigInt.asIntN(64, sum);
      const reply = client.reply(["INCRBY", "n", by]);
      assertEquals(
        reply,
        fits ? { type: "integer", value: sum } : { type: "error", text: OVERFLOW },
      );
      assertEquals(client.run("GET n"), String(fits ? sum : value));
    }
  });
});

Deno.test("DECRBY refuses the one number without a negative before it looks at the key", () => {
  const harness = new EngineHarness();
  putForeignValue(harness, "l");
  const lowest = "-9223372036854775808";
  assertEquals(harness.client.refusal(`DECRBY l ${lowest}`), "ERR decrement would overflow");
  assertEquals(harness.client.refusal("DECRBY l 1"), WRONG_TYPE);
  assertEquals(
    harness.client.refusal("DECRBY l x"),
    "ERR value is not an integer or out of range",
  );
  assertEquals(harness.client.refusal("INCR l"), WRONG_TYPE);
});

Deno.test("sums are right where the number of digits or the sign changes, with an expiry and without", () => {
  const { client } = new EngineHarness();
  for (
    const start of ["0", "1", "9", "-1", "-10", "99", "100", "12345678", "999999999", "1000000000"]
  ) {
    for (const by of [1, -1, 9, -9, 11, -100, 2_000_000_000, -2_000_000_000]) {
      for (const expiry of ["", " EX 100"]) {
        client.run(`SET n ${start}${expiry}`);
        const sum = Number(start) + by;
        assertEquals(client.run(`INCRBY n ${by}`), sum);
        assertEquals(client.run("GET n"), String(sum));
        assertEquals(client.run("OBJECT ENCODING n"), "int");
        assertEquals(client.run("TTL n"), expiry === "" ? -1 : 100);
      }
    }
  }
});

Deno.test("INCRBYFLOAT propagates its result as SET with KEEPTTL", () => {
  const harness = new EngineHarness();
  harness.run("SET f 10.50");
  assertEquals(harness.trace("INCRBYFLOAT f 0.1"), {
    reply: "10.6",
    effects: ["SET f 10.6 KEEPTTL"],
    events: ["incrbyfloat f"],
  });
  harness.run("GETEX f EX 10");
  assertEquals(harness.run("INCRBYFLOAT f -0.6"), "10");
  harness.clock.advanceMs(10_000);
  assertEquals(harness.run("GET f"), null);
});

Deno.test("INCRBYFLOAT refuses what is no number, infinities as sums, and other types", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  client.run("SET f 1");
  for (const increment of ["x", "", " 1", "1 ", "nan", "1e5000"]) {
    assertEquals(
      client.refusal(["INCRBYFLOAT", "f", increment]),
      "ERR value is not a valid float",
    );
  }
  assertEquals(client.refusal("INCRBYFLOAT f inf"), "ERR increment would produce NaN or Infinity");
  putForeignValue(harness, "l");
  assertEquals(client.refusal("INCRBYFLOAT l x"), WRONG_TYPE);
  assertEquals(client.run("GET f"), "1");
});
