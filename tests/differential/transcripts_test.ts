/** Every transcript of the folder, against redis-server and this server. */

import { assertEquals } from "@std/assert";
import { testWithRedis } from "../support/redis_server.ts";
import { ServerPair } from "./pair.ts";
import { parseTranscript, runTranscript } from "./transcript.ts";

const folder = `${import.meta.dirname}/transcripts`;

for (const name of [...Deno.readDirSync(folder)].map((entry) => entry.name).sort()) {
  const transcript = parseTranscript(Deno.readTextFileSync(`${folder}/${name}`));
  testWithRedis(`every reply of ${name} is the one redis-server gives`, async () => {
    await using pair = await ServerPair.start(transcript.flags);
    const differences = await runTranscript(pair, transcript);
    assertEquals(differences.length, 0, `\n${differences.join("\n\n")}`);
  }, transcript.versions);
}
