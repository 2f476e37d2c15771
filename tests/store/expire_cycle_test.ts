import { assert, assertEquals } from "@std/assert";
import { ExpireCycle } from "../../src/store/expire_cycle.ts";
import { checkDatabase, listen, newStore, put, type Store, textOf, valueOf } from "./fixture.ts";

function expiredKeys({ keyspace }: Store): string[] {
  const expired: string[] = [];
  listen(keyspace, {
    expired: ({ index }, key) => void expired.push(`${index}:${textOf(key)}`),
  });
  return expired;
}

function pass(store: Store, ms: number): void {
  store.clock.advanceMs(ms);
  store.keyspace.freezeClock();
}

Deno.test("all keys that are over go, each is told of once, and no other goes", () => {
  const store = newStore({ databases: 3 });
  const [first, , third] = store.keyspace.databases;
  const expired = expiredKeys(store);
  const now = store.keyspace.nowMs;
  for (let n = 0; n < 5000; n++) {
    put(n % 2 === 0 ? first : third, `short ${n}`, "v", now + 1 + n % 50);
    if (n < 50) put(first, `long ${n}`, "v", now + 1e9);
    put(first, `ever ${n}`, "v");
  }
  pass(store, 50);
  const cycle = new ExpireCycle(store.keyspace);
  let removed = 0;
  for (let round = 0; round < 300; round++) removed += cycle.run(1000, 1);
  assertEquals(removed, 5000);
  assertEquals(new Set(expired).size, 5000);
  assert(expired.every((line) => line.includes("short")));
  assertEquals(store.keyspace.stats.expiredKeys, 5000);
  assertEquals([first.size, third.size], [5050, 0]);
  checkDatabase(first);
  checkDatabase(third);
});

Deno.test("keys that are few among many are found by walking on, not by chance", () => {
  const store = newStore();
  const { database } = store;
  const now = store.keyspace.nowMs;
  for (let n = 0; n < 10_000; n++) {
    put(database, `k${n}`, "v", n % 1000 === 7 ? now + 1 : now + 1e9);
  }
  pass(store, 10);
  const cycle = new ExpireCycle(store.keyspace);
  // 20 keys a round at effort 1: one walk is 500 rounds.
  let rounds = 0;
  while (database.size > 9990 && rounds < 600) {
    cycle.run(1000, 1);
    rounds++;
  }
  assertEquals(database.size, 9990);
  assert(rounds <= 501, `${rounds} rounds`);
});

Deno.test("a cycle stops when its time is up and says so", () => {
  const store = newStore();
  const now = store.keyspace.nowMs;
  for (let n = 0; n < 2000; n++) put(store.database, `k${n}`, "v", now + 1);
  pass(store, 5);
  const { clock } = store;
  const monotonic = clock.monotonicMs.bind(clock);
  clock.monotonicMs = () => {
    clock.advanceMs(1); // each look at the clock takes a millisecond
    return monotonic();
  };
  const removed = new ExpireCycle(store.keyspace).run(10, 1);
  assert(removed > 0 && removed <= 220, `${removed} were removed in 10 ms`);
  assertEquals(store.keyspace.stats.expiredTimeCapReached, 1);
});

Deno.test("effort makes a round look at more keys", () => {
  for (const [effort, looked] of [[1, 20], [10, 65]]) {
    const store = newStore();
    const now = store.keyspace.nowMs;
    for (let n = 0; n < 1000; n++) put(store.database, `k${n}`, "v", n < 20 ? now + 1 : now + 1e9);
    pass(store, 5);
    let looks = 0;
    const isOver = store.database.isOver.bind(store.database);
    store.database.isOver = (ref) => {
      looks++;
      return isOver(ref);
    };
    new ExpireCycle(store.keyspace).run(1000, effort);
    assertEquals(looks, looked);
  }
});

Deno.test("a database that was flushed or swapped in the meantime does not confuse the walk", () => {
  const store = newStore();
  const [a, b] = store.keyspace.databases;
  const cycle = new ExpireCycle(store.keyspace);
  for (let n = 0; n < 500; n++) put(a, `k${n}`, "v", store.keyspace.nowMs + 5);
  cycle.run(10, 1);
  store.keyspace.swap(0, 1);
  put(a, "new", "v", store.keyspace.nowMs + 5);
  cycle.run(10, 1);
  store.keyspace.flush(b, true);
  put(b, "another", "v", store.keyspace.nowMs + 5);
  pass(store, 10);
  for (let round = 0; round < 5; round++) cycle.run(10, 1);
  assertEquals([a.size, b.size], [0, 0]);
  assertEquals(valueOf(b, "another"), undefined);
});
