// Damaged dumps: whatever the damage, the reader succeeds or throws an RdbError, soon, and takes no
// more memory than the bytes of the file can stand for.
import { assert } from "@std/assert";
import { SeededRandom } from "../../src/base/random.ts";
import { ByteSource } from "../../src/rdb/byte_source.ts";
import { RdbError } from "../../src/rdb/rdb_error.ts";
import { bigEndian, bytesOf, dump, lengthOf, littleEndian, plain } from "./dump_builder.ts";
import { intset, listpack, ziplist, zipmap } from "./encodings/packed_builder.ts";
import { loadInto, RecordingSink } from "./recording_sink.ts";
import { RecordingValueSink } from "./recording_value_sink.ts";

const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 20240607);
const FLIPS_PER_DUMP = 1500;
const LZF_HIGHEST_RATIO = 88;
const FIXED_BYTES = 4096;

const MODULE_ID = bytesOf(0x81, bigEndian(0xb5eb2dfffadd6c01n, 8));

const RICH_DUMP = dump(
  "REDIS0012",
  bytesOf(250, plain("redis-ver"), plain("7.2.0"), 250, plain("ctime"), 0xc2, "\x01\x02\x03\x04"),
  bytesOf(247, MODULE_ID, 2, 1, 1, 9, 2, 5, 3, "ffff", 4, "dddddddd", 5, plain("text"), 0),
  bytesOf(245, plain("#!lua name=lib\n"), 254, 0, 251, 9, 4, 244, 1, 2, 3),
  bytesOf(252, littleEndian(4_000_000_000_000n, 8), 248, 0x40, 100, 0, plain("a"), plain("b")),
  bytesOf(253, littleEndian(4_000_000_000n, 4), 249, 7, 0, 0xc0, 1, 0xc1, 1, 2),
  bytesOf(0, 0xc2, 1, 2, 3, 4, 0x80, bigEndian(3n, 4), "abc", 107, 5),
  bytesOf(0, 0xc3, 5, lengthOf(265), 0, "z", 0xe0, 255, 0, 0x81, bigEndian(2n, 8), "xy"),
  bytesOf(254, 9, 251, 1, 0, 0, plain("k".repeat(70)), plain("v".repeat(300))),
);

const VALKEY_DUMP = dump(
  "VALKEY080",
  bytesOf(250, plain("valkey-ver"), plain("9.0.0"), 243, plain("job"), 2, 0, 5, 7, 9),
  bytesOf(254, 0, 251, 2, 0, 0, plain("a"), plain("b"), 22, plain("hash"), 1),
  bytesOf(plain("f"), plain("v"), littleEndian(4_000_000_000_000n, 8)),
);

const block = (bytes: Uint8Array) => bytesOf(lengthOf(bytes.length), bytes);
const PAIRS = ["f", "1.5", { integer: 12n, encoding: 0 }, "2"];
const OLD_PAIRS = ["f", "1.5", { integer: 12n, encoding: 0xfe }, "2"];

const VALUES_DUMP = dump(
  "REDIS0012",
  bytesOf(1, plain("list"), 2, plain("a"), plain("b"), 2, plain("set"), 1, 0xc0, 5),
  bytesOf(3, plain("zset1"), 1, plain("m"), 3, "1.5", 5, plain("zset2"), 1, plain("m"), "12345678"),
  bytesOf(4, plain("hash"), 1, plain("f"), plain("v"), 9, plain("zm"), block(zipmap([["a", "b"]]))),
  bytesOf(10, plain("zl"), block(ziplist(OLD_PAIRS)), 11, plain("is"), block(intset([1n, 2n], 2))),
  bytesOf(12, plain("zzl"), block(ziplist(OLD_PAIRS)), 13, plain("hzl"), block(ziplist(OLD_PAIRS))),
  bytesOf(14, plain("ql"), 1, block(ziplist(OLD_PAIRS)), 16, plain("hlp"), block(listpack(PAIRS))),
  bytesOf(17, plain("zlp"), block(listpack(PAIRS)), 20, plain("slp"), block(listpack(PAIRS))),
  bytesOf(18, plain("ql2"), 2, 2, block(listpack(PAIRS)), 1, plain("node")),
  bytesOf(24, plain("hmd"), littleEndian(5n, 8), 2, 1, plain("f"), plain("v"), 0, "\x01g\x01w"),
  bytesOf(25, plain("hlx"), littleEndian(5n, 8), block(listpack(["f", "v", PAIRS[2]]))),
);

function dumps(): [string, Uint8Array][] {
  const found: [string, Uint8Array][] = [
    ["rich", RICH_DUMP],
    ["valkey", VALKEY_DUMP],
    ["values", VALUES_DUMP],
  ];
  const folder = new URL("../../../shared/dumps/librdb/", import.meta.url);
  for (
    const name of ["string_lzf", "function2", "string_int_encoded", "stream_v11", "zset_lp_v11"]
  ) {
    try {
      found.push([name, Deno.readFileSync(new URL(`${name}.rdb`, folder))]);
    } catch {
      console.log(`../shared/dumps/librdb/${name}.rdb is absent: not damaged`);
    }
  }
  return found;
}

for (const [name, whole] of dumps()) {
  Deno.test(`the dump "${name}" loads before it is damaged`, () => {
    const sink = new RecordingSink(new RecordingValueSink());
    loadInto(sink, ByteSource.overBytes(whole), { nowMs: 0, checksum: true, sanitize: true });
  });

  Deno.test(`the dump "${name}" cut at any byte is read safely`, () => {
    for (let length = 0; length < whole.length; length++) readSafely(whole.slice(0, length), name);
  });

  Deno.test(`the dump "${name}" with flipped bits is read safely`, () => {
    const random = new SeededRandom(SEED);
    for (let round = 0; round < FLIPS_PER_DUMP; round++) {
      const damaged = whole.slice();
      for (let flips = 1 + random.below(3); flips > 0; flips--) {
        const at = random.below(damaged.length);
        damaged[at] ^= 1 << random.below(8);
      }
      readSafely(damaged, `${name}, round ${round}`);
    }
  });

  Deno.test(`the dump "${name}" with huge lengths put in is read safely`, () => {
    const random = new SeededRandom(SEED);
    for (let round = 0; round < FLIPS_PER_DUMP / 3; round++) {
      const huge = random.below(2) === 0
        ? bytesOf(0x80, bigEndian(BigInt(random.next32() >>> 0), 4))
        : bytesOf(0x81, bigEndian(1n << BigInt(20 + random.below(44)), 8));
      const at = 9 + random.below(whole.length - 9);
      const damaged = bytesOf(whole.subarray(0, at), huge, whole.subarray(at + 1));
      readSafely(damaged, `${name}, round ${round}`);
    }
  });
}

// Without the checksum, so that damage reaches as far as it can.
function readSafely(bytes: Uint8Array, what: string): void {
  let at = 0;
  const readSync = (target: Uint8Array) => {
    const part = bytes.subarray(at, at + target.length);
    target.set(part);
    at += part.length;
    return part.length === 0 ? null : part.length;
  };
  const largest = largestAllocation(() => {
    const source = ByteSource.overFile({ readSync }, bytes.length, 64);
    try {
      const sink = new RecordingSink(new RecordingValueSink());
      loadInto(sink, source, { nowMs: 0, checksum: false, sanitize: true }, 50);
    } catch (error) {
      if (!(error instanceof RdbError)) throw new Error(`${what}, seed ${SEED}`, { cause: error });
      assert(error.offset <= bytes.length, `${what}: offset ${error.offset} is past the end`);
    }
  });
  const allowed = FIXED_BYTES + LZF_HIGHEST_RATIO * bytes.length;
  assert(largest <= allowed, `${what}, seed ${SEED}: ${largest} bytes for ${bytes.length}`);
}

/** The largest Uint8Array that was asked for by length while `work` ran. */
function largestAllocation(work: () => void): number {
  const original = globalThis.Uint8Array;
  let largest = 0;
  globalThis.Uint8Array = new Proxy(original, {
    construct(target, args, newTarget) {
      if (typeof args[0] === "number") largest = Math.max(largest, args[0]);
      return Reflect.construct(target, args, newTarget);
    },
  });
  try {
    work();
  } finally {
    globalThis.Uint8Array = original;
  }
  return largest;
}
