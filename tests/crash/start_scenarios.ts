/** Starts on files that are damaged: what the program says and answers. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { startMiniredis } from "../support/miniredis_server.ts";
import { Seeded } from "../support/seeded.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { namesIn } from "./data_folder.ts";
import { makeSample } from "./sample.ts";
import { type Scenario } from "./scenario.ts";

const TRIES = 8;

/** A start on a folder in which one file has a flipped byte, or only its beginning. */
function startOnDamage(what: string, names: RegExp, appendonly: "yes" | "no"): Scenario {
  return {
    name: `a start on ${what} that is damaged serves, or ends with file, offset and reason`,
    run: async ({ dir, executable }) => {
      await makeSample(dir, executable);
      const folder = appendonly === "yes" ? join(dir, "appendonlydir") : dir;
      const name = namesIn(folder).findLast((name) => names.test(name))!;
      const path = join(folder, name), whole = Deno.readFileSync(path);
      for (let number = 0; number < TRIES; number++) {
        const random = new Seeded(number);
        const bytes = whole.slice(0, number % 2 === 0 ? whole.length : random.below(whole.length));
        if (number % 2 === 0) bytes[random.below(bytes.length)] ^= 0x55;
        Deno.writeFileSync(path, bytes);
        const server = await startMiniredis({ appendonly }, {
          dir,
          executable: executable ?? "",
          withoutWaiting: true,
        });
        const end = await Promise.race([server.ended, ready(server)]);
        await server.stop("SIGKILL");
        assert(!/Internal error|InvariantError|panicked|Uncaught/.test(server.log), server.log);
        if (end === undefined) continue;
        assertEquals(end.code, 1, server.log);
        assert(server.log.includes(name), server.log);
        assertMatch(server.log, /at byte offset \d+/);
        assertEquals(Deno.readFileSync(path), bytes, "a file that is refused stays as it is");
      }
    },
  };
}

async function ready(server: ServerProcess): Promise<undefined> {
  // One that ends says so elsewhere.
  await server.waitForLog(/Ready to accept/).catch(() => new Promise(() => {}));
}

export const START_SCENARIOS: readonly Scenario[] = [
  startOnDamage("a dump", /^dump\.rdb$/, "no"),
  startOnDamage("an incremental file", /\.incr\.aof$/, "yes"),
  startOnDamage("a base file", /\.base\.rdb$/, "yes"),
];
