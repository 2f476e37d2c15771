import { assertEquals } from "@std/assert";
import { asciiBytes } from "../../src/base/bytes.ts";
import { Slice } from "../../src/base/slice.ts";
import { allCommands } from "../../src/commands/registry.ts";
import { Registry } from "../../src/engine/registry.ts";
import { readFrom } from "../../src/base/words.ts";
import { forEachSeed } from "../support/seeded.ts";

function find(registry: Registry, name: string): string | undefined {
  return registry.find(new Slice(asciiBytes(name)))?.fullName;
}

Deno.test("a command is found in any case, and nothing else is", () => {
  const registry = new Registry(allCommands());
  assertEquals(find(registry, "gEt"), "get");
  assertEquals(find(registry, "get "), undefined);
  assertEquals(find(registry, "ge"), undefined);
  assertEquals(registry.byName("CONFIG|Get")?.fullName, "config|get");
});

Deno.test("names that stand in a request are found as others are, whatever was asked for before", async () => {
  const names = allCommands().map(({ name }) => name);
  await forEachSeed(5, (random) => {
    const registry = new Registry(allCommands());
    const request = new Uint8Array(40);
    readFrom(request, new DataView(request.buffer));
    for (let round = 0; round < 3000; round++) {
      const letters = asciiBytes(random.pick(names));
      for (let i = 0; i < letters.length; i++) {
        if (random.chance(0.3)) letters[i] &= 0xdf; // upper case, of letters
      }
      if (random.chance(0.3)) letters[random.below(letters.length)] ^= 1 << random.below(8);
      for (let i = 0; i < request.length; i++) request[i] = random.below(256);
      const start = random.pick([0, 1, 3, 4, request.length - letters.length]);
      request.set(letters, start);
      const end = start + Math.max(0, letters.length - (random.chance(0.1) ? 1 : 0));
      const found = registry.find(new Slice(request, start, end));
      assertEquals(found, registry.find(new Slice(request.slice(start, end))));
    }
  });
});

Deno.test("a renamed command is found by its new name alone", () => {
  const registry = new Registry(allCommands());
  const count = registry.commands.length;
  assertEquals(registry.rename("FlushDB", "Badger"), undefined);
  assertEquals(find(registry, "BADGER"), "flushdb");
  assertEquals(find(registry, "flushdb"), undefined);
  assertEquals(registry.byName("badger")?.fullName, "flushdb");
  assertEquals(registry.byName("flushdb"), undefined);
  assertEquals(registry.commands.length, count);
});

Deno.test("a command renamed to nothing is gone", () => {
  const registry = new Registry(allCommands());
  const count = registry.commands.length;
  assertEquals(registry.rename("config", ""), undefined);
  assertEquals(find(registry, "config"), undefined);
  assertEquals(registry.byName("config|get"), undefined);
  assertEquals(registry.commands.length, count - 1);
});

Deno.test("renaming is refused for commands that do not exist and to names that do", () => {
  const registry = new Registry(allCommands());
  assertEquals(registry.rename("bogus", "x"), "No such command in rename-command");
  assertEquals(registry.rename("get", "SET"), "Target command name already exists");
  assertEquals(find(registry, "get"), "get");
});
