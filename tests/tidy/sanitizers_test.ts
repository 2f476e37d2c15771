import { assert, assertStringIncludes } from "@std/assert";

const LEAKS = `
Deno.test("leaves a timer", () => void setTimeout(() => {}, 60_000));
Deno.test("leaves a listener", () => void Deno.listen({ hostname: "127.0.0.1", port: 0 }));
`;

// Deno 2.8 and newer sanitize only where told to. The key of deno.json for it is refused by Deno 2.4,
// so the task `test` says it with environment variables, which this test's own subprocess inherits.
Deno.test("a test that leaks a timer or a listener fails here (run tests with `deno task test`)", async () => {
  const dir = await Deno.makeTempDir({ prefix: "miniredis_test_" });
  try {
    await Deno.writeTextFile(`${dir}/leaks_test.ts`, LEAKS);
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "--no-config", "--allow-net", `${dir}/leaks_test.ts`],
      env: { NO_COLOR: "1" },
    }).output();
    const output = new TextDecoder().decode(stdout);
    assert(!success, output);
    assertStringIncludes(output, "0 passed | 2 failed");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
