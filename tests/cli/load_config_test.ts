/** Configuration from files, standard input and flags, in a process of its own. */

import { assert, assertEquals } from "@std/assert";

const PROGRAM = new URL("./print_config.ts", import.meta.url);
const READ_AND_WRITE = ["run", "--no-prompt", "--allow-read", "--allow-write"];

interface Printed {
  code: number;
  lines: string[];
}

async function run(folder: string, args: string[], input = ""): Promise<Printed> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...READ_AND_WRITE, PROGRAM.href, ...args],
    cwd: folder,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout } = await child.output();
  return { code, lines: new TextDecoder().decode(stdout).split("\n") };
}

async function inFolder(files: Record<string, string>, use: (folder: string) => Promise<void>) {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("flags win over standard input, and that over the file", async () => {
  await inFolder({ "a.conf": "port 1\nhz 20\ntimeout 3" }, async (folder) => {
    const { code, lines } = await run(folder, ["a.conf", "--port", "3", "-"], "port 2\nhz 30\n");
    assertEquals(code, 0);
    assert(["port 3", "hz 30", "timeout 3"].every((line) => lines.includes(line)), lines.join());
    assert(lines.some((line) => line.startsWith("file ") && line.endsWith("a.conf")));
  });
});

Deno.test("dir is entered where it stands, and includes are found from there", async () => {
  const files = {
    "main.conf": "include conf.d/*.conf\ninclude none/*.conf\ndir data\ninclude inner.conf",
    "conf.d/1.conf": "hz 11",
    "conf.d/2.conf": "hz 22\n",
    "conf.d/.hidden.conf": "hz 33",
    "data/inner.conf": "timeout 44",
  };
  await inFolder(files, async (folder) => {
    const { code, lines } = await run(folder, ["main.conf"]);
    assertEquals(code, 0, lines.join("\n"));
    assert(["hz 22", "timeout 44"].every((line) => lines.includes(line)), lines.join());
    const directory = lines.find((line) => line.startsWith("dir "));
    assert(directory?.endsWith('data"'), directory);
    assert(lines.some((line) => line.startsWith("file ") && line.endsWith("main.conf")));
  });
});

Deno.test("what cannot be opened ends the start with status 1 and a reason", async () => {
  await inFolder({ "a.conf": "include missing.conf" }, async (folder) => {
    const missing = await run(folder, ["none.conf"]);
    assertEquals(missing.code, 1);
    assert(/^Fatal error, can't open config file '.*none\.conf': No such/.test(missing.lines[0]));
    const included = await run(folder, ["a.conf"]);
    assertEquals(included.lines[0].split("': ")[1], "No such file or directory");
    const log = await run(folder, ["--logfile", "no/such/log"]);
    assertEquals([log.code, ...log.lines.slice(0, 2)], [
      1,
      "*** FATAL CONFIG FILE ERROR (miniredis 0.1.0) ***",
      "Can't open the log file: No such file or directory",
    ]);
    const word = await run(folder, ["--nöthing", "1"]);
    assertEquals([word.code, word.lines[2]], [1, `>>> 'nöthing "1"'`]);
  });
});
