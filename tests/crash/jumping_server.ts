/**
 * The server, but with a clock that jumps: it is ahead of the system's by as many milliseconds as the
 * file says that the first argument names. Only the wall clock jumps, as where somebody sets it.
 */

import { readCommandLine } from "../../src/cli/flags.ts";
import { loadConfig } from "../../src/cli/load_config.ts";
import { runServer } from "../../src/server.ts";

const LOOK_EVERY_MS = 2;

const [file, ...args] = Deno.args;
const systemNow = Date.now;
let aheadMs = 0;
Date.now = () => systemNow() + aheadMs;

function look(): void {
  // Nothing stands there for a moment while it is being written.
  aheadMs = Number(Deno.readTextFileSync(file)) || aheadMs;
}

look();
Deno.unrefTimer(setInterval(look, LOOK_EVERY_MS));
const request = readCommandLine(args, new Set());
if (request.kind !== "server") throw new Error(`not the flags of a server: ${args}`);
Deno.exit(await runServer(await loadConfig(request.flags)));
