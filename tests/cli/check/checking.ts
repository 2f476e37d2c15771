/** Runs the tools that check files in this process, on files of a temporary folder. */

import { join } from "node:path";
import { latin1Bytes } from "../../../src/base/bytes.ts";
import type { CheckOutput } from "../../../src/cli/check/output.ts";
import { findProgram } from "../../support/programs.ts";

/** What a tool said and how it ended. */
export interface Report {
  readonly text: string;
  readonly errors: string;
  readonly status: number;
}

/** Answers questions with `answer`, and keeps what is said. */
export function report(
  run: (output: CheckOutput) => number,
  answer: string | undefined = undefined,
): Report {
  let text = "", errors = "";
  const status = run({
    print: (piece) => text += piece,
    printError: (piece) => errors += piece,
    readAnswer: () => answer,
  });
  return { text, errors, status };
}

/** Runs `check` with a folder that holds these files; a name may lead into a folder of its own. */
export function withFiles(
  files: Record<string, string | Uint8Array>,
  check: (folder: string) => void,
): void {
  const folder = Deno.makeTempDirSync({ prefix: "miniredis_test_" });
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      Deno.mkdirSync(join(path, ".."), { recursive: true });
      Deno.writeFileSync(path, typeof content === "string" ? latin1Bytes(content) : content);
    }
    check(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** A test beside one of Redis's own tools: registered as ignored, and said so, where it is missing. */
export function testBesideTool(
  tool: string,
  name: string,
  check: (run: (args: string[], answer?: string) => Promise<Report>) => Promise<void>,
): void {
  const path = findProgram(tool);
  if (path === null) console.log(`skipped, ${tool} is not on the PATH: ${name}`);
  Deno.test({
    name,
    ignore: path === null,
    fn: () => check((args, answer) => runTool(path!, args, answer)),
  });
}

async function runTool(path: string, args: string[], answer = ""): Promise<Report> {
  const streams = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(path, { args, ...streams }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(latin1Bytes(answer)).catch(() => {}); // it may not ask
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder("latin1");
  return { text: decoder.decode(stdout), errors: decoder.decode(stderr), status: code };
}
