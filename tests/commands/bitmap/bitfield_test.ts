import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import type { Plain } from "../../support/reply.ts";
import { forEachSeed, type Seeded } from "../../support/seeded.ts";
import { putForeignValue, WRONG_TYPE } from "../foreign_value.ts";

interface Field {
  signed: boolean;
  bits: number;
  offset: number;
}

/** A string as one long number of bits; the first bit is the highest. */
class BitModel {
  bits: string = "";

  read({ signed, bits, offset }: Field): bigint {
    const digits = this.bits.slice(offset, offset + bits).padEnd(bits, "0");
    const value = BigInt(`0b${digits}`);
    return signed ? BigInt.asIntN(bits, value) : value;
  }

  write({ bits, offset }: Field, value: bigint): void {
    const digits = BigInt.asUintN(bits, value).toString(2).padStart(bits, "0");
    this.bits = this.bits.slice(0, offset) + digits + this.bits.slice(offset + bits);
  }

  grow(length: number): void {
    if (this.bits.length < length) this.bits = this.bits.padEnd(Math.ceil(length / 8) * 8, "0");
  }

  get text(): string {
    return (this.bits.match(/.{8}/g) ?? []).map((byte) => String.fromCharCode(parseInt(byte, 2)))
      .join("");
  }
}

const OPERANDS = [0n, 1n, -1n, 100n, -100n, 2n ** 31n, -(2n ** 47n), 2n ** 52n, 2n ** 62n];

function drawField(random: Seeded): Field {
  const signed = random.chance(0.5);
  const bits = random.chance(0.3) ? random.between(44, signed ? 64 : 63) : random.between(1, 48);
  return { signed, bits, offset: random.below(200) };
}

/** What is stored for a sum, undefined for "it fails". */
function settle({ signed, bits }: Field, sum: bigint, overflow: string): bigint | undefined {
  const low = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const high = low + 2n ** BigInt(bits) - 1n;
  if (sum >= low && sum <= high) return sum;
  if (overflow === "FAIL") return undefined;
  if (overflow === "SAT") return sum > high ? high : low;
  return signed ? BigInt.asIntN(bits, sum) : BigInt.asUintN(bits, sum);
}

Deno.test("BITFIELD reads, sets and adds as arithmetic on the whole string does", async () => {
  await forEachSeed(6, (random) => {
    const harness = new EngineHarness({ seed: random.seed });
    const model = new BitModel();
    for (let step = 0; step < 400; step++) {
      const field = drawField(random);
      const type = `${field.signed ? "i" : "u"}${field.bits}`;
      const operand = random.pick(OPERANDS) + BigInt(random.between(-2, 2));
      const overflow = random.pick(["WRAP", "SAT", "FAIL"]);
      const old = model.read(field);
      if (random.chance(0.3)) {
        assertEquals(big(harness.run(["BITFIELD", "k", "GET", type, field.offset])), [old]);
        continue;
      }
      const adds = random.chance(0.6);
      // An unsigned field takes what SET gives for an unsigned number of 64 bits.
      const given = field.signed ? operand : BigInt.asUintN(64, operand);
      const stored = settle(field, adds ? old + operand : given, overflow);
      model.grow(field.offset + field.bits);
      if (stored !== undefined) model.write(field, stored);
      const action = adds ? "INCRBY" : "SET";
      const line = ["BITFIELD", "k", "OVERFLOW", overflow, action, type, field.offset, operand];
      const expected = stored === undefined ? null : adds ? stored : old;
      assertEquals(big(harness.run(line)), [expected], line.join(" "));
      assertEquals(harness.run("GET k"), model.text);
    }
  });
});

function big(reply: Plain): (bigint | null)[] {
  return (reply as (number | bigint | null)[]).map((item) => item === null ? null : BigInt(item));
}

Deno.test("a number far below its field saturates as in Redis: past 64 bits it looks too big", () => {
  const { client } = new EngineHarness();
  const set = (type: string, value: string) =>
    client.run(["BITFIELD", "k", "OVERFLOW", "SAT", "SET", type, "0", value, "GET", type, "0"]);
  assertEquals(set("i8", "-9223372036854775808"), [0, 127]);
  assertEquals(set("i8", "-9223372036854775680"), [127, -128]);
  assertEquals(set("u8", "-1"), [128, 255]);
});

Deno.test("#n counts fields, and wraps around in 64 bits", () => {
  const { client } = new EngineHarness();
  client.run("SET k abcdefgh");
  assertEquals(client.run("BITFIELD k GET u8 #2 GET u16 #1 GET u8 16"), [99, 25444, 99]);
  assertEquals(client.run("BITFIELD k GET u8 #2305843009213693953"), [98]);
  const refused = "ERR bit offset is not an integer or out of range";
  for (
    const offset of ["#-1", "-1", "#", "#x", "4294967296", "#536870912", "#9223372036854775807"]
  ) {
    assertEquals(client.refusal(["BITFIELD", "k", "GET", "u8", offset]), refused);
  }
});

Deno.test("BITFIELD counts the changes, announces setbit once and propagates itself", () => {
  const harness = new EngineHarness();
  const line = "BITFIELD k SET u8 0 1 SET u8 8 2 GET u8 0";
  const { dirty } = harness.keyspace;
  assertEquals(harness.trace(line), { reply: [0, 0, 1], effects: [line], events: ["setbit k"] });
  assertEquals(harness.keyspace.dirty, dirty + 2);
  assertEquals(harness.trace("BITFIELD k SET u8 0 1").effects, []);
  assertEquals(harness.trace("BITFIELD k SET u8 0 1 SET u8 8 3").events, ["setbit k"]);
  assertEquals(harness.keyspace.dirty, dirty + 3);
  assertEquals(harness.trace("BITFIELD k GET u8 0").effects, []);
});

Deno.test("BITFIELD tells replicas of a string that grew although every step failed", () => {
  const harness = new EngineHarness();
  const line = "BITFIELD k OVERFLOW FAIL INCRBY u1 100 2";
  assertEquals(harness.trace(line), { reply: [null], effects: [line], events: ["setbit k"] });
  assertEquals(harness.run("STRLEN k"), 13);
  assertEquals(harness.trace(line), { reply: [null], effects: [], events: [] });
});

Deno.test("BITFIELD refuses before it changes anything", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  const type = "ERR Invalid bitfield type. Use something like i16 u8." +
    " Note that u64 is not supported but i64 is.";
  for (const wrong of ["u64", "i65", "u0", "U8", "8", "u", "u08", ""]) {
    assertEquals(client.refusal(["BITFIELD", "k", "SET", "u8", "0", "1", "GET", wrong, "0"]), type);
  }
  assertEquals(client.refusal("BITFIELD k SET u8 0 1 GET u8"), "ERR syntax error");
  assertEquals(
    client.refusal("BITFIELD k SET u8 0 1 OVERFLOW x"),
    "ERR Invalid OVERFLOW type specified",
  );
  assertEquals(
    client.refusal("BITFIELD_RO k SET u8 0 1"),
    "ERR BITFIELD_RO only supports the GET subcommand",
  );
  assertEquals(harness.keys(), []);
  putForeignValue(harness, "l");
  for (const line of ["BITFIELD l GET u8 0", "BITFIELD l SET u8 0 1", "BITFIELD_RO l GET u8 0"]) {
    assertEquals(client.refusal(line), WRONG_TYPE);
  }
  assertEquals(client.run("BITFIELD_RO none GET i64 7"), [0]);
});
