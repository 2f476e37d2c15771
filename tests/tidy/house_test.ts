import { assert, assertEquals } from "@std/assert";
import { taskCommand } from "../support/miniredis_server.ts";
import { exists, projectDir, readFile, sourceFiles } from "./project_files.ts";
import { commandTable, README_BEGIN, README_END, tableIn } from "./readme_table.ts";

/** What is committed to the top folder. */
const TOP_LEVEL = [
  ".ci",
  ".gitignore",
  "LICENSE",
  "Makefile",
  "README.md",
  "deno.json",
  "deno.lock",
  "main.ts",
  "src",
  "tests",
];

const isClone = exists(".git");

Deno.test({
  name: "the top folder holds what the plan says and nothing else",
  ignore: !isClone,
  fn: async () => {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", projectDir, "ls-files"],
    }).output();
    assert(success);
    const names = new TextDecoder().decode(stdout).trim().split("\n")
      .map((path) => path.split("/")[0]);
    assertEquals([...new Set(names)].filter((name) => !TOP_LEVEL.includes(name)), []);
  },
});

/**
 * `make check` looks at types; the lock file says which packages are packed in; the worker is in no
 * import.
 */
const COMPILE_ONLY = [
  "--no-check",
  "--lock=src/executable.lock",
  "--include=src/persistence/dump_worker.ts",
];

// The lock file of the project would put every package of the tests into the executable as well.
Deno.test("the executable holds the packages that the sources import, and no others", () => {
  const { imports } = JSON.parse(readFile("deno.json"));
  const sources = sourceFiles("main.ts", "src").map(readFile).join("\n");
  const imported = Object.entries<string>(imports)
    .filter(([name]) => sources.includes(`from "${name}"`))
    .map(([, target]) => target.match(/^npm:((?:@[^/]+\/)?[^/]+)/)![1]);
  const everything = JSON.parse(readFile("deno.lock")).npm;
  const packed = JSON.parse(readFile("src/executable.lock")).npm;
  assertEquals(Object.keys(packed).sort(), [...new Set(imported)].sort());
  for (const [name, facts] of Object.entries(packed)) assertEquals(facts, everything[name]);
  assert(taskCommand("compile").includes("--lock=src/executable.lock"));
});

Deno.test("compiling looks at no types, so whoever builds or releases has them looked at before", () => {
  const check = "deno check --quiet main.ts src/persistence/dump_worker.ts";
  assert(taskCommand("build").startsWith(`${check} && deno task compile `));
  const recipe = readFile("Makefile").split("\nrelease:")[1];
  assert(recipe.indexOf(check.replace("deno", "@$(DENO)")) > 0, "make release checks no types");
});

Deno.test("the executable gets exactly the permissions of `deno task start`, and no more", () => {
  const flagsOf = (task: string) =>
    taskCommand(task).split(" ").filter((word) => word.startsWith("--"));
  assertEquals(flagsOf("compile").filter((flag) => !COMPILE_ONLY.includes(flag)), flagsOf("start"));
  const rights = flagsOf("start").filter((flag) => flag.startsWith("--allow-"))
    .map((flag) => flag.split("=")[0]);
  assertEquals(rights, [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-env",
    "--allow-sys",
  ]);
  for (const right of ["--allow-env", "--allow-sys"]) {
    assert(flagsOf("start").some((flag) => flag.startsWith(`${right}=`)), `${right} names none`);
  }
});

/** Names behind a permission that the sources really use: what is granted beyond is too much. */
const USES: Record<string, RegExp> = {
  "--allow-env": /(?:readEnvironment|Deno\.env\.get)\("(\w+)"\)/g,
  "--allow-sys":
    /\b(hostname|osRelease|osUptime|systemMemoryInfo|loadavg|networkInterfaces|uid|gid|getPriority|setPriority)\(/g,
};

/** What modules of the runtime read on our behalf: node:readline asks for the terminal on Deno 2.4. */
const READ_BY_RUNTIME: Record<string, string[]> = { "--allow-env": ["TERM"] };

for (const [right, use] of Object.entries(USES)) {
  Deno.test(`${right} names exactly what the sources use`, () => {
    const flag = taskCommand("start").split(" ").find((word) => word.startsWith(`${right}=`));
    const granted = flag!.split("=")[1].split(",").sort();
    const source = sourceFiles("main.ts", "src").map(readFile).join("\n");
    const used = new Set([
      ...[...source.matchAll(use)].map((match) => match[1]),
      ...READ_BY_RUNTIME[right] ?? [],
    ]);
    assertEquals(granted, [...used].sort());
  });
}

Deno.test("the README's command table is what the registry says", () => {
  const readme = readFile("README.md");
  assert(readme.includes(README_BEGIN) && readme.includes(README_END));
  assertEquals(tableIn(readme), commandTable(), "run `deno task readme`");
});

Deno.test("the README names every permission the program has", () => {
  const readme = readFile("README.md");
  for (
    const flag of taskCommand("start").split(" ").filter((word) => word.startsWith("--allow-"))
  ) {
    assert(readme.includes(flag.split("=")[0]), `${flag} is not explained`);
    for (const name of flag.split("=")[1]?.split(",") ?? []) {
      assert(readme.includes(`\`${name}\``), `${name} of ${flag} is not explained`);
    }
  }
});
