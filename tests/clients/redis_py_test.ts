/** redis-py, where Python has it. */

import { assertEquals } from "@std/assert";
import { findProgram } from "../support/programs.ts";
import { LiveServer } from "../support/live_server.ts";

/** The first Python that has the module: Debian's package is for the system's own Python. */
const python = [findProgram("python3"), "/usr/bin/python3"].find((path) =>
  path !== null && hasRedisPy(path)
);

function hasRedisPy(path: string): boolean {
  try {
    return new Deno.Command(path, { args: ["-c", "import redis"] }).outputSync().success;
  } catch {
    return false; // there is no such program
  }
}

const SCRIPT = `
import sys, redis
r = redis.Redis(port=int(sys.argv[1]), password="secret", client_name="py", db=2)
assert r.ping()
assert r.set("k", b"\\x00\\xff", ex=100) is True
assert r.get("k") == b"\\x00\\xff"
assert 90 < r.ttl("k") <= 100
assert r.mget("k", "missing") == [b"\\x00\\xff", None]
with r.pipeline(transaction=True) as p:
    assert p.set("n", 1).incr("n").get("n").execute() == [True, 2, b"2"]
with r.pipeline(transaction=False) as p:
    for i in range(1000): p.set("key:%d" % i, i)
    assert p.execute() == [True] * 1000
assert len(set(r.scan_iter("key:*", count=100))) == 1000
assert r.client_getname() == "py"
me = r.client_info()
assert me["name"] == "py" and me["db"] == 2, me
assert [str(c["id"]) for c in r.client_list()] == [str(me["id"])], r.client_list()
try:
    r.execute_command("BOGUS")
    raise SystemExit("BOGUS was not refused")
except redis.ResponseError as e:
    assert "unknown command" in str(e)
other = redis.Redis(port=int(sys.argv[1]), password="secret")
for i in range(50):  # a client that was killed knows it when the killer is answered
    assert other.client_kill_filter(_id=str(r.client_id())) == 1
    assert r.get("n") == b"2"  # connected again
assert r.info("server")["redis_mode"] == "standalone"
assert r.config_get("maxclients") == {"maxclients": "10000"}
`;

if (!python) console.log("skipped, Python has no redis module: redis-py");
Deno.test({
  name: "redis-py connects, runs commands, pipelines and transactions, and connects again",
  ignore: !python,
  async fn() {
    await using server = LiveServer.start({ requirepass: "secret" });
    const { code, stderr } = await new Deno.Command(python!, {
      args: ["-c", SCRIPT, String(server.port)],
      stdout: "null",
      stderr: "piped",
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  },
});
