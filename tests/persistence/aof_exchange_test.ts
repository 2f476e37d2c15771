/** Append-only files of ours in a real redis-server, and its own in ours. */

import { assertEquals } from "@std/assert";
import { digestOfKeyspace } from "../../src/store/digest.ts";
import { EMPTY_MANIFEST } from "../../src/persistence/aof_manifest.ts";
import { plain } from "../support/reply.ts";
import { startRedis, testWithRedis } from "../support/redis_server.ts";
import { RespClient } from "../support/resp_client.ts";
import { forEachSeed } from "../support/seeded.ts";
import { fillByChance, SMALL_LIMITS } from "./filling.ts";
import { Replaying } from "./replaying.ts";
import { Saving } from "./saving.ts";

const DEBUG = { "enable-debug-command": "yes", appendonly: "yes" };

for (const preamble of ["yes", "no"]) {
  const config = { ...SMALL_LIMITS, ...DEBUG, "aof-use-rdb-preamble": preamble };

  Deno.test(`an append-only file replayed gives the same data, aof-use-rdb-preamble ${preamble}`, async () => {
    await forEachSeed(3, async (random) => {
      using saving = new Saving({ seed: random.next32(), config, startMs: Date.now() });
      saving.appendOnly.start(EMPTY_MANIFEST);
      fillByChance(saving, random, 800);
      for (let i = 0; i < 200; i++) {
        saving.harness.run(`RPUSH list:long ${i}`);
        saving.harness.run(`HSET hash:fields f${i} ${i}`);
        saving.harness.run(`SADD set:many m${i}`);
      }
      saving.harness.run("HPEXPIREAT hash:fields 33177117420000 FIELDS 2 f1 f70");
      const rewrite = saving.harness.run("BGREWRITEAOF");
      assertEquals(rewrite, "Background append only file rewriting started");
      await saving.appendOnly.finished;
      assertEquals(saving.appendOnly.lastRewriteFailed, false, saving.log.join("\n"));
      fillByChance(saving, random, 300);
      await saving.appendOnly.close();
      const startMs = saving.harness.clock.nowMs();
      using again = new Replaying({ folder: saving.folder, config, startMs });
      again.load();
      assertEquals(digestOfKeyspace(again.harness.keyspace).toString(), saving.digest());
    });
  });

  testWithRedis(
    `redis-server opens our append-only file and we its, aof-use-rdb-preamble ${preamble}`,
    async () => {
      await forEachSeed(2, async (random) => {
        using saving = new Saving({ seed: random.next32(), config, startMs: Date.now() });
        saving.appendOnly.start(EMPTY_MANIFEST);
        fillByChance(saving, random, 1500);
        saving.harness.run("BGREWRITEAOF");
        await saving.appendOnly.finished;
        fillByChance(saving, random, 500);
        await saving.appendOnly.close();

        await using redis = await startRedis(config, saving.folder);
        using client = await RespClient.connect({ port: redis.port });
        const run = async (...words: string[]) => plain(await client.send(...words));
        assertEquals(await run("DEBUG", "DIGEST"), saving.digest());
        assertEquals(
          await run("BGREWRITEAOF"),
          "Background append only file rewriting started",
        );
        await redis.waitForLog(/Background AOF rewrite finished successfully/);
        await run("SELECT", "3");
        await run("RPUSH", "list:more", "a", "b");
        await run("SET", "expires", "v", "EX", "1000");
        const digest = await run("DEBUG", "DIGEST");
        await redis.stop();

        const startMs = saving.harness.clock.nowMs();
        using again = new Replaying({ folder: saving.folder, config, startMs });
        again.load();
        assertEquals(digestOfKeyspace(again.harness.keyspace).toString(), digest);
      });
    },
    { before: "7.2" },
  );
}
