/** The client alone as a program, for the tests that run it as a process. */

import { runClient } from "../../../src/cli/client/main.ts";

if (import.meta.main) Deno.exit(await runClient(Deno.args));
