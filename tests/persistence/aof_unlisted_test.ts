// Files that the manifest does not name: one that lost its last lines must not lose the data.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Saving } from "./saving.ts";
import { commands, Replaying } from "./replaying.ts";
import { latin1Bytes } from "../../src/base/bytes.ts";
import { EMPTY_MANIFEST } from "../../src/persistence/aof_manifest.ts";

const NAME = "appendonly.aof";
const BASE = `${NAME}.1.base.aof`;
const incr = (sequence: number) => `${NAME}.${sequence}.incr.aof`;
const line = (name: string, sequence: number, type: string) =>
  `file ${name} seq ${sequence} type ${type}\n`;
const WHOLE = line(BASE, 1, "b") + line(incr(1), 1, "i") + line(incr(2), 2, "i");

/** A folder with a base and two incremental files, whose manifest says what `manifest` does. */
function folder(manifest: string | undefined): Replaying {
  const replaying = new Replaying();
  replaying.writeManifest(manifest ?? "");
  if (manifest === undefined) Deno.removeSync(replaying.path(`${NAME}.manifest`));
  const write = (name: string, text: string) =>
    Deno.writeFileSync(replaying.path(name), latin1Bytes(text));
  write(BASE, commands("SET base 1"));
  write(incr(1), commands("SET first 1"));
  write(incr(2), commands("SET second 1"));
  return replaying;
}

Deno.test("a manifest that was cut at the end of a line is refused, with the lines that are missing", () => {
  {
    using whole = folder(WHOLE);
    whole.load();
    assertEquals(whole.harness.keys(), ["base", "first", "second"]);
  }
  for (const lines of [1, 2]) {
    const cut = WHOLE.split("\n").slice(0, lines).join("\n") + "\n";
    using replaying = folder(cut);
    const refusal = replaying.refusal();
    const missing = lines === 1 ? 1 : 2;
    assertStringIncludes(refusal, `does not name ${incr(missing)} (`);
    assertStringIncludes(refusal, `'${line(incr(missing), missing, "i").trim()}'`);
    assertEquals(replaying.harness.keys(), []);
    assertEquals(Deno.readTextFileSync(replaying.path(`${NAME}.manifest`)), cut);
    assertEquals(Deno.readTextFileSync(replaying.path(incr(2))), commands("SET second 1"));
  }
});

Deno.test("an empty file that the manifest does not name yet is what a killed rewrite leaves", () => {
  using replaying = folder(WHOLE);
  Deno.writeFileSync(replaying.path(incr(3)), new Uint8Array(0));
  replaying.load();
  assertEquals(replaying.harness.keys(), ["base", "first", "second"]);
});

Deno.test("a base that the manifest does not name yet is what a killed rewrite leaves", () => {
  using replaying = folder(WHOLE);
  Deno.writeTextFileSync(replaying.path(`${NAME}.2.base.aof`), commands("SET other 1"));
  replaying.load();
  assertEquals(replaying.harness.keys(), ["base", "first", "second"]);
});

Deno.test("older files, and files with other names, are nobody's business", () => {
  using replaying = folder(line(BASE, 1, "b") + line(incr(2), 2, "i"));
  for (const name of [`${NAME}.x.incr.aof`, "other.aof.9.incr.aof", `${incr(9)}.removed-17`]) {
    Deno.writeTextFileSync(replaying.path(name), "text");
  }
  replaying.load();
  assertEquals(replaying.harness.keys(), ["base", "second"]);
});

Deno.test("without a manifest one base and one file behind it are the data, of more nobody knows", () => {
  using several = folder(undefined);
  assertStringIncludes(several.refusal(), `does not name ${BASE} (`);
  assertEquals(several.harness.keys(), []);
  using one = folder(undefined);
  Deno.removeSync(one.path(incr(2)));
  one.load();
  assertEquals(one.harness.keys(), ["base", "first"]);
  assertMatch(
    one.log.join("\n"),
    /manifest .* is made anew: the data is in .*base.aof and .*incr.aof/,
  );
  assertEquals(
    Deno.readTextFileSync(one.path(`${NAME}.manifest`)),
    line(BASE, 1, "b") + line(incr(1), 1, "i"),
  );
  using alone = folder(undefined);
  for (const name of [BASE, incr(2)]) Deno.removeSync(alone.path(name));
  assertStringIncludes(alone.refusal(), `does not name ${incr(1)} (`);
});

Deno.test("a base and what came behind it are taken where only the manifest's turn was missing", () => {
  using replaying = folder(line(BASE, 1, "b") + line(incr(1), 1, "i"));
  Deno.writeTextFileSync(replaying.path(`${NAME}.2.base.aof`), commands("SET newer 1"));
  replaying.load();
  assertEquals(replaying.harness.keys(), ["newer", "second"]);
  assertEquals(
    Deno.readTextFileSync(replaying.path(`${NAME}.manifest`)),
    line(`${NAME}.2.base.aof`, 2, "b") + line(BASE, 1, "h") + line(incr(1), 1, "h") +
      line(incr(2), 2, "i"),
  );
});

Deno.test("a server whose manifest is gone appends nothing to what is there", async () => {
  using saving = new Saving({ config: { appendonly: "yes" } });
  saving.appendOnly.start(EMPTY_MANIFEST);
  saving.harness.run("SET a 1");
  await saving.appendOnly.close();
  using again = new Replaying({ folder: saving.folder });
  Deno.removeSync(again.path(`${NAME}.manifest`));
  again.load();
  assertEquals(again.harness.keys(), ["a"]);
});
