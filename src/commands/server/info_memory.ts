// INFO memory.
import type { Services } from "../../engine/call.ts";
import type { InfoLine } from "./info_line.ts";
import { humanBytes, memoryReport, ratio } from "./memory_report.ts";

/** Sizes in bytes; `_human` twins for people. */
export function memoryLines(services: Services): InfoLine[] {
  const { config, ports, keyspace } = services;
  const report = memoryReport(services);
  const { used, peak, active, arenaResident, resident } = report;
  const limit = config.int("maxmemory");
  const percent = (part: number): string => `${ratio(part * 100, peak).toFixed(2)}%`;
  return [
    ...sized("used_memory", used),
    ...sized("used_memory_rss", resident),
    ...sized("used_memory_peak", peak),
    ["used_memory_peak_perc", percent(used)],
    ["used_memory_overhead", report.overhead],
    ["used_memory_startup", report.startup],
    ["used_memory_dataset", report.dataset],
    ["used_memory_dataset_perc", `${report.datasetPercent.toFixed(2)}%`],
    ["allocator_allocated", used],
    ["allocator_active", active],
    ["allocator_resident", arenaResident],
    ...sized("total_system_memory", ports.process.systemMemoryBytes),
    ...scriptLines(),
    ...sized("maxmemory", limit),
    ["maxmemory_policy", config.rendered("maxmemory-policy")],
    ["allocator_frag_ratio", ratio(active, used).toFixed(2)],
    ["allocator_frag_bytes", active - used],
    ["allocator_rss_ratio", ratio(arenaResident, active).toFixed(2)],
    ["allocator_rss_bytes", arenaResident - active],
    ["rss_overhead_ratio", ratio(resident, arenaResident).toFixed(2)],
    ["rss_overhead_bytes", resident - arenaResident],
    ["mem_fragmentation_ratio", ratio(resident, used).toFixed(2)],
    ["mem_fragmentation_bytes", resident - used],
    ["mem_not_counted_for_evict", 0],
    ["mem_replication_backlog", 0],
    ["mem_total_replication_buffers", 0],
    ["mem_clients_slaves", 0],
    ["mem_clients_normal", report.clients],
    ["mem_cluster_links", 0],
    ["mem_aof_buffer", ports.appendOnly.bufferBytes],
    ["mem_allocator", "arena"],
    ["active_defrag_running", 0],
    ["lazyfree_pending_objects", keyspace.graveyard.pending],
    ["lazyfreed_objects", keyspace.graveyard.freed],
  ];
}

function sized(name: string, bytes: number): InfoLine[] {
  return [[name, bytes], [`${name}_human`, humanBytes(bytes)]];
}

/** No script engine is loaded, so it takes nothing. */
function scriptLines(): InfoLine[] {
  return [
    ["used_memory_lua", 0],
    ["used_memory_vm_eval", 0],
    ["used_memory_lua_human", humanBytes(0)],
    ["used_memory_scripts_eval", 0],
    ["number_of_cached_scripts", 0],
    ["number_of_functions", 0],
    ["number_of_libraries", 0],
    ["used_memory_vm_functions", 0],
    ...sized("used_memory_vm_total", 0),
    ["used_memory_functions", 0],
    ...sized("used_memory_scripts", 0),
  ];
}
