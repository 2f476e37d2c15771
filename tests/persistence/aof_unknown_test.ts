// Commands in an append-only file that this server cannot do: file, offset and command are named, and
// nothing is passed over.
import { assertEquals, assertMatch } from "@std/assert";
import { commands, Replaying } from "./replaying.ts";

const FILE = "appendonly\\.aof\\.1\\.incr\\.aof";

for (
  const [name, lines, offset] of [
    ["EVAL", ["SET a 1", "EVAL 'return 1' 0"], 27],
    ["EVALSHA", ["SET a 1", "EVALSHA abc 0"], 27],
    ["FCALL", ["SET a 1", "FCALL f 0"], 27],
    ["SCRIPT", ["SCRIPT LOAD x"], 0],
    ["eVaL", ["MULTI", "SET a 1", "eVaL x 0", "EXEC"], 42],
    ["NOSUCH\\\\x00", ["SET a 1", '"NOSUCH\\x00" x'], 27],
  ] as [string, string[], number][]
) {
  Deno.test(`the load stops at ${name} and says where it stands; nothing asks to cut it off`, () => {
    using replaying = new Replaying();
    assertMatch(
      replaying.loadText(commands(...lines))!,
      new RegExp(
        `^Unknown command '${name}' reading the append only file ${FILE}, at byte offset ${offset}: ` +
          "this version does not have the command, the file may be whole$",
      ),
    );
  });
}

for (
  const [line, reason] of [
    ["SELECT 99", "ERR DB index is out of range"],
    ["SELECT -1", "ERR DB index is out of range"],
    ["MOVE a 99", "ERR DB index is out of range"],
    ["COPY a b DB 99", "ERR DB index is out of range"],
    ["SWAPDB 0 99", "ERR DB index is out of range"],
    ["SWAPDB x 1", "ERR invalid first DB index"],
  ]
) {
  Deno.test(`the load stops at ${line}: there are not so many databases`, () => {
    using replaying = new Replaying();
    const refusal = replaying.loadText(commands("SET a 1", line, "SET b 1"))!;
    const name = line.split(" ")[0];
    assertMatch(refusal, new RegExp(`file ${FILE}: "${name}": ${reason}, at byte offset 27: give`));
    assertMatch(refusal, /as many databases as .* \(the directive 'databases'\)$/);
    assertEquals(replaying.harness.run("GET b"), null);
  });
}

Deno.test("the load stops at a SELECT of no number: what follows belongs elsewhere", () => {
  using replaying = new Replaying();
  assertMatch(
    replaying.loadText(commands("SELECT x", "SET a 1"))!,
    new RegExp(`file ${FILE}: "SELECT": ERR .* at byte offset 0: make a backup`),
  );
  assertEquals(replaying.harness.keys(), []);
});
