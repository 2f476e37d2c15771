import { runScenarios } from "./tests/crash/scenario.ts";
const { DISK_SCENARIOS } = await import("./tests/crash/disk_scenarios.ts");
const only = Deno.args[0];
for (const r of await runScenarios(DISK_SCENARIOS.filter((s) => !only || s.name.includes(only)), undefined)) console.log(r.outcome, r.name, r.detail);
