import { assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { AofBuffer } from "../../src/persistence/aof_buffer.ts";
import { RequestDecoder } from "../../src/resp/request_decoder.ts";
import { EngineHarness } from "../support/engine_harness.ts";
import { forEachSeed } from "../support/seeded.ts";

/** An engine whose clients' bytes are decoded as those of a connection are. */
class Buffering {
  readonly harness = new EngineHarness({ propagates: false });
  readonly buffer: AofBuffer;
  readonly #decoder = new RequestDecoder({ maxBulkBytes: 1 << 29, authenticated: true });

  constructor() {
    const { engine } = this.harness;
    this.buffer = new AofBuffer({
      onFirst: () => {},
      nowSeconds: () => Math.floor(engine.keyspace.nowMs / 1000),
    });
    engine.propagation.add(this.buffer);
  }

  /** The bytes arrive in one read and are run as a batch. */
  receive(text: string): void {
    const { engine, client: { session } } = this.harness;
    for (let rest = latin1Bytes(text); rest.length > 0;) {
      const room = this.#decoder.room();
      const count = Math.min(room.length, rest.length);
      room.set(rest.subarray(0, count));
      this.#decoder.received(count);
      rest = rest.slice(count);
      engine.beginBatch(session);
      do {
        const decoded = this.#decoder.decodeBatch(16);
        for (let i = 0; i < decoded; i++) engine.process(session, this.#decoder.batch[i]);
      } while (this.#decoder.last === "request");
      engine.endBatch();
    }
    this.harness.throwInternalError();
  }

  /** What would be written now. */
  take(): string {
    const text = latin1(this.buffer.view());
    this.buffer.drop(text.length);
    return text;
  }
}

function command(...words: string[]): string {
  return `*${words.length}\r\n` + words.map((word) => `$${word.length}\r\n${word}\r\n`).join("");
}

const SELECT_0 = command("SELECT", "0");

Deno.test("requests stand in the file as they came", () => {
  const buffering = new Buffering();
  const requests = command("set", "a", "1") + command("Set", "b", "") + command("INCR", "a");
  buffering.receive(requests);
  assertEquals(buffering.take(), SELECT_0 + requests);
  buffering.receive(requests);
  assertEquals(buffering.take(), requests);
});

Deno.test("requests that changed nothing are left out between others", () => {
  const buffering = new Buffering();
  const sets = ["a", "b", "c"].map((key) => command("SET", key, "v"));
  buffering.receive(sets[0] + command("GET", "a") + sets[1] + command("DEL", "none") + sets[2]);
  assertEquals(buffering.take(), SELECT_0 + sets.join(""));
});

Deno.test("requests that are the same stand in the file as often as they changed something", () => {
  const buffering = new Buffering();
  const push = command("RPUSH", "l", "v"),
    pop = command("LPOP", "l"),
    set = command("SET", "a", "1");
  const del = command("DEL", "a");
  buffering.receive(push.repeat(3) + pop.repeat(5) + set + del.repeat(3) + set.repeat(20) + del);
  const written = push.repeat(3) + pop.repeat(3) + set + del + set.repeat(20) + del;
  assertEquals(buffering.take(), SELECT_0 + written);
});

Deno.test("a request with other line ends than it should have is written with those", () => {
  // The decoder looks at the line ends of no request; the reader of the file may.
  const exact = command("SET", "k", "v");
  const buffering = new Buffering();
  for (
    const odd of [
      "*3\rx$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n",
      "*3\r\n$3\rxSET\r\n$1\r\nk\r\n$1\r\nv\r\n",
      "*3\r\n$3\r\nSETxx$1\r\nk\r\n$1\r\nv\r\n",
      "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv*3",
      "SET k v\r\n",
    ]
  ) {
    buffering.receive(odd);
    buffering.harness.client.takeReplies();
    const written = buffering.take().replace(SELECT_0, "");
    assertEquals(written, exact, JSON.stringify(odd));
  }
});

Deno.test("effects of one unit are a transaction, wherever its first stood", () => {
  const buffering = new Buffering();
  const pop = command("SPOP", "s", "2"), set = command("SET", "a", "1");
  buffering.receive(set + command("MULTI") + set + pop + command("INCR", "a") + command("EXEC"));
  const incr = command("INCR", "a");
  const unit = command("MULTI") + set + incr + command("EXEC");
  assertEquals(buffering.take(), SELECT_0 + set + unit);
});

Deno.test("a database is selected when it changes, within the transaction that needs it", () => {
  const buffering = new Buffering();
  const select = (index: number) => command("SELECT", String(index));
  const set = command("SET", "a", "1");
  const transaction = command("MULTI") + set + select(4) + set + command("EXEC");
  buffering.receive(set + select(3) + select(0) + set + transaction + set);
  assertEquals(
    buffering.take(),
    SELECT_0 + set + set + command("MULTI") + set + select(4) + set + command("EXEC") + set,
  );
  buffering.buffer.forgetDatabase();
  buffering.receive(set);
  assertEquals(buffering.take(), select(4) + set);
});

Deno.test("aof-timestamp-enabled: a line tells the second when it changes", () => {
  const buffering = new Buffering();
  buffering.buffer.timestamps = true;
  const { clock } = buffering.harness;
  const set = command("SET", "a", "1");
  const second = () => `#TS:${Math.floor(clock.nowMs() / 1000)}\r\n`;
  const first = second();
  buffering.receive(set + set);
  clock.advanceMs(1000);
  const transaction = command("MULTI") + set + set + command("EXEC");
  buffering.receive(transaction);
  assertEquals(buffering.take(), first + SELECT_0 + set + set + second() + transaction);
});

Deno.test("whatever the pieces in which requests come, the same is written", async () => {
  await forEachSeed(40, (random) => {
    const sent: string[] = [];
    for (let i = 0; i < 60; i++) {
      const key = `key:${random.below(5)}`, value = "x".repeat(random.pick([0, 1, 40, 300, 3000]));
      sent.push(command("SET", key, value));
      if (random.chance(0.2)) sent.push(command("GET", key));
      if (random.chance(0.1)) sent.push(command("LPUSH", key, "wrong type"));
    }
    const all = sent.join("");
    const expected = sent.filter((text) => text.includes("SET\r\n") && !text.includes("GET"));
    const buffering = new Buffering();
    let written = "";
    for (let at = 0; at < all.length;) {
      const end = at + 1 + random.below(random.pick([10, 200, 5000]));
      buffering.receive(all.slice(at, end));
      buffering.harness.client.takeReplies();
      at = end;
      if (random.chance(0.3)) written += buffering.take();
    }
    written += buffering.take();
    assertEquals(written, SELECT_0 + expected.join(""));
  });
});
