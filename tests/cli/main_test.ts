/** The program as a user meets it before a server runs: help, version, refusals, exit statuses. */

import { assert, assertEquals } from "@std/assert";

const PERMISSIONS = ["--allow-read", "--allow-write", "--allow-net", "--allow-env", "--allow-sys"];
const PROGRAM = new URL("../../main.ts", import.meta.url).href;

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...PERMISSIONS, PROGRAM, ...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("--help explains the program and lists its subcommands", async () => {
  const { code, stdout, stderr } = await run("--help");
  assertEquals([code, stderr], [0, ""]);
  assert(stdout.startsWith("Usage: miniredis [FILE.conf]"), stdout);
  assert(/\n {2}cli {10,}\S/.test(stdout), stdout);
  assertEquals((await run("-h")).stdout, stdout);
});

Deno.test("--version names the program's version and the one of Redis it follows", async () => {
  const { code, stdout } = await run("--version");
  assertEquals(code, 0);
  assert(/^miniredis v=\d+\.\d+\.\d+ redis=7\.2\.\d+ /.test(stdout), stdout);
});

Deno.test("a flag that is unknown or malformed is refused by name with status 1", async () => {
  const unknown = await run("--prot", "7000");
  assertEquals([unknown.code, unknown.stdout], [1, ""]);
  assertEquals(unknown.stderr.trim().split("\n").slice(2), [
    `>>> 'prot "7000"'`,
    "Bad directive or wrong number of arguments",
  ]);
  const malformed = await run("--port", "70000");
  assertEquals(malformed.code, 1);
  assert(malformed.stderr.includes("argument must be between 0 and 65535 inclusive"));
});

Deno.test("a configuration that is a folder or missing is refused with status 1", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stderr } = await run(folder);
    assertEquals(code, 1);
    assert(stderr.includes(`can't open config file '${folder}'`), stderr);
    assertEquals((await run(`${folder}/none.conf`)).code, 1);
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("a server that would listen nowhere does not start", async () => {
  for (const flags of [["--bind"], ["--bind", ""]]) {
    const { code, stdout } = await run("--port", "0", "--save", "", ...flags);
    assertEquals(code, 1);
    assert(stdout.includes("Configured to not listen anywhere, exiting."), stdout);
  }
});
