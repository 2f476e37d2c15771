import { assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "node:path";
import { latin1 } from "../../../src/base/bytes.ts";
import { runCheckAof } from "../../../src/cli/check/check_aof.ts";
import { dump, plain } from "../../rdb/dump_builder.ts";
import { encodeCommand } from "../../support/resp_client.ts";
import { type Report, report, testBesideTool, withFiles } from "./checking.ts";

function commands(...lines: string[]): string {
  return lines.map((line) => latin1(encodeCommand(line.split(" ")))).join("");
}

const SELECT = commands("SELECT 0");
const A = commands("SET a 1"), B = commands("SET b 2");
const RDB = latin1(dump("REDIS0010", 0xfe, 0, 0, plain("k"), plain("v")));

/** Single files, as Redis before 7.0 wrote them. */
const SINGLE: Record<string, string> = {
  good: SELECT + A + B,
  empty: "",
  "cut-in-value": SELECT + A + B.slice(0, -3),
  "cut-behind-header": SELECT + A + "*3\r\n",
  "open-transaction": SELECT + commands("MULTI") + A,
  transaction: SELECT + commands("MULTI") + A + commands("EXEC") + B,
  "multi-in-multi": SELECT + commands("MULTI", "MULTI", "EXEC"),
  "exec-alone": SELECT + commands("EXEC"),
  "wrong-prefix": SELECT + A.replace("$3", "+3") + B,
  "short-length": SELECT + A.replace("$3", "$2") + B,
  "long-length": SELECT + A.replace("$3", "$900") + B,
  "negative-length": SELECT + A.replace("$3", "$-3") + B,
  "no-count": SELECT + A.replace("*3", "*abc") + B,
  garbage: SELECT + "hello" + B,
  times: "#TS:1000\r\n" + SELECT + A + "#TS:2000\r\n" + B,
  comment: SELECT + "# a comment\r\n" + A,
  "bad-time": SELECT + "#TS:then\r\n" + A,
  "late-time": "#TS:2000\r\n" + SELECT + A,
  preamble: RDB + SELECT + A,
  "cut-behind-preamble": RDB + SELECT + A.slice(0, -2),
  "bad-preamble": RDB.slice(0, -4) + "xxxx" + SELECT + A,
  "bad-line-end": SELECT + A.slice(0, -2) + "xx" + B,
};

/** Folders of files with a manifest; one that is named and not there is undefined. */
const PARTS: Record<string, Record<string, string | undefined>> = {
  whole: { "x.1.base.rdb": RDB, "x.1.incr.aof": SELECT + A, "x.2.incr.aof": SELECT + B },
  "with-history": { "x.1.base.aof": A, "x.1.hist.aof": undefined, "x.1.incr.aof": B },
  "empty-incr": { "x.1.base.rdb": RDB, "x.1.incr.aof": "" },
  "last-cut": { "x.1.base.aof": SELECT + A, "x.1.incr.aof": SELECT + A.slice(0, -3) },
  "base-cut": { "x.1.base.aof": SELECT + A.slice(0, -3), "x.1.incr.aof": SELECT + A },
  "no-incr": { "x.1.base.aof": SELECT + A, "x.1.incr.aof": undefined },
  "no-base": { "x.1.base.aof": undefined, "x.1.incr.aof": SELECT },
  "bad-base": { "x.1.base.rdb": RDB.slice(0, -9), "x.1.incr.aof": SELECT },
  times: { "x.1.base.aof": A, "x.1.incr.aof": SINGLE.times },
  "early-times": { "x.1.base.aof": SINGLE.times, "x.1.incr.aof": A },
};

/** The sample's files, and the one to check. */
function sampleFiles(name: string): { files: Record<string, string>; file: string } {
  if (name in SINGLE) return { files: { [`${name}.aof`]: SINGLE[name] }, file: `${name}.aof` };
  const files: Record<string, string> = {};
  let manifest = "# made for a test\n", sequence = 0;
  for (const [part, content] of Object.entries(PARTS[name.slice("parts/".length)])) {
    const type = part.includes("base") ? "b" : part.includes("hist") ? "h" : "i";
    manifest += `file ${part} seq ${++sequence} type ${type}\n`;
    if (content !== undefined) files[join(name, part)] = content;
  }
  const file = join(name, "x.manifest");
  return { files: { ...files, [file]: manifest }, file };
}

const NAMES = [...Object.keys(SINGLE), ...Object.keys(PARTS).map((name) => `parts/${name}`)];

interface Checked extends Report {
  /** What the files hold afterwards, by name. */
  readonly files: Record<string, string>;
}

/** Runs our tool on a sample, with these options. */
function check(name: string, options: string[] = [], answer?: string): Checked {
  const { files, file } = sampleFiles(name);
  let checked: Checked | undefined;
  withFiles(files, (folder) => {
    const path = join(folder, file);
    const said = report((output) => runCheckAof([...options, path], output), answer);
    const text = said.text.replaceAll(join(folder, "/"), "");
    checked = { ...said, text, files: filesBelow(dirname(path)) };
  });
  return checked!;
}

function filesBelow(folder: string): Record<string, string> {
  const names = [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile).map((f) => f.name);
  return Object.fromEntries(
    names.sort().map((name) => [name, latin1(Deno.readFileSync(join(folder, name)))]),
  );
}

Deno.test("a good file is analysed, a part at a time", () => {
  const { text, status } = check("parts/whole");
  assertStringIncludes(text, "RDB preamble is OK, proceeding with AOF tail...");
  assertEquals(
    text.slice(text.indexOf("Start to check INCR")),
    `Start to check INCR files.
AOF analyzed: filename=x.1.incr.aof, size=50, ok_up_to=50, ok_up_to_line=13, diff=0
INCR AOF x.1.incr.aof is valid
AOF analyzed: filename=x.2.incr.aof, size=50, ok_up_to=50, ok_up_to_line=25, diff=0
INCR AOF x.2.incr.aof is valid
All AOF files and manifest are valid
`,
  );
  assertEquals(status, 0);
});

Deno.test("a file with a torn end is refused, and not touched without --fix", () => {
  const { text, status, files } = check("cut-in-value");
  assertEquals(
    text,
    `Start checking Old-Style AOF
0x              4a: Expected to read 3 bytes, got 0 bytes
AOF analyzed: filename=cut-in-value.aof, size=74, ok_up_to=50, ok_up_to_line=19, diff=24
AOF cut-in-value.aof is not valid. Use the --fix option to try fixing it.
`,
  );
  assertEquals(status, 1);
  assertEquals(files, { "cut-in-value.aof": SINGLE["cut-in-value"] });
});

Deno.test("--fix asks, cuts off what is not in order, and keeps it", () => {
  const { text, status, files } = check("parts/last-cut", ["--fix"], "y");
  assertStringIncludes(
    text,
    "This will shrink the AOF x.1.incr.aof from 47 bytes, with 24 bytes, to 23",
  );
  assertStringIncludes(text, "Continue? [y/N]: ");
  assertStringIncludes(text, "Successfully truncated AOF x.1.incr.aof");
  assertEquals(status, 0);
  assertEquals(files["x.1.incr.aof"], SELECT);
  assertEquals(files["x.1.incr.aof.removed-23"], A.slice(0, -3));
  for (const answer of ["n", "", undefined]) {
    const refused = check("parts/last-cut", ["--fix"], answer);
    assertEquals([refused.status, refused.text.endsWith("Aborting...\n")], [1, true]);
    assertEquals(refused.files["x.1.incr.aof"], SELECT + A.slice(0, -3));
  }
});

Deno.test("only the last file is ever cut", () => {
  const { text, status, files } = check("parts/base-cut", ["--fix"], "y");
  assertStringIncludes(text, "Failed to truncate AOF x.1.base.aof because it is not the last file");
  assertEquals(status, 1);
  assertEquals(files["x.1.base.aof"], SELECT + A.slice(0, -3));
});

Deno.test("--truncate-to-timestamp takes back what came later", () => {
  const { text, status, files } = check("times", ["--truncate-to-timestamp", "1999"]);
  assertStringIncludes(text, "Successfully truncated AOF times.aof to timestamp 1999");
  assertEquals([status, files["times.aof"]], [0, "#TS:1000\r\n" + SELECT + A]);
  assertEquals(files["times.aof.removed-60"], "#TS:2000\r\n" + B);
  const all = check("times", ["--truncate-to-timestamp", "2000"]);
  assertStringIncludes(all.text, "Truncate nothing in AOF times.aof to timestamp 2000");
  assertEquals([all.status, all.files["times.aof"]], [0, SINGLE.times]);
});

Deno.test("a count of no arguments is not in order: it could not be loaded", () => {
  withFiles({ "x.aof": SELECT + "*0\r\n" + A }, (folder) => {
    const { text, status } = report((output) => runCheckAof([join(folder, "x.aof")], output));
    assertStringIncludes(text, "0x              17: Expected at least one argument");
    assertEquals(status, 1);
  });
});

Deno.test("a manifest that is not in order is refused with its line", () => {
  withFiles({ "x.manifest": "#\nfile a seq 1 type b\nfile b seq 2 type b\n" }, (folder) => {
    const path = join(folder, "x.manifest");
    const { text, status } = report((output) => runCheckAof([path], output));
    assertStringIncludes(text, "*** FATAL AOF MANIFEST FILE ERROR ***");
    assertStringIncludes(
      text,
      "Reading the manifest file, at line 3\n>>> 'file b seq 2 type b'\n" +
        "Found duplicate base file information\n",
    );
    assertEquals(status, 1);
  });
});

Deno.test("a wrong command line ends with status 1 and the usage", () => {
  for (const args of [[], ["--fix"], ["a", "b"], ["--truncate-to-timestamp", "x", "a"]]) {
    const { status, text } = report((output) => runCheckAof(args, output));
    assertEquals(status, 1);
    assertEquals(/Usage: |Invalid timestamp|Cannot open file --fix/.test(text), true, text);
  }
  assertEquals(report((output) => runCheckAof(["--help"], output)).status, 0);
});

const MODES: [options: string[], answer: string][] = [
  [[], ""],
  [["--fix"], "y\n"],
  [["--fix"], "n\n"],
  [["--truncate-to-timestamp", "1500"], ""],
];

testBesideTool(
  "redis-check-aof",
  "what redis-check-aof says and does is said and done",
  async (run) => {
    for (const name of NAMES) {
      for (const [options, answer] of MODES) {
        const { files, file } = sampleFiles(name);
        const folder = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
        try {
          for (const [each, content] of Object.entries(files)) {
            Deno.mkdirSync(dirname(join(folder, each)), { recursive: true });
            Deno.writeFileSync(
              join(folder, each),
              Uint8Array.from(content, (c) => c.charCodeAt(0)),
            );
          }
          const theirs = await run([...options, join(folder, file)], answer);
          const ours = check(name, options, answer[0]);
          const message = `${name} ${options.join(" ")} ${answer}`;
          assertEquals(
            comparable(ours.text),
            comparable(theirs.text.replaceAll(join(folder, "/"), "")),
            message,
          );
          assertEquals(ours.status, theirs.status, message);
          const kept = Object.entries(ours.files).filter(([each]) => !each.includes(".removed-"));
          assertEquals(Object.fromEntries(kept), filesBelow(dirname(join(folder, file))), message);
        } finally {
          Deno.removeSync(folder, { recursive: true });
        }
      }
    }
  },
);

/** Without what only we say, and without the folder, which redis-check-aof 7.0 leaves out for dumps. */
function comparable(text: string): string {
  return text
    .replace(/The removed bytes are kept in .*\n/, "")
    .replace(/(Checking RDB file )\S*\//, "$1")
    .replace(/Then re-run .*/, "")
    .replace(/Expected \\r\\n, got: (....)/, (line, got) => /00/.test(got) ? "Expected" : line);
}
