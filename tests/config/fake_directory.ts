import type { WorkingDirectory } from "../../src/config/directive.ts";

/** A working directory that is only a path: tests must not move the process. */
export class FakeDirectory implements WorkingDirectory {
  #path: string;

  constructor(path = "/data", readonly missing: ReadonlySet<string> = new Set(["/missing"])) {
    this.#path = path;
  }

  current(): string {
    return this.#path;
  }

  enter(path: string): string | undefined {
    if (this.missing.has(path)) return "No such file or directory";
    this.#path = path.startsWith("/") ? path : `${this.#path}/${path}`;
    return undefined;
  }
}
