import { assert, assertEquals, assertThrows } from "@std/assert";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import {
  type AofManifest,
  EMPTY_MANIFEST,
  filesToLoad,
  formatManifest,
  isEmptyManifest,
  ManifestError,
  manifestName,
  parseManifest,
  temporaryIncrName,
  temporaryManifestName,
  withIncrsAsHistory,
  withNextBase,
  withNextIncr,
  withoutHistory,
  withUpgradedBase,
} from "../../src/persistence/aof_manifest.ts";

// Written by redis-server 7.0.15 after a rewrite with `aof-disable-auto-gc yes`.
const FROM_REDIS = `file appendonly.aof.2.base.rdb seq 2 type b
file appendonly.aof.1.incr.aof seq 1 type h
file appendonly.aof.1.base.rdb seq 1 type h
file appendonly.aof.2.incr.aof seq 2 type i
`;
// The same server with `appendfilename "my file é.aof"`.
const QUOTED_BY_REDIS = 'file "my file \\xc3\\xa9.aof.1.base.rdb" seq 1 type b\n' +
  'file "my file \\xc3\\xa9.aof.1.incr.aof" seq 1 type i\n';

function parse(text: string): AofManifest {
  return parseManifest(latin1Bytes(text));
}

function format(manifest: AofManifest): string {
  return latin1(formatManifest(manifest));
}

function fault(text: string): ManifestError {
  return assertThrows(() => parse(text), ManifestError);
}

Deno.test("a manifest of redis-server is read and written again byte for byte", () => {
  const manifest = parse(FROM_REDIS);
  assertEquals(manifest.base, { name: "appendonly.aof.2.base.rdb", sequence: 2, type: "b" });
  assertEquals(manifest.history.map((file) => file.name), [
    "appendonly.aof.1.incr.aof",
    "appendonly.aof.1.base.rdb",
  ]);
  assertEquals(manifest.incrs, [{ name: "appendonly.aof.2.incr.aof", sequence: 2, type: "i" }]);
  assertEquals([manifest.baseSequence, manifest.incrSequence], [2, 2]);
  assertEquals(format(manifest), FROM_REDIS);
});

Deno.test("names with blanks and bytes beyond ASCII are quoted as Redis quotes them", () => {
  const manifest = parse(QUOTED_BY_REDIS);
  assertEquals(manifest.base?.name, "my file é.aof.1.base.rdb");
  assertEquals(format(manifest), QUOTED_BY_REDIS);
});

Deno.test("comments are passed over, words we do not know and the case of keys do not matter", () => {
  const manifest = parse(
    "# a comment\n  FILE a.1.base.aof Seq 1 TYPE base future thing\r\n#\nfile b seq 7 type i\n",
  );
  assertEquals(manifest.base, { name: "a.1.base.aof", sequence: 1, type: "b" });
  assertEquals(manifest.incrs, [{ name: "b", sequence: 7, type: "i" }]);
  assert(isEmptyManifest(parse("# only a comment\n")));
});

Deno.test("a manifest that Redis refuses is refused in its words, with the line", () => {
  const incr = "file a seq 2 type i\n";
  const cases: [text: string, message: string, lineNumber: number, line: string | undefined][] = [
    ["", "Found an empty AOF manifest", 0, undefined],
    ["\n", "Invalid AOF manifest file format", 1, ""],
    ["file a seq 1\n", "Invalid AOF manifest file format", 1, "file a seq 1"],
    ["file a seq 1 type i x\n", "Invalid AOF manifest file format", 1, "file a seq 1 type i x"],
    ["file a seq 0 type i\n", "Invalid AOF manifest file format", 1, "file a seq 0 type i"],
    ["file a seq x type i\n", "Invalid AOF manifest file format", 1, "file a seq x type i"],
    ['file a seq 1 type ""\n', "Invalid AOF manifest file format", 1, 'file a seq 1 type ""'],
    ['file "a seq 1 type i\n', "Invalid AOF manifest file format", 1, 'file "a seq 1 type i'],
    ["name a seq 1 type i\n", "Invalid AOF manifest file format", 1, "name a seq 1 type i"],
    ["file a seq 1 type x\n", "Unknown AOF file type", 1, "file a seq 1 type x"],
    [`#\n${incr}${incr}`, "Found a non-monotonic sequence number", 3, incr.trim()],
    ["file a seq -1 type i\n", "Found a non-monotonic sequence number", 1, "file a seq -1 type i"],
    [
      "file a seq 1 type b\nfile b seq 2 type b\n",
      "Found duplicate base file information",
      2,
      "file b seq 2 type b",
    ],
    [
      "file x/a seq 1 type b\n",
      "File can't be a path, just a filename",
      1,
      "file x/a seq 1 type b",
    ],
    [
      "file x\\a seq 1 type b\n",
      "File can't be a path, just a filename",
      1,
      "file x\\a seq 1 type b",
    ],
    ["file a seq 1 type b", "The AOF manifest file contains too long line", 1, undefined],
    [
      `file ${"a".repeat(1024)} seq 1 type b\n`,
      "The AOF manifest file contains too long line",
      1,
      undefined,
    ],
    ["file a\0 seq 1 type b\n", "The AOF manifest file contains too long line", 1, undefined],
  ];
  for (const [text, message, lineNumber, line] of cases) {
    const error = fault(text);
    assertEquals([error.message, error.lineNumber, error.line], [message, lineNumber, line], text);
  }
});

Deno.test("a line may have 1024 bytes with its line break", () => {
  const name = "a".repeat(1024 - "file  seq 1 type b\n".length);
  assertEquals(parse(`file ${name} seq 1 type b\n`).base?.name, name);
  fault(`file ${name}a seq 1 type b\n`);
});

Deno.test("a rewrite leaves the base and the files before it as history until they are dropped", () => {
  let manifest = withNextBase(EMPTY_MANIFEST, "a.aof", true);
  manifest = withNextIncr(manifest, "a.aof");
  assertEquals(
    format(manifest),
    "file a.aof.1.base.rdb seq 1 type b\nfile a.aof.1.incr.aof seq 1 type i\n",
  );
  manifest = withNextIncr(manifest, "a.aof");
  manifest = withNextIncr(manifest, "a.aof");
  manifest = withIncrsAsHistory(withNextBase(manifest, "a.aof", false), true);
  assertEquals(
    format(manifest),
    "file a.aof.2.base.aof seq 2 type b\n" +
      "file a.aof.1.incr.aof seq 1 type h\n" +
      "file a.aof.2.incr.aof seq 2 type h\n" +
      "file a.aof.1.base.rdb seq 1 type h\n" +
      "file a.aof.3.incr.aof seq 3 type i\n",
  );
  assertEquals(filesToLoad(manifest).map((file) => file.name), [
    "a.aof.2.base.aof",
    "a.aof.3.incr.aof",
  ]);
  assertEquals(
    format(withoutHistory(manifest)),
    "file a.aof.2.base.aof seq 2 type b\nfile a.aof.3.incr.aof seq 3 type i\n",
  );
});

Deno.test("sequences go on counting when all incremental files became history", () => {
  const manifest = withIncrsAsHistory(withNextIncr(EMPTY_MANIFEST, "a"), false);
  assertEquals(manifest.incrs, []);
  assertEquals(withNextIncr(manifest, "a").incrs[0].name, "a.2.incr.aof");
  assertEquals(withIncrsAsHistory(EMPTY_MANIFEST, true), EMPTY_MANIFEST);
});

Deno.test("an old single file becomes the base under its own name", () => {
  const manifest = withUpgradedBase(EMPTY_MANIFEST, "appendonly.aof");
  assertEquals(format(manifest), "file appendonly.aof seq 1 type b\n");
  assertEquals(
    withNextBase(manifest, "appendonly.aof", true).base?.name,
    "appendonly.aof.2.base.rdb",
  );
});

Deno.test("the files beside the data have Redis's names", () => {
  assertEquals(manifestName("a.aof"), "a.aof.manifest");
  assertEquals(temporaryManifestName("a.aof"), "temp-a.aof.manifest");
  assertEquals(temporaryIncrName("a.aof"), "temp-a.aof.incr");
});
