import { assert, assertStringIncludes } from "@std/assert";
import { banner } from "../../src/cli/banner.ts";
import { MINIREDIS_VERSION } from "../../src/base/version.ts";
import { findProgram } from "../support/programs.ts";
import { programCommand, projectDir, startMiniredis } from "../support/miniredis_server.ts";
import { LiveProcess } from "./client/client_process.ts";

const NAME = new RegExp(`^.*   miniredis ${MINIREDIS_VERSION}$`, "m");

// Only the script of util-linux takes a command line with -c.
const script = Deno.build.os === "linux" ? findProgram("script") : null;

Deno.test("the banner tells version, port and process in short lines of ASCII", () => {
  const text = banner({ version: "1.2.3", redisVersion: "7.2.4", port: 6379, pid: 4711 });
  for (const fact of ["miniredis 1.2.3", "Redis 7.2.4", "port 6379", "process 4711"]) {
    assertStringIncludes(text, fact);
  }
  assert(/^[\n -~]*$/.test(text) && text.endsWith("\n"), text);
  assert(text.split("\n").every((line) => line.length < 60 && line === line.trimEnd()), text);
});

Deno.test("a server whose output is read by a program shows the banner only when it is asked for", async () => {
  await using silent = await startMiniredis();
  assert(!NAME.test(silent.log), silent.log);
  assert(silent.log.split("\n").every((line) => line === "" || /^\d+:M /.test(line)), silent.log);
  await using asked = await startMiniredis({ "always-show-logo": "yes" });
  assert(NAME.test(asked.log), asked.log);
});

if (script === null) console.log("skipped, it needs the program script: the banner at a terminal");
Deno.test({
  name: "a server at a terminal shows the banner, unless its log goes to a file",
  ignore: script === null,
  async fn() {
    const { command, args } = programCommand();
    const dir = await Deno.makeTempDir();
    const flags = ["--port", "0", "--dir", dir, "--save", "''"];
    const line = `cd '${projectDir}'; exec ${[command, ...args, ...flags].join(" ")}`;
    try {
      await using live = new LiveProcess([script!, "-qec", line, "/dev/null"]);
      await live.waitFor("Ready to accept connections");
      assert(NAME.test(live.text.replaceAll("\r", "")), live.text);
      await live.send("\x03");
      await live.waitFor("bye bye");
      await using logged = new LiveProcess(
        [script!, "-qec", `${line} --logfile log`, "/dev/null"],
      );
      const log = `${dir}/log`;
      while (!(await readText(log)).includes("Ready to accept")) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert(!logged.text.includes("miniredis"), logged.text);
      assert(!NAME.test(await readText(log)));
      await logged.send("\x03");
      await logged.end();
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

/** What the file holds so far. */
async function readText(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}
