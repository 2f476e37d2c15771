/**
 * The README's table of commands, made from the registry; as a program it writes it into README.md.
 *
 *     deno task readme
 */

import { allCommands } from "../../src/commands/registry.ts";
import { projectDir, readFile } from "./project_files.ts";

export const README_BEGIN = "<!-- commands: written by `deno task readme` -->";
export const README_END = "<!-- end of commands -->";

type Spec = ReturnType<typeof allCommands>[number];

/** The table as Markdown, one for each group, padded as `deno fmt` leaves it. */
export function commandTable(specs: readonly Spec[] = allCommands()): string {
  const groups = new Map<string, string[][]>();
  for (const spec of specs) {
    const rows = groups.get(spec.group) ?? [];
    groups.set(spec.group, rows);
    const name = spec.name.toUpperCase();
    if (spec.handler !== undefined || spec.subcommands === undefined) rows.push(row(name, spec));
    for (const sub of spec.subcommands ?? []) {
      rows.push(row(`${name} ${sub.name.toUpperCase()}`, sub));
    }
  }
  return [...groups].map(([group, rows]) => {
    rows.sort(([left], [right]) => left.slice(1, -1) < right.slice(1, -1) ? -1 : 1);
    return `### ${group}\n\n${padded([["command", "since", "what it does"], ...rows])}`;
  }).join("\n\n");
}

/** What stands between the marks. */
export function tableIn(readme: string): string {
  const start = readme.indexOf(README_BEGIN) + README_BEGIN.length;
  return readme.slice(start, readme.indexOf(README_END)).trim();
}

function row(name: string, spec: Spec): string[] {
  return [`\`${name}\``, spec.since, spec.summary.replaceAll("|", "\\|")];
}

function padded(table: string[][]): string {
  const widths = table[0].map((_, column) =>
    Math.max(...table.map((cells) => cells[column].length))
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(table[0]), rule, ...table.slice(1).map(line)].join("\n");
}

if (import.meta.main) {
  const readme = readFile("README.md");
  const before = readme.slice(0, readme.indexOf(README_BEGIN) + README_BEGIN.length);
  const after = readme.slice(readme.indexOf(README_END));
  Deno.writeTextFileSync(`${projectDir}/README.md`, `${before}\n\n${commandTable()}\n\n${after}`);
}
