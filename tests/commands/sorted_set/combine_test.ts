import { assertEquals } from "@std/assert";
import { EngineHarness } from "../../support/engine_harness.ts";
import { forEachSeed } from "../../support/seeded.ts";
import { putForeignValue, WRONG_TYPE } from "../foreign_value.ts";

Deno.test("ZUNION and ZINTER join weighed scores, and take sets as scored 1", () => {
  const { client } = new EngineHarness();
  client.run("ZADD z 1 a 2 b 3 c");
  client.run("SADD s b c d");
  assertEquals(client.run("ZUNION 2 z s WITHSCORES"), ["a", "1", "d", "1", "b", "3", "c", "4"]);
  assertEquals(client.run("ZINTER 2 z s WEIGHTS 2 10 WITHSCORES"), ["b", "14", "c", "16"]);
  assertEquals(client.run("ZINTER 2 s z AGGREGATE MAX WITHSCORES"), ["b", "2", "c", "3"]);
  assertEquals(client.run("ZUNION 2 z s AGGREGATE min WITHSCORES"), [
    "a",
    "1",
    "b",
    "1",
    "c",
    "1",
    "d",
    "1",
  ]);
  assertEquals(client.run("ZDIFF 2 z s WITHSCORES"), ["a", "1"]);
  assertEquals(client.run("ZDIFF 2 z z"), []);
  assertEquals(client.run("ZINTERCARD 2 z s"), 2);
  assertEquals(client.run("ZINTERCARD 2 z s LIMIT 1"), 1);
  assertEquals(client.run("ZINTERCARD 2 z none"), 0);
});

Deno.test("a score that would be no number is 0", () => {
  const { client } = new EngineHarness();
  client.run("ZADD p inf a 0 b");
  client.run("ZADD m -inf a inf b");
  assertEquals(client.run("ZINTER 2 p m WITHSCORES"), ["a", "0", "b", "inf"]);
  assertEquals(client.run("ZUNION 2 p m WEIGHTS 0 1 WITHSCORES"), ["a", "-inf", "b", "inf"]);
});

Deno.test("ZUNION of -0 and 0 is 0", () => {
  const { client } = new EngineHarness();
  client.run("ZADD z 0 a");
  assertEquals(client.run("ZUNION 2 z z WEIGHTS -1 0.75 WITHSCORES"), ["a", "0"]);
  assertEquals(client.run("ZUNION 2 z z WEIGHTS -1 -1 WITHSCORES"), ["a", "-0"]);
});

Deno.test("the STORE forms replace any value, and remove the key when nothing is left", () => {
  const harness = new EngineHarness();
  harness.run("ZADD z 1 a 2 b");
  harness.run("SET d x");
  assertEquals(harness.trace("ZUNIONSTORE d 1 z"), {
    reply: 2,
    effects: ["ZUNIONSTORE d 1 z"],
    events: ["zunionstore d"],
  });
  assertEquals(harness.run("OBJECT ENCODING d"), "listpack");
  assertEquals(harness.trace("ZINTERSTORE z 2 z d").events, ["zinterstore z"]);
  assertEquals(harness.run("ZRANGE z 0 -1 WITHSCORES"), ["a", "2", "b", "4"]);
  assertEquals(harness.trace("ZDIFFSTORE d 2 z d"), {
    reply: 0,
    effects: ["ZDIFFSTORE d 2 z d"],
    events: ["del d"],
  });
});

Deno.test("what is wrong with the arguments is said in the order in which they are read", () => {
  const harness = new EngineHarness();
  const { client } = harness;
  putForeignValue(harness, "l");
  assertEquals(
    client.refusal("ZUNION 0 l"),
    "ERR at least 1 input key is needed for 'zunion' command",
  );
  assertEquals(client.refusal("ZUNION x l"), "ERR value is not an integer or out of range");
  assertEquals(client.refusal("ZUNION 2 l"), "ERR syntax error");
  assertEquals(client.refusal("ZUNION 1 l WEIGHTS x"), WRONG_TYPE);
  assertEquals(client.refusal("ZUNION 1 z WEIGHTS x"), "ERR weight value is not a float");
  assertEquals(client.refusal("ZUNION 1 z WEIGHTS"), "ERR syntax error");
  assertEquals(client.refusal("ZUNION 1 z AGGREGATE mean"), "ERR syntax error");
  assertEquals(client.refusal("ZUNIONSTORE d 1 z WITHSCORES"), "ERR syntax error");
  assertEquals(client.refusal("ZDIFF 1 z WEIGHTS 1"), "ERR syntax error");
  assertEquals(client.refusal("ZINTERCARD 1 z LIMIT -1"), "ERR LIMIT can't be negative");
});

Deno.test("unions, intersections and differences are those of maps, in every encoding", async () => {
  await forEachSeed(4, (random) => {
    const { client } = new EngineHarness({
      seed: random.seed,
      config: { "zset-max-listpack-entries": random.pick(["0", "20", "128"]) },
    });
    for (let round = 0; round < 10; round++) {
      const maps = ["x", "y", "w"].map((key, i) => {
        client.run(["DEL", key]);
        const map = new Map<string, number>();
        for (let n = random.pick([0, 3, 30, i === 0 ? 60 : 5]); n > 0; n--) {
          const member = `m${random.below(40)}`, score = random.between(-5, 5);
          client.run(["ZADD", key, score, member]);
          map.set(member, score);
        }
        return map;
      });
      const [x, y, w] = maps;
      const expect = (operation: string, map: Map<string, number>) => {
        const reply = client.run([operation, 3, "x", "y", "w", "WITHSCORES"]) as string[];
        const found = new Map<string, number>();
        for (let i = 0; i < reply.length; i += 2) found.set(reply[i], Number(reply[i + 1]));
        assertEquals(found, map);
      };
      const sum = (member: string) =>
        maps.reduce((total, map) => total + (map.get(member) ?? 0), 0);
      const members = [...new Set(maps.flatMap((map) => [...map.keys()]))];
      const common = members.filter((member) => maps.every((map) => map.has(member)));
      expect("ZUNION", new Map(members.map((member) => [member, sum(member)])));
      expect("ZINTER", new Map(common.map((member) => [member, sum(member)])));
      expect("ZDIFF", new Map([...x].filter(([member]) => !y.has(member) && !w.has(member))));
    }
  });
});

Deno.test("a result with a long member keeps -0 for the members before it", () => {
  const { client } = new EngineHarness();
  const long = "x".repeat(65);
  client.run(`ZADD z -1 a 5 ${long}`);
  assertEquals(client.run("ZUNIONSTORE d 1 z WEIGHTS 0"), 2);
  assertEquals(client.run("ZRANGE d 0 -1 WITHSCORES"), ["a", "-0", long, "0"]);
  client.run("ZREM z " + long);
  client.run("ZUNIONSTORE d 1 z WEIGHTS 0");
  assertEquals(client.run("ZRANGE d 0 -1 WITHSCORES"), ["a", "0"]);
});
