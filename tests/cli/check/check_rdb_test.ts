import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { runCheckRdb } from "../../../src/cli/check/check_rdb.ts";
import { dump, plain } from "../../rdb/dump_builder.ts";
import { type Report, report, testBesideTool, withFiles } from "./checking.ts";

const AUX = [0xfa, plain("redis-ver"), plain("7.0.15")];
const STRING = [0, plain("k"), plain("v")];
const OVER = [0xfc, 1, 0, 0, 0, 0, 0, 0, 0, 0, plain("over"), plain("v")];
const LATER = [0xfd, 0xff, 0xff, 0xff, 0x7f, 0, plain("later"), plain("v")];
const SET = [2, plain("s"), 2, plain("a"), plain("b")];
const LISTPACK = [17, plain("z"), 4, 0xff, 0xff, 0xff, 0xff];

const GOOD = dump("REDIS0010", ...AUX, 0xfe, 0, ...STRING, ...OVER, 0xfe, 3, ...LATER);

const SAMPLES: Record<string, Uint8Array> = {
  "good.rdb": GOOD,
  "no-checksum.rdb": dump("REDIS0010", 0xfe, 0, ...STRING, ...SET).fill(0, -8),
  "old.rdb": dump("REDIS0004", 0xfe, 0, ...STRING),
  "trailing.rdb": Uint8Array.of(...GOOD, 1, 2, 3),
  "wrong-checksum.rdb": GOOD.with(GOOD.length - 1, GOOD.at(-1)! ^ 1),
  "cut-in-expiry.rdb": dump("REDIS0010", 0xfe, 0, ...STRING, 0xfc, 1, 0).slice(0, 20),
  "cut-in-key.rdb": GOOD.slice(0, GOOD.length - 14),
  "cut-in-header.rdb": GOOD.slice(0, 5),
  "cut-behind-header.rdb": GOOD.slice(0, 9),
  "cut-in-aux.rdb": GOOD.slice(0, 14),
  "empty.rdb": new Uint8Array(0),
  "unknown-type.rdb": dump("REDIS0010", 0xfe, 0, ...STRING, 99, plain("k"), plain("v")),
  "newer.rdb": dump("REDIS0099", 0xfe, 0, ...STRING),
  "no-dump.rdb": dump("XEDIS0010", 0xfe, 0, ...STRING),
  "bad-listpack.rdb": dump("REDIS0010", 0xfe, 0, ...STRING, ...LISTPACK),
};

function check(name: string): Report {
  let result: Report | undefined;
  withFiles(SAMPLES, (folder) => {
    result = report((output) => runCheckRdb([join(folder, name)], output));
    result = { ...result, text: result.text.replaceAll(join(folder, "/"), "") };
  });
  return result!;
}

Deno.test("a good dump is reported with what it holds", () => {
  assertEquals(check("good.rdb"), {
    text: `[offset 0] Checking RDB file good.rdb
[offset 27] AUX FIELD redis-ver = '7.0.15'
[offset 29] Selecting DB ID 0
[offset 53] Selecting DB ID 3
[offset 76] Checksum OK
[offset 76] \\o/ RDB looks OK! \\o/
[info] 3 keys read
[info] 2 expires
[info] 1 already expired
`,
    errors: "",
    status: 0,
  });
});

Deno.test("a damaged dump is reported with offset, what was read, key and type", () => {
  const { text, status } = check("bad-listpack.rdb");
  assertMatch(text, /--- RDB ERROR DETECTED ---\n\[offset \d+\] listpack of 4 bytes/);
  assertStringIncludes(
    text,
    `[additional info] While doing: read-object-value
[additional info] Reading key 'z'
[additional info] Reading type 17 (zset-listpack)
[info] 2 keys read
`,
  );
  assertEquals(status, 1);
});

Deno.test("a member that stands in a set twice is found", () => {
  const twice = [2, plain("s"), 2, plain("a"), plain("a")];
  withFiles({ "x.rdb": dump("REDIS0010", 0xfe, 0, ...twice) }, (folder) => {
    const { text, status } = report((output) => runCheckRdb([join(folder, "x.rdb")], output));
    assertStringIncludes(text, "a member stands in the value twice");
    assertEquals(status, 1);
  });
});

Deno.test("keys and fields are shown so that a terminal cannot be steered by them", () => {
  const record = [17, plain("\x1b[2J'"), 4, 0xff, 0xff, 0xff, 0xff];
  withFiles({ "x.rdb": dump("REDIS0010", 0xfe, 0, ...record) }, (folder) => {
    const { text } = report((output) => runCheckRdb([join(folder, "x.rdb")], output));
    assertStringIncludes(text, "Reading key '\\x1b[2J''");
  });
});

Deno.test("a file that is not there, and a wrong command line, end with status 1", () => {
  const missing = report((output) => runCheckRdb(["/nowhere/x.rdb"], output));
  assertEquals(missing.status, 1);
  assertStringIncludes(missing.errors, "Cannot open x.rdb: No such file or directory");
  const folder = report((output) => runCheckRdb([import.meta.dirname!], output));
  assertEquals([folder.status, /not a regular file/.test(folder.errors)], [1, true]);
  const usage = report((output) => runCheckRdb([], output));
  assertEquals([usage.status, usage.text], [1, ""]);
  assertStringIncludes(usage.errors, "Usage: miniredis check-rdb <rdb-file-name>");
  assertEquals(report((output) => runCheckRdb(["--version"], output)).status, 0);
});

testBesideTool("redis-check-rdb", "what redis-check-rdb says is said too", async (run) => {
  for (const name of Object.keys(SAMPLES)) {
    const folder = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
    try {
      const path = join(folder, name);
      Deno.writeFileSync(path, SAMPLES[name]);
      const theirs = await run([path]);
      const ours = report((output) => runCheckRdb([path], output));
      assertEquals(comparable(ours.text), comparable(theirs.text), name);
      assertEquals(ours.status, theirs.status, name);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  }
});

/** Without what is said in other words on purpose, and without a type of which nothing was read. */
function comparable(text: string): string {
  return text
    .replace(/(Can't handle RDB format version \d+).*/, "$1")
    .replace(/\[offset \d+\] (listpack of|Internal error in RDB).*/, "(bad listpack)")
    .replace(/\d+:C .*Terminating server.*\n/, "")
    .replace(
      /(While doing: (start|read-type|read-aux)\n)\[additional info\] Reading type 0 \(string\)\n/,
      "$1",
    );
}
