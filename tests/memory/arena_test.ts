import { assert, assertEquals, assertThrows } from "@std/assert";
import { Arena, ArenaFullError } from "../../src/memory/arena.ts";
import { CLASS_COUNT, CLASS_PAGES, CLASS_UNITS } from "../../src/memory/size_classes.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const MIB = 1 << 20;

/** A block as the test believes it to be: filled with one byte from end to end. */
interface Block {
  ref: number;
  bytes: number;
  fill: number;
}

/** Handed-out blocks beside an arena; every write and check goes over the whole block. */
class ArenaModel {
  readonly arena: Arena;
  readonly blocks: Block[] = [];
  #nextFill = 1;

  constructor(arena: Arena) {
    this.arena = arena;
  }

  get roundedBytes(): number {
    let total = 0;
    for (const block of this.blocks) total += this.arena.usableBytes(block.ref);
    return total;
  }

  allocate(bytes: number, zeroed = false): void {
    const ref = zeroed ? this.arena.allocateZeroed(bytes) : this.arena.allocate(bytes);
    assert(ref > 0 && Number.isInteger(ref), `a reference is a positive integer, not ${ref}`);
    assert(this.arena.usableBytes(ref) >= bytes, "a block holds what was asked for");
    assertEquals(this.arena.usableBytes(ref), Arena.roundUp(bytes), "roundUp tells the truth");
    if (zeroed) this.#expect(ref, bytes, 0);
    this.blocks.push(this.#filled(ref, bytes));
  }

  free(index: number): void {
    const block = this.#take(index);
    this.#expect(block.ref, block.bytes, block.fill);
    this.arena.free(block.ref);
  }

  resize(index: number, bytes: number): void {
    const block = this.#take(index);
    const keep = Math.min(bytes, block.bytes);
    const ref = this.arena.resize(block.ref, bytes, keep);
    this.#expect(ref, keep, block.fill);
    this.blocks.push(this.#filled(ref, bytes));
  }

  freeAll(): void {
    while (this.blocks.length > 0) this.free(this.blocks.length - 1);
  }

  #take(index: number): Block {
    const block = this.blocks[index];
    this.blocks[index] = this.blocks[this.blocks.length - 1];
    this.blocks.pop();
    return block;
  }

  #filled(ref: number, bytes: number): Block {
    const fill = this.#nextFill = this.#nextFill % 255 + 1;
    this.arena.u8.fill(fill, ref * 8, ref * 8 + bytes);
    return { ref, bytes, fill };
  }

  /** A byte that another block overwrote shows at the ends or, seldom, only in the middle. */
  #expect(ref: number, bytes: number, fill: number): void {
    const { u8 } = this.arena;
    const end = ref * 8 + bytes;
    for (let at = ref * 8; at < end; at++) {
      if (u8[at] !== fill) throw new Error(`byte ${at - ref * 8} of ${bytes} is not ${fill}`);
    }
  }
}

function someSize(random: Seeded): number {
  const kind = random.below(100);
  if (kind < 60) return random.between(0, 200);
  if (kind < 85) return random.between(200, 3000);
  if (kind < 97) return random.between(3000, 40_000);
  return random.between(40_000, 400_000);
}

function churn(model: ArenaModel, random: Seeded, steps: number, limit: number): void {
  for (let step = 0; step < steps; step++) {
    const { blocks } = model;
    const choice = random.below(10);
    if (blocks.length === 0 || choice < 5 && blocks.length < limit) {
      model.allocate(someSize(random), random.chance(0.1));
    } else if (choice < 8) model.free(random.below(blocks.length));
    else model.resize(random.below(blocks.length), someSize(random));
  }
}

Deno.test("blocks never overlap, keep their bytes, and usedBytes is exact", async () => {
  await forEachSeed(4, (random) => {
    const model = new ArenaModel(new Arena(64 * MIB));
    for (let round = 0; round < 20; round++) {
      churn(model, random, 500, 300);
      assertEquals(model.arena.usedBytes, model.roundedBytes);
      assert(model.arena.mappedBytes >= model.arena.usedBytes);
      assert(model.arena.touchedBytes > model.arena.mappedBytes);
    }
    model.freeAll();
    assertEquals(model.arena.usedBytes, 0);
  });
});

Deno.test("freed pages merge back to one run, whatever was cut, resized and freed in between", async () => {
  await forEachSeed(10, (random) => {
    const arena = new Arena(256 * MIB);
    const model = new ArenaModel(arena);
    const large = () => random.between(33_000, 600_000);
    for (let step = 0; step < 800; step++) {
      const { blocks } = model;
      const choice = random.below(10);
      if (blocks.length === 0 || choice < 4 && blocks.length < 60) model.allocate(large());
      else if (choice < 7) model.free(random.below(blocks.length));
      else model.resize(random.below(blocks.length), large());
    }
    assertEquals(arena.usedBytes, model.roundedBytes);
    assertEquals(arena.mappedBytes, arena.usedBytes);
    model.freeAll();
    assertEquals([arena.usedBytes, arena.mappedBytes], [0, 0]);
    const { touchedBytes } = arena;
    const whole = arena.allocate(touchedBytes - 4096);
    assertEquals(whole, 512, "it begins behind the page of the null reference");
    assertEquals(arena.touchedBytes, touchedBytes);
  });
});

Deno.test("of small blocks that are all freed one empty span of each size stays, no more", async () => {
  await forEachSeed(3, (random) => {
    const arena = new Arena(64 * MIB);
    const model = new ArenaModel(arena);
    churn(model, random, 5000, 1000);
    model.freeAll();
    let most = 0;
    for (let sizeClass = 1; sizeClass < CLASS_COUNT; sizeClass++) most += CLASS_PAGES[sizeClass];
    assert(arena.mappedBytes <= most * 4096, `${arena.mappedBytes} bytes stay mapped`);
    for (let sizeClass = 1; sizeClass < CLASS_COUNT; sizeClass++) {
      arena.free(arena.allocate(CLASS_UNITS[sizeClass] * 8));
    }
    assert(arena.mappedBytes <= most * 4096);
  });
});

Deno.test("millions of writes and deletes do not make the memory grow", () => {
  const arena = new Arena();
  const refs = new Int32Array(20_000);
  let state = 12345;
  const next = () => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) >>> 8;
  const sizeOf = (n: number) => 16 + n % 500 + (n % 97 === 0 ? n % 40_000 : 0);
  const round = (operations: number) => {
    for (let i = 0; i < operations; i++) {
      const slot = next() % refs.length;
      if (refs[slot] !== 0) arena.free(refs[slot]);
      refs[slot] = next() % 8 === 0 ? 0 : arena.allocate(sizeOf(next()));
    }
  };
  round(500_000);
  const touched = arena.touchedBytes;
  round(4_000_000);
  const growth = arena.touchedBytes / touched;
  assert(growth < 1.1, `the memory grew to ${growth.toFixed(2)} times its size`);
});

Deno.test("the last page of a freed run is found by the run behind it", () => {
  const arena = new Arena(4 * MIB);
  const a = arena.allocate(10 * 4096), b = arena.allocate(12 * 4096), c = arena.allocate(14 * 4096);
  const d = arena.allocate(40_960);
  arena.free(a);
  arena.free(c);
  arena.free(b); // merges with both sides
  assertEquals(arena.allocate(36 * 4096), a, "all three are one run again");
  assertEquals(arena.usableBytes(d), 40_960);
});

Deno.test("a run is cut to what is asked for and the rest stays free", () => {
  const arena = new Arena(8 * MIB);
  const whole = arena.allocate(400 * 4096);
  const behind = arena.allocate(40_000);
  arena.free(whole);
  const first = arena.allocate(300 * 4096), second = arena.allocate(100 * 4096);
  assertEquals(first, whole);
  assertEquals(second, whole + 300 * 512);
  arena.free(second);
  arena.free(behind);
  arena.free(first);
  assertEquals(arena.usedBytes, 0);
  assertEquals(arena.mappedBytes, 0);
});

Deno.test("zeroed blocks are zero where the pages were used before", () => {
  const arena = new Arena(8 * MIB);
  for (const bytes of [1, 100, 4000, 33_000, 500_000]) {
    const ref = arena.allocate(bytes);
    arena.u8.fill(0xaa, ref * 8, ref * 8 + bytes);
    arena.free(ref);
    const zeroed = arena.allocateZeroed(bytes);
    assert(arena.u8.subarray(zeroed * 8, zeroed * 8 + bytes).every((byte) => byte === 0));
    arena.free(zeroed);
  }
});

Deno.test("resize leaves a block that fits and is not twice too long where it is", () => {
  const arena = new Arena(4 * MIB);
  const ref = arena.allocate(1000);
  assertEquals(arena.resize(ref, 1008, 1000), ref);
  assertEquals(arena.resize(ref, 600, 600), ref);
  const smaller = arena.resize(ref, 100, 100);
  assert(smaller !== ref);
  assertEquals(arena.usableBytes(smaller), 104);
  assertEquals(arena.usedBytes, 104);
});

Deno.test("a large block grows where it is into what is free behind it", () => {
  const arena = new Arena(16 * MIB);
  const first = arena.allocate(10 * 4096), second = arena.allocate(20 * 4096);
  const last = arena.allocate(10 * 4096);
  assertEquals(arena.resize(last, 30 * 4096, 10 * 4096), last, "at the end of the memory");
  arena.u8.fill(5, first * 8, first * 8 + 10 * 4096);
  assert(arena.resize(first, 11 * 4096, 100) !== first, "another block is in the way");
  const block = arena.allocate(10 * 4096);
  assertEquals(block, first);
  arena.free(second);
  assertEquals(arena.resize(block, 25 * 4096, 10 * 4096), block, "into a part of a free run");
  assertEquals(arena.resize(block, 30 * 4096, 25 * 4096), block, "into the rest of it");
  assert(arena.resize(block, 31 * 4096, 100) !== block);
  assertEquals(arena.usedBytes % 4096, 0);
});

Deno.test("a string that is appended to again and again is not copied each time", () => {
  const arena = new Arena(512 * MIB);
  let ref = arena.allocate(MIB);
  let moves = 0;
  for (let bytes = MIB; bytes < 300 * MIB; bytes += MIB) {
    const now = arena.resize(ref, bytes + MIB, 8);
    if (now !== ref) moves++;
    ref = now;
  }
  assertEquals(moves, 0);
  assert(arena.touchedBytes < 302 * MIB);
  assertEquals(arena.usableBytes(ref), 300 * MIB);
  arena.free(ref);
  assertEquals([arena.usedBytes, arena.mappedBytes], [0, 0]);
});

Deno.test("a full arena throws ArenaFullError, stays usable, and has lost nothing", () => {
  const arena = new Arena(2 * MIB);
  const refs: number[] = [];
  assertThrows(() => {
    for (;;) refs.push(arena.allocate(5000));
  }, ArenaFullError);
  const used = arena.usedBytes;
  assert(used > 1.8 * MIB, `only ${used} bytes were handed out`);
  assertThrows(() => arena.allocate(100_000), ArenaFullError);
  assertThrows(() => arena.allocateZeroed(100_000), ArenaFullError);
  const block = refs[0];
  assertThrows(() => arena.resize(block, 200_000, 5000), ArenaFullError);
  assertEquals(arena.usedBytes, used);
  for (const ref of refs) arena.free(ref);
  assertEquals(arena.usedBytes, 0);
  const again = arena.allocate(MIB);
  assert(again > 0);
});

Deno.test("an arena smaller than its first step can be made", () => {
  const arena = new Arena(128 * 1024);
  assert(arena.allocate(60_000) > 0);
  assertThrows(() => arena.allocate(100_000), ArenaFullError);
});

Deno.test("a request that no memory holds is refused, not wrapped around at 4 GiB", () => {
  const arena = new Arena(MIB);
  for (const bytes of [2 ** 32, 2 ** 32 + 8, 2 ** 34, 2 ** 40]) {
    assertThrows(() => arena.allocate(bytes), ArenaFullError);
    assert(Arena.roundUp(bytes) >= bytes);
  }
  assertEquals(arena.usedBytes, 0);
});

Deno.test("blocks beyond 2, 4 and 8 GiB are read and written where they are", () => {
  const arena = new Arena();
  const refs: number[] = [];
  // Untouched pages cost nothing: the address space is used up in blocks of 512 MiB.
  for (let gib = 0; gib < 30; gib++) refs.push(arena.allocate(512 * MIB - 4096));
  const small = arena.allocate(24), word = arena.allocate(3000);
  assert(small > 2 ** 30 && small < 2 ** 31, "a reference is a 32-bit integer");
  assert(small * 8 > 8 * 2 ** 30);
  arena.i32[small * 2] = 0x12345678;
  assertEquals(arena.u8[small * 8], 0x78);
  arena.u8.fill(7, word * 8, word * 8 + 3000);
  const moved = arena.resize(word, 9000, 3000);
  assertEquals(arena.u8[moved * 8 + 2999], 7);
  arena.free(moved);
  arena.free(small);
  assertEquals(arena.allocate(24), small, "the free list holds large references");
  arena.free(small);
  for (const ref of refs) arena.free(ref);
  assertEquals(arena.usedBytes, 0);
  assertEquals(arena.allocate(3 * 2 ** 30), refs[0], "3 GiB fit into what was freed");
});

Deno.test("the peak is the most that was in use at a sample", () => {
  const arena = new Arena(4 * MIB);
  const ref = arena.allocate(100_000);
  assertEquals(arena.samplePeak(), arena.usedBytes);
  const peak = arena.usedBytes;
  arena.free(ref);
  assertEquals(arena.samplePeak(), peak);
});

Deno.test("an arena that expects more has room for it, and takes no more than it may", () => {
  const arena = new Arena(8 << 20);
  const before = arena.u8.length;
  arena.expect(4 << 20);
  const view = arena.u8;
  assert(view.length >= before + (3 << 20));
  for (let n = 0; n < 3; n++) arena.allocate(1 << 20);
  assert(arena.u8 === view, "the views stay while what was expected comes");
  arena.expect(2 ** 40);
  assertEquals(arena.u8.length, 8 << 20);
  assertEquals(arena.usedBytes, 3 << 20);
});
