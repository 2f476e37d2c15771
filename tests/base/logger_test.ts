import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ManualClock } from "../../src/base/clock.ts";
import {
  FileSink,
  formatLogTime,
  isLogLevel,
  Logger,
  type LogLevel,
  MemorySink,
} from "../../src/base/logger.ts";

function newLogger(level?: LogLevel) {
  const sink = new MemorySink();
  const clock = new ManualClock(new Date(2024, 1, 3, 4, 5, 6, 7).getTime());
  return { sink, clock, logger: new Logger({ clock, sink, pid: 123, level }) };
}

Deno.test("a line has the process, the role, the local time, the mark and the message", () => {
  const { sink, clock, logger } = newLogger("debug");
  logger.debug("one");
  logger.verbose("two");
  clock.advanceMs(993);
  logger.notice("three");
  logger.role = "S";
  logger.warning("four é");
  assertEquals(sink.lines, [
    "123:M 03 Feb 2024 04:05:06.007 . one",
    "123:M 03 Feb 2024 04:05:06.007 - two",
    "123:M 03 Feb 2024 04:05:07.000 * three",
    "123:S 03 Feb 2024 04:05:07.000 # four é",
  ]);
});

Deno.test("messages below the level are dropped", () => {
  const levels: LogLevel[] = ["debug", "verbose", "notice", "warning", "nothing"];
  levels.forEach((level, index) => {
    const { sink, logger } = newLogger(level);
    logger.debug("x");
    logger.verbose("x");
    logger.notice("x");
    logger.warning("x");
    assertEquals(sink.lines.length, 4 - index, level);
    assertEquals(logger.writes("notice"), index <= 2);
    assert(isLogLevel(level));
  });
  const { sink, logger } = newLogger();
  logger.verbose("x");
  logger.raw("a\nb\n");
  assertEquals(sink.lines, ["a", "b"]);
  for (const text of ["", "NOTICE", "toString"]) assert(!isLogLevel(text));
});

Deno.test("every month has its English name", () => {
  const names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  names.forEach((name, month) => {
    const ms = new Date(1999, month, 31 - 3, 23, 59, 59, 999).getTime();
    assertEquals(formatLogTime(ms), `28 ${name} 1999 23:59:59.999`);
  });
});

Deno.test("a log file is appended to, and comes back after it was moved away", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/server.log`;
    const sink = new FileSink(path);
    sink.check();
    sink.write("one\n");
    sink.write("two\n");
    Deno.renameSync(path, `${path}.1`);
    sink.write("three\n");
    assertEquals(Deno.readTextFileSync(`${path}.1`), "one\ntwo\n");
    assertEquals(Deno.readTextFileSync(path), "three\n");
    const broken = new FileSink(`${dir}/none/server.log`);
    assertThrows(() => broken.check(), Deno.errors.NotFound);
    broken.write("lost\n");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("the log format is what test harnesses look for", () => {
  const { sink, logger } = newLogger();
  logger.notice("Ready to accept connections tcp");
  assertMatch(
    sink.lines[0],
    /^\d+:[MSCX] \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} [.*#-] Ready/,
  );
});
