/** Loads the configuration its command line names and prints it as CONFIG REWRITE would from nothing. */

import { loadConfig, StartError } from "../../src/cli/load_config.ts";
import { readServerFlags } from "../../src/cli/flags.ts";

try {
  const { config, configFile } = await loadConfig(readServerFlags(Deno.args));
  await Deno.stdout.write(config.rewrite(new Uint8Array()));
  console.log(`file ${configFile}`);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.log(error.message);
  Deno.exit(1);
}
