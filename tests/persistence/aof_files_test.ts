import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { AOF_FILES } from "../../src/persistence/aof_files.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function inFolder(check: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
  try {
    await check(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("a file grows at its end, also after something was cut off, and while it is synced", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "file");
    Deno.writeTextFileSync(path, "first ");
    const file = AOF_FILES.open(path, { empty: false });
    file.writeSync(bytes("second half"));
    file.truncateSync("first second".length);
    const synced = file.sync();
    file.writeSync(bytes(" third"));
    await synced;
    file.syncSync();
    file.close();
    assertEquals(Deno.readTextFileSync(path), "first second third");
    assertEquals(AOF_FILES.size(path), 18);
  });
});

Deno.test("an empty file takes the place of what was there", async () => {
  await inFolder((folder) => {
    const path = join(folder, "file");
    Deno.writeTextFileSync(path, "old");
    const file = AOF_FILES.open(path, { empty: true });
    file.writeSync(bytes("new"));
    file.close();
    assertEquals(Deno.readTextFileSync(path), "new");
  });
});

Deno.test("a folder is made unless it is there; a file of its name is an error", async () => {
  await inFolder((folder) => {
    const path = join(folder, "made");
    AOF_FILES.makeFolder(path);
    AOF_FILES.makeFolder(path);
    Deno.writeTextFileSync(join(folder, "file"), "");
    assertThrows(() => AOF_FILES.makeFolder(join(folder, "file")), Deno.errors.AlreadyExists);
  });
});
