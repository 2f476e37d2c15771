/** An engine with a folder, one of its own unless it is given one, and a log that is kept. */

import { Logger } from "../../src/base/logger.ts";
import { EngineHarness, type HarnessOptions } from "../support/engine_harness.ts";

export interface FolderOptions extends HarnessOptions {
  /** The folder; a temporary one without. */
  folder?: string;
}

export class EngineInFolder implements Disposable {
  readonly folder: string;
  readonly harness: EngineHarness;
  readonly log: string[] = [];
  protected readonly logger: Logger;
  readonly #ownsFolder: boolean;

  constructor({ folder, config, ...options }: FolderOptions) {
    this.#ownsFolder = folder === undefined;
    this.folder = folder ?? Deno.makeTempDirSync({ prefix: "miniredis_test_" });
    this.harness = new EngineHarness({
      config: { "enable-debug-command": "yes", ...config },
      ...options,
    });
    const { engine, clock } = this.harness;
    // The directive is that of the process: a test enters no folder.
    const text = engine.config.text.bind(engine.config);
    engine.config.text = (name) => name === "dir" ? this.folder : text(name);
    const sink = { write: (line: string) => void this.log.push(line.trim()) };
    this.logger = new Logger({ clock, sink, pid: 1 });
  }

  [Symbol.dispose](): void {
    if (this.#ownsFolder) Deno.removeSync(this.folder, { recursive: true });
  }
}
