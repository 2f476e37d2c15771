// INFO: facts and counters of the server as lines of text, by section.
import { wordOf } from "../../engine/arguments.ts";
import type { Call, Services } from "../../engine/call.ts";
import { clientLines, cpuLines, keyspaceLines, serverLines, statsLines } from "./info_facts.ts";
import { commandStatsLines, errorLines, latencyLines } from "./info_commands.ts";
import type { InfoLine } from "./info_line.ts";
import { memoryLines } from "./info_memory.ts";

interface Section {
  readonly title: string;
  /** Names by which it is asked for. */
  readonly names: readonly string[];
  /** Shown when no section, or "default", is asked for. */
  readonly byDefault: boolean;
  lines(services: Services): readonly InfoLine[];
}

function section(
  title: string,
  lines: (services: Services) => readonly InfoLine[],
  { byDefault = true, names = [title.toLowerCase()] }: { byDefault?: boolean; names?: string[] } =
    {},
): Section {
  return { title, names, byDefault, lines };
}

const ON_REQUEST = { byDefault: false };

/** In the order of Redis. */
const SECTIONS: readonly Section[] = [
  section("Server", serverLines),
  section("Clients", clientLines),
  section("Memory", memoryLines),
  section("Persistence", ({ ports }) => ports.persistence.info()),
  section("Stats", statsLines),
  section("Replication", ({ ports }) => ports.replication.info()),
  section("CPU", cpuLines),
  section("Modules", () => [], { names: ["modules", "module_list"] }),
  section("Commandstats", commandStatsLines, ON_REQUEST),
  section("Errorstats", errorLines),
  section("Latencystats", latencyLines, ON_REQUEST),
  section("Cluster", () => [["cluster_enabled", 0]]),
  section("Keyspace", keyspaceLines),
];

/** The event loop, for those who ask for it by name. */
const DEBUG_SECTION = section("Debug", ({ stats }) => [
  ["eventloop_duration_aof_sum", 0],
  ["eventloop_duration_cron_sum", Math.floor(stats.cronMicroseconds)],
  ["eventloop_duration_max", Math.floor(stats.longestCycleMicroseconds)],
  ["eventloop_cmd_per_cycle_max", stats.mostCommandsPerCycle],
]);

/** INFO [section [section ...]] */
export function info(call: Call): void {
  call.services.settleClock(); // the commands before this one in the batch are counted too
  const wanted = new Set<string>();
  for (let i = 1; i < call.count; i++) wanted.add(wordOf(call.at(i)));
  call.reply.verbatim("txt", infoText(call.services, wanted));
}

/** The text of the sections named; of the default ones without a name. */
export function infoText(services: Services, wanted: ReadonlySet<string>): string {
  const all = wanted.has("all") || wanted.has("everything");
  const defaults = wanted.size === 0 || wanted.has("default");
  const shown = SECTIONS.filter(({ names, byDefault }) =>
    all || defaults && byDefault || names.some((name) => wanted.has(name))
  );
  if (wanted.has("debug")) shown.push(DEBUG_SECTION);
  return shown.map(({ title, lines }) => {
    const text = lines(services).map(([name, value]) => `${name}:${value}\r\n`).join("");
    return `# ${title}\r\n${text}`;
  }).join("\r\n");
}
