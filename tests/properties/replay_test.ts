// Running again what was propagated gives the same keys, values and expiries as the run itself.
import { assertEquals } from "@std/assert";
import { asciiBytes } from "../../src/base/bytes.ts";
import { ORIGINS } from "../../src/engine/origins.ts";
import { ReplyWriter } from "../../src/resp/reply_writer.ts";
import { Request } from "../../src/resp/request.ts";
import { digestOfKeyspace } from "../../src/store/digest.ts";
import { SEQUENCES } from "../differential/command_tables.ts";
import { stepsFrom } from "../differential/random_sequence.ts";
import { type Effect, Effects } from "../support/effects.ts";
import { EngineHarness, type HarnessClient } from "../support/engine_harness.ts";
import { parseReply } from "../support/reply.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

interface TimedEffect extends Effect {
  readonly atMs: number;
}

/** Runs random commands of several clients while time passes, and keeps what is propagated. */
class Original {
  readonly harness: EngineHarness;
  readonly effects: TimedEffect[] = [];
  readonly #clients: HarnessClient[];

  constructor(random: Seeded) {
    this.harness = new EngineHarness({ seed: random.next32(), propagates: false });
    this.harness.engine.propagation.add(
      new Effects((effect) => this.effects.push({ atMs: this.harness.clock.nowMs(), ...effect })),
    );
    this.#clients = [1, 2, 3].map(() => this.harness.connect());
  }

  run(words: string[], random: Seeded): void {
    // Limits of encodings are settings of a server, not effects on its keys.
    if (words[0].toUpperCase() === "CONFIG") return;
    const client = random.pick(this.#clients);
    client.send(words);
    client.takeReplies();
    if (random.chance(0.1)) this.harness.clock.advanceMs(random.pick([1, 10, 500, 5000]));
    if (random.chance(0.02)) this.#expireSome(random);
  }

  /** Active expiry: its removals are propagated too. */
  #expireSome(random: Seeded): void {
    this.harness.later(0, () => {
      const database = this.harness.keyspace.databases[random.below(2)];
      for (let i = database.expires.length - 1; i >= 0; i--) {
        const ref = database.expires.get(i);
        if (database.isOver(ref)) database.expire(ref, database.keyOf(ref));
      }
    });
  }
}

/** Runs effects as the append-only file is run at start: nothing expires by itself. */
function replay(effects: readonly TimedEffect[]): EngineHarness {
  const harness = new EngineHarness({ seed: 99 });
  const { engine, keyspace, clock, client: { session } } = harness;
  keyspace.expiresKeys = false;
  const reply = new ReplyWriter();
  const execute = (request: Request) => {
    engine.beginBatch(session);
    engine.execute(session, request, reply, ORIGINS.aofReplay);
    engine.endBatch();
    harness.throwInternalError();
  };
  let selected = 0;
  for (const { atMs, databaseIndex, request } of effects) {
    clock.setUnixMs(atMs);
    if (databaseIndex !== selected) {
      execute(Request.of(asciiBytes("SELECT"), asciiBytes(String(databaseIndex))));
    }
    selected = databaseIndex;
    execute(request);
  }
  failOnError(reply);
  return harness;
}

function failOnError(reply: ReplyWriter): void {
  const bytes = reply.buffer.subarray(0, reply.length);
  for (let at = 0; at < bytes.length;) {
    const parsed = parseReply(bytes, at);
    if (parsed === null) throw new Error("half a reply");
    if (parsed.reply.type === "error") throw new Error(`an effect failed: ${parsed.reply.text}`);
    at = parsed.end;
  }
}

for (const [name, rows] of Object.entries(SEQUENCES)) {
  Deno.test(`replaying what random commands on ${name} propagated gives the same digest`, async () => {
    const draw = stepsFrom(rows);
    await forEachSeed(6, (random) => {
      const original = new Original(random);
      for (let step = 0; step < 1500; step++) original.run(draw(random).words, random);
      const again = replay(original.effects);
      assertEquals(
        digestOfKeyspace(again.keyspace).toString(),
        digestOfKeyspace(original.harness.keyspace).toString(),
      );
    });
  });
}
