import { assert, assertEquals, assertThrows } from "@std/assert";
import { Config } from "../../src/config/config.ts";
import { rewriteConfigFile } from "../../src/config/rewrite_file.ts";
import { FakeDirectory } from "./fake_directory.ts";

async function inFolder(check: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "miniredis_test_" });
  try {
    check(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function changedConfig(): Config {
  const config = new Config(new FakeDirectory());
  config.assign("maxmemory", ["100mb"]);
  return config;
}

Deno.test("the file is rewritten in place and nothing is left beside it", async () => {
  await inFolder((folder) => {
    const path = `${folder}/redis.conf`;
    Deno.writeTextFileSync(path, "# mine\nmaxmemory 1mb\n");
    rewriteConfigFile(changedConfig(), path);
    const text = Deno.readTextFileSync(path);
    assert(text.startsWith("# mine\nmaxmemory 100mb\n"), text);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["redis.conf"]);
  });
});

Deno.test("a file that is not there is made", async () => {
  await inFolder((folder) => {
    const path = `${folder}/new.conf`;
    rewriteConfigFile(changedConfig(), path);
    assert(Deno.readTextFileSync(path).includes("maxmemory 100mb\n"));
  });
});

Deno.test({
  name: "a file keeps its mode: it may hold passwords",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await inFolder((folder) => {
      const path = `${folder}/redis.conf`;
      Deno.writeTextFileSync(path, "", { mode: 0o640 });
      Deno.chmodSync(path, 0o640);
      rewriteConfigFile(changedConfig(), path);
      assertEquals(Deno.statSync(path).mode! & 0o777, 0o640);
    });
  },
});

Deno.test("a folder that is not there is the system's error", async () => {
  await inFolder((folder) => {
    assertThrows(
      () => rewriteConfigFile(changedConfig(), `${folder}/none/redis.conf`),
      Deno.errors.NotFound,
    );
  });
});
