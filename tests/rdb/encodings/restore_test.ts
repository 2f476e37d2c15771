// The same packed values, whole and damaged, given to a real redis-server by RESTORE with every
// check on: it must refuse what is refused here, and read the same from the rest.
import { assert, assertEquals } from "@std/assert";
import { latin1 } from "../../../src/base/bytes.ts";
import { Crc64 } from "../../../src/base/crc64.ts";
import { SeededRandom } from "../../../src/base/random.ts";
import { Slice } from "../../../src/base/slice.ts";
import { IntsetCursor, intsetFault } from "../../../src/rdb/encodings/intset.ts";
import { ListpackCursor, listpackFault } from "../../../src/rdb/encodings/listpack.ts";
import type { PackedCursor } from "../../../src/rdb/encodings/packed_cursor.ts";
import { streamListpackFault } from "../../../src/rdb/encodings/stream_listpack.ts";
import { repetitionFault } from "../../../src/rdb/encodings/uniqueness.ts";
import { ZiplistCursor, ziplistFault } from "../../../src/rdb/encodings/ziplist.ts";
import { ZipmapCursor, zipmapFault } from "../../../src/rdb/encodings/zipmap.ts";
import { VALUE_TYPE } from "../../../src/rdb/opcodes.ts";
import { bytesOf, lengthOf, littleEndian } from "../dump_builder.ts";
import { RedisServer, redisServerAvailable } from "../redis_server.ts";
import { type Element, intset, listpack, ziplist, zipmap } from "./packed_builder.ts";

const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 4711);
const ROUNDS = 700;

interface Format {
  type: number;
  cursor: PackedCursor;
  fault: typeof listpackFault;
  /** Whether elements are fields and values in turn. */
  pairs: boolean;
  /** The command that reads the elements; without one only the verdicts are compared. */
  read?: string[];
  /** What stands around the packed value, when it is not the whole. */
  wrap?: (packed: Uint8Array) => Uint8Array;
  whole: Uint8Array;
}

const PAIRS: Element[] = [
  "field",
  "value",
  { integer: 12n, encoding: 0xf4 },
  "x".repeat(70),
  { text: "other", encoding: 0xf0 },
  { integer: -2000n, encoding: 0xc0 },
  { integer: 7n, encoding: 0 },
  { integer: 2n ** 62n, encoding: 0xf4 },
];

const OLD_PAIRS: Element[] = [
  "field",
  "value",
  { integer: 12n, encoding: 0xe0 },
  "x".repeat(300),
  { text: "other", encoding: 0x80 },
  { integer: -2000n, encoding: 0xc0 },
  { integer: 7n, encoding: 0xf1 },
  { integer: 2n ** 62n, encoding: 0xe0 },
];

const FORMATS: Record<string, Format> = {
  listpack: {
    type: VALUE_TYPE.hashListpack,
    cursor: new ListpackCursor(),
    fault: listpackFault,
    pairs: true,
    read: ["HGETALL", "k"],
    whole: listpack(PAIRS),
  },
  ziplist: {
    type: VALUE_TYPE.hashZiplist,
    cursor: new ZiplistCursor(),
    fault: ziplistFault,
    pairs: true,
    read: ["HGETALL", "k"],
    whole: ziplist(OLD_PAIRS),
  },
  zipmap: {
    type: VALUE_TYPE.hashZipmap,
    cursor: new ZipmapCursor(),
    fault: zipmapFault,
    pairs: true,
    read: ["HGETALL", "k"],
    whole: zipmap([["a", "1"], ["longer", "v".repeat(30)], ["k".repeat(254), ""]], 2),
  },
  intset: {
    type: VALUE_TYPE.setIntset,
    cursor: new IntsetCursor(),
    fault: intsetFault,
    pairs: false,
    read: ["SMEMBERS", "k"],
    whole: intset([-70_000n, -1n, 0n, 1n, 2n, 2_000_000_000n], 4),
  },
};

const int = (integer: number): Element => ({ integer: BigInt(integer), encoding: 0 });

FORMATS["stream block"] = {
  type: VALUE_TYPE.streamListpacks2,
  cursor: new ListpackCursor(),
  fault: streamListpackFault,
  pairs: false,
  // Three entries: one with the block's fields, one with others, one deleted.
  whole: listpack([
    ...[2, 1, 2].map(int),
    "name",
    "other",
    ...[0, 2, 0, 0].map(int),
    "value",
    int(5),
    ...[5, 0, 1, 3, 1].map(int),
    "field",
    "text",
    ...[6, 3, 9, 9].map(int),
    "gone",
    "too",
    int(5),
  ]),
  // One block, then the length, the last, first and highest deleted ID, entries added, no groups.
  wrap: (packed) =>
    bytesOf(1, 16, "\0".repeat(7), 1, "\0".repeat(8), packed, 2, 9, 9, 1, 0, 0, 0, 3, 0),
};

for (const [name, format] of Object.entries(FORMATS)) {
  Deno.test({
    name: `redis-server takes and refuses the same ${name}s`,
    ignore: !redisServerAvailable,
    fn: () => compare(name, format),
  });
}

async function compare(name: string, format: Format): Promise<void> {
  await using server = await RedisServer.start("--sanitize-dump-payload", "yes");
  const random = new SeededRandom(SEED);
  let taken = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const value = round === 0 ? format.whole : damaged(format.whole, random);
    const fault = faultOf(format, value);
    const refusal = await restore(server, format, value);
    const what = `${name}, seed ${SEED}, round ${round}: ${fault ?? "no fault"}`;
    assertEquals(refusal !== undefined, fault !== undefined, what);
    if (fault !== undefined) continue;
    taken++;
    if (format.read === undefined) continue;
    const elements = elementsOf(format, value);
    assertEquals(sorted(await server.list(...format.read), format), sorted(elements, format), what);
  }
  // Damage to the bytes of a string leaves the value whole.
  assert(taken > ROUNDS / 20 && taken < ROUNDS, `${taken} of ${ROUNDS} were whole`);
}

function damaged(whole: Uint8Array, random: SeededRandom): Uint8Array {
  const value = whole.slice();
  for (let flips = 1 + random.below(2); flips > 0; flips--) {
    const at = random.below(value.length);
    if (random.below(3) === 0) value[at] = [0, 1, 253, 254, 255][random.below(5)];
    else value[at] ^= 1 << random.below(8);
  }
  return random.below(8) === 0 ? value.slice(0, random.below(value.length + 1)) : value;
}

function faultOf(format: Format, value: Uint8Array): string | undefined {
  const { fault, cursor, pairs } = format;
  const found = fault(value, 0, value.length, true);
  if (found !== undefined) return found;
  if (format.wrap !== undefined) return undefined;
  cursor.begin(value, 0, value.length);
  if (!cursor.next()) return "empty";
  cursor.begin(value, 0, value.length);
  return repetitionFault(cursor, pairs ? 2 : 1);
}

function elementsOf({ cursor }: Format, value: Uint8Array): string[] {
  const elements: string[] = [];
  const slice = new Slice();
  cursor.begin(value, 0, value.length);
  while (cursor.next()) {
    cursor.textInto(slice);
    elements.push(latin1(slice.bytes, slice.start, slice.end));
  }
  return elements;
}

function sorted(elements: string[], { pairs }: Format): string[] {
  if (!pairs) return elements.toSorted();
  const joined = elements.flatMap((field, i) => i % 2 === 0 ? [`${field}=${elements[i + 1]}`] : []);
  return joined.toSorted();
}

/** Gives a value to the server as RESTORE takes it; returns the reason of a refusal. */
async function restore(
  server: RedisServer,
  { type, wrap = (packed) => packed }: Format,
  value: Uint8Array,
): Promise<string | undefined> {
  const packed = bytesOf(lengthOf(value.length), value);
  const body = bytesOf(type, wrap(packed), littleEndian(10n, 2));
  const checksum = new Uint8Array(8);
  new Crc64().update(body).write(checksum, 0);
  try {
    await server.command("RESTORE", "k", 0, latin1(bytesOf(body, checksum)), "REPLACE");
    return undefined;
  } catch (error) {
    assert(error instanceof Error && error.message.includes("Bad data format"), String(error));
    return error.message;
  }
}
