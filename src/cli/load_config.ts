/** Reads the configuration a server starts with: file, standard input and flags. */

import { isAbsolute, join, resolve } from "node:path";
import { toBytes } from "@std/streams";
import { latin1, latin1Bytes, utf8Bytes } from "../base/bytes.ts";
import { Config } from "../config/config.ts";
import { ConfigFileError, loadConfigText } from "../config/conf_file.ts";
import type { ServerFlags } from "./flags.ts";
import { expandWildcards, hasWildcards } from "./wildcards.ts";
import { systemErrorWords } from "../base/system_error.ts";
import { processDirectory } from "./working_directory.ts";

/** Why the configuration cannot be used; `message` is for the user, complete. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** A configuration and the absolute path of the file it came from. */
export interface LoadedConfig {
  readonly config: Config;
  readonly configFile: string | undefined;
}

/** Loads everything `flags` name. Throws StartError. */
export async function loadConfig(flags: ServerFlags): Promise<LoadedConfig> {
  const config = new Config(processDirectory);
  // Before a `dir` line moves the process elsewhere.
  const configFile = flags.configFile === undefined ? undefined : resolve(flags.configFile);
  const file = configFile === undefined ? "" : readConfigFiles(configFile);
  const input = flags.readsStandardInput ? await readStandardInput() : "";
  try {
    loadConfigText(config, `${file}${input}\n${flags.text}`, readInclude);
    checkLogFile(config);
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    throw new StartError(new TextDecoder().decode(latin1Bytes(error.message)));
  }
  return { config, configFile };
}

async function readStandardInput(): Promise<string> {
  // On a line of its own even where the file does not end in a line break.
  return "\n" + latin1(await toBytes(Deno.stdin.readable));
}

function readInclude(path: string): string {
  return readConfigFiles(new TextDecoder().decode(latin1Bytes(path)));
}

function readConfigFiles(path: string): string {
  const paths = hasWildcards(path) ? expandWildcards(path) : [path];
  return paths.map(readConfigFile).join("\n");
}

function readConfigFile(path: string): string {
  try {
    return latin1(Deno.readFileSync(path));
  } catch (error) {
    throw new StartError(
      `Fatal error, can't open config file '${path}': ${systemErrorWords(error)}`,
    );
  }
}

/** The server could not report a log file it cannot write later, so it is tried now. */
function checkLogFile(config: Config): void {
  const logFile = config.text("logfile");
  if (logFile === "") return;
  const path = isAbsolute(logFile) ? logFile : join(config.text("dir"), logFile);
  try {
    Deno.openSync(path, { append: true, create: true }).close();
  } catch (error) {
    const reason = `Can't open the log file: ${systemErrorWords(error)}`;
    throw new ConfigFileError(latin1(utf8Bytes(reason)), undefined);
  }
}
