/** An engine that loads the append-only file of a folder of its own. */

import { join } from "node:path";
import { latin1, latin1Bytes } from "../../src/base/bytes.ts";
import { AofLoader, type LoadedAof } from "../../src/persistence/aof_load.ts";
import { EMPTY_MANIFEST } from "../../src/persistence/aof_manifest.ts";
import { DumpLoader } from "../../src/persistence/load.ts";
import { LoadError } from "../../src/persistence/load_state.ts";
import { type Argument, encodeCommand } from "../support/resp_client.ts";
import { splitWords } from "../support/words.ts";
import { EngineInFolder, type FolderOptions } from "./engine_in_folder.ts";

export interface ReplayingOptions extends FolderOptions {
  /** How long it loads before others get their turn. */
  stretchMs?: number;
}

export class Replaying extends EngineInFolder {
  readonly dumps: DumpLoader;
  readonly loader: AofLoader;

  constructor({ stretchMs = Infinity, ...options }: ReplayingOptions = {}) {
    super(options);
    const { logger, harness: { engine } } = this;
    this.dumps = new DumpLoader(engine, logger, stretchMs);
    this.loader = new AofLoader({ engine, logger, dumps: this.dumps });
  }

  /** Path of a file in the folder of the append-only file. */
  path(name: string): string {
    return join(this.loader.folder, name);
  }

  /** Writes files, and a manifest that names them: the first is the base if it is called so. */
  write(files: Record<string, Uint8Array | string>): void {
    Deno.mkdirSync(this.loader.folder, { recursive: true });
    let manifest = "", sequence = 0;
    for (const [name, content] of Object.entries(files)) {
      Deno.writeFileSync(this.path(name), bytesOf(content));
      manifest += `file ${name} seq ${++sequence} type ${name.includes(".base.") ? "b" : "i"}\n`;
    }
    this.writeManifest(manifest);
  }

  writeManifest(text: string): void {
    Deno.mkdirSync(this.loader.folder, { recursive: true });
    Deno.writeTextFileSync(this.path("appendonly.aof.manifest"), text);
  }

  /** Loads what stands in the folder. Throws LoadError. */
  load(): LoadedAof {
    this.log.length = 0;
    return this.loader.loadNow(this.loader.readManifest());
  }

  /** The message with which loading is refused. */
  refusal(): string {
    try {
      this.load();
    } catch (error) {
      if (error instanceof LoadError) return error.message;
      throw error;
    }
    throw new Error("it was loaded");
  }

  /** Empties the engine and loads a single incremental file; the message if it is refused. */
  loadText(content: Uint8Array | string): string | undefined {
    const { keyspace } = this.harness;
    for (const database of keyspace.databases) keyspace.flush(database, false);
    this.write({ "appendonly.aof.1.incr.aof": content });
    try {
      this.load();
      return undefined;
    } catch (error) {
      if (error instanceof LoadError) return error.message;
      throw error;
    }
  }

  /** Bytes of a file in the folder, one character each. */
  file(name: string): string {
    return new TextDecoder("latin1").decode(Deno.readFileSync(this.path(name)));
  }

  /** Names of the files in the folder, sorted. */
  names(): string[] {
    return [...Deno.readDirSync(this.loader.folder)].map(({ name }) => name).sort();
  }

  digest(): string {
    return String(this.harness.run("DEBUG DIGEST"));
  }
}

/** What is loaded where there is nothing. */
export const NOTHING: LoadedAof = {
  manifest: EMPTY_MANIFEST,
  totalBytes: 0,
  baseBytes: 0,
  found: false,
};

/** Commands as they stand in an append-only file, one character per byte. Lines as redis-cli takes them. */
export function commands(...lines: (string | readonly Argument[])[]): string {
  return lines.map((line) => {
    const words = typeof line === "string" ? splitWords(line) : line;
    return latin1(encodeCommand(words));
  }).join("");
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? latin1Bytes(content) : content;
}
