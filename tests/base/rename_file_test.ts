import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { renameFile } from "../../src/base/rename_file.ts";

/** A system where a rename fails so often with this message. */
function failing(times: number, message: string, isWindows = true) {
  const seen = { tries: 0, pausedMs: 0 };
  const doors = {
    isWindows,
    rename() {
      seen.tries++;
      if (seen.tries <= times) throw new Error(message);
    },
    pause(ms: number) {
      seen.pausedMs += ms;
    },
  };
  return { seen, doors };
}

const SHARED = "Sharing violation. (os error 32): rename 'a' -> 'b'";
const DENIED = "Access denied. (os error 5): rename 'a' -> 'b'";

Deno.test("on Windows a file that somebody looks at is renamed once he lets go", () => {
  for (const message of [SHARED, DENIED]) {
    const { seen, doors } = failing(3, message);
    renameFile("a", "b", doors);
    assertEquals(seen, { tries: 4, pausedMs: 75 });
  }
});

Deno.test("on Windows the patience ends after half a second, with the system's reason", () => {
  const { seen, doors } = failing(Infinity, SHARED);
  assertThrows(() => renameFile("a", "b", doors), Error, "Sharing violation");
  assertEquals(seen, { tries: 21, pausedMs: 500 });
});

Deno.test("other failures, and those of other systems, are told at once", () => {
  for (
    const { seen, doors } of [
      failing(1, "The system cannot find the file specified. (os error 2)"),
      failing(1, DENIED, false),
    ]
  ) {
    assertThrows(() => renameFile("a", "b", doors));
    assertEquals(seen, { tries: 1, pausedMs: 0 });
  }
});

Deno.test("a real file takes the place of another one", () => {
  const dir = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
  try {
    Deno.writeTextFileSync(join(dir, "new"), "new");
    Deno.writeTextFileSync(join(dir, "old"), "old");
    renameFile(join(dir, "new"), join(dir, "old"));
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["old"]);
    assertEquals(Deno.readTextFileSync(join(dir, "old")), "new");
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
