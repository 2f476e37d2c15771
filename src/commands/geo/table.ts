// The commands of the geo group.
import type { CommandSpec } from "../../engine/command.ts";
import { keyAt, type KeySpec } from "../../engine/facts.ts";
import { geoadd } from "./geoadd.ts";
import { geodist, geohash, geopos } from "./members.ts";
import {
  georadius,
  georadiusbymember,
  georadiusbymemberRo,
  georadiusRo,
  geosearch,
  geosearchstore,
} from "./search.ts";

/** Where the key of STORE and of STOREDIST stands. */
function storeKeys(startFrom: number): KeySpec[] {
  return ["STORE", "STOREDIST"].map((keyword) => ({
    flags: ["OW", "update"],
    begin: { keyword, startFrom },
    find: { last: 0, step: 1, limit: 0 },
  }));
}

const SEARCH_COMPLEXITY =
  "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape provided as the filter and M is the number of items inside the shape";
const RADIUS_COMPLEXITY =
  "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.";
const STORE_TYPES = { storedistkey: "key" } as const;

export const GEO_COMMANDS: readonly CommandSpec[] = [
  {
    name: "geoadd",
    group: "geo",
    summary: "Places members on the map; the sorted set is made if it is not there.",
    complexity:
      "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
    since: "3.2.0",
    syntax: "key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]",
    arity: -5,
    flags: ["write", "denyoom"],
    categories: ["geo"],
    keys: [keyAt(1, "RW update")],
    history: [["6.2.0", "Options CH, NX and XX."]],
    handler: geoadd,
  },
  {
    name: "geodist",
    group: "geo",
    summary: "Tells how far two members are from each other.",
    complexity: "O(1)",
    since: "3.2.0",
    syntax: "key member1 member2 [M | KM | FT | MI]",
    arity: -4,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [keyAt(1, "RO access")],
    handler: geodist,
  },
  {
    name: "geohash",
    group: "geo",
    summary: "Tells the geohashes of members as text.",
    complexity: "O(1) for each member requested.",
    since: "3.2.0",
    syntax: "key [member [member ...]]",
    arity: -2,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [keyAt(1, "RO access")],
    handler: geohash,
  },
  {
    name: "geopos",
    group: "geo",
    summary: "Tells the longitudes and latitudes of members.",
    complexity: "O(1) for each member requested.",
    since: "3.2.0",
    syntax: "key [member [member ...]]",
    arity: -2,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [keyAt(1, "RO access")],
    handler: geopos,
  },
  {
    name: "geosearch",
    group: "geo",
    summary: "Finds the members inside a circle or a box.",
    complexity: SEARCH_COMPLEXITY,
    since: "6.2.0",
    syntax:
      "key <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]",
    arity: -7,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [keyAt(1, "RO access")],
    history: [["7.0.0", "Units also in upper case."]],
    handler: geosearch,
  },
  {
    name: "geosearchstore",
    group: "geo",
    summary: "Finds the members inside a circle or a box and stores them.",
    complexity: SEARCH_COMPLEXITY,
    since: "6.2.0",
    syntax:
      "destination source <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [STOREDIST]",
    arity: -8,
    flags: ["write", "denyoom"],
    categories: ["geo"],
    keys: [keyAt(1, "OW update"), keyAt(2, "RO access")],
    history: [["7.0.0", "Units also in upper case."]],
    handler: geosearchstore,
  },
  {
    name: "georadius",
    group: "geo",
    summary: "Finds the members within a distance from a point, and may store them.",
    complexity: RADIUS_COMPLEXITY,
    since: "3.2.0",
    syntax:
      "key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE storekey | STOREDIST storedistkey]",
    argumentTypes: STORE_TYPES,
    arity: -6,
    flags: ["write", "denyoom"],
    categories: ["geo"],
    keys: [keyAt(1, "RO access"), ...storeKeys(6)],
    history: [["6.2.0", "Option ANY of COUNT."], ["7.0.0", "Units also in upper case."]],
    deprecated: {
      since: "6.2.0",
      replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument",
    },
    handler: georadius,
  },
  {
    name: "georadius_ro",
    group: "geo",
    summary: "Finds the members within a distance from a point.",
    complexity: RADIUS_COMPLEXITY,
    since: "3.2.10",
    syntax:
      "key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]",
    arity: -6,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [keyAt(1, "RO access")],
    history: [["6.2.0", "Option ANY of COUNT."]],
    deprecated: { since: "6.2.0", replacedBy: "`GEOSEARCH` with the `BYRADIUS` argument" },
    handler: georadiusRo,
  },
  {
    name: "georadiusbymember",
    group: "geo",
    summary: "Finds the members within a distance from a member, and may store them.",
    complexity: RADIUS_COMPLEXITY,
    since: "3.2.0",
    syntax:
      "key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE storekey | STOREDIST storedistkey]",
    argumentTypes: STORE_TYPES,
    arity: -5,
    flags: ["write", "denyoom"],
    categories: ["geo"],
    keys: [keyAt(1, "RO access"), ...storeKeys(5)],
    history: [["6.2.0", "Option ANY of COUNT."], ["7.0.0", "Units also in upper case."]],
    deprecated: {
      since: "6.2.0",
      replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
    },
    handler: georadiusbymember,
  },
  {
    name: "georadiusbymember_ro",
    group: "geo",
    summary: "Finds the members within a distance from a member.",
    complexity: RADIUS_COMPLEXITY,
    since: "3.2.10",
    syntax:
      "key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]",
    arity: -5,
    flags: ["readonly"],
    categories: ["geo"],
    keys: [keyAt(1, "RO access")],
    deprecated: {
      since: "6.2.0",
      replacedBy: "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments",
    },
    handler: georadiusbymemberRo,
  },
];
