import { describe } from "vitest";
import type { MeshSpec, ServiceImportSpec, ServiceSpec } from "../../../components";
import { CAPTURE, HELLO, OTHER } from "../../support/import-specs";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, importing, importLinks, service } from "../../support/specs";

const GREETER = "greeter.sample.svc.cluster.local";
const port = (name: string, number: number) => [{ name, port: number }];

/** helloworld of cluster2 and greeter of another cluster, which need an alias each where they stand behind one host. */
const two = (
  links: string,
  imports: readonly ServiceImportSpec[],
  greeter: Partial<ServiceSpec> = {},
  more: Partial<MeshSpec> = {},
) =>
  importing(links, [service(), service({ name: "greeter", clusters: ["cluster3"], ...greeter })], imports, {
    ...CAPTURE,
    ...more,
  });

const BOTH = "cluster1>cluster2 cluster1>cluster3";
const WEST = { exporters: [{ name: "west", addresses: ["192.0.2.9"] }] };
const withWest = (host: string, services = {}) =>
  two("cluster1>cluster2 cluster1>west", [{ services, host }], { clusters: ["west"] }, WEST);

const four = { clusters: [1, 2, 3, 4].map((index) => cluster(index)) };
const HTTP_AND_GRPC = [...port("http", 80), ...port("grpc", 90)];
const twoImporters = (second: ServiceImportSpec["ports"]) =>
  importing(
    `${BOTH} cluster4>cluster2 cluster4>cluster3`,
    [
      service({ ports: HTTP_AND_GRPC }),
      service({ name: "greeter", clusters: ["cluster3"], ports: HTTP_AND_GRPC }),
    ],
    [
      { services: {}, host: OTHER, into: ["cluster1"], ports: port("http", 8080) },
      { services: {}, host: OTHER, into: ["cluster4"], ports: second },
    ],
    { ...CAPTURE, ...four },
  );

const aliasCases: Record<string, RuleCase> = {
  "an alias that is a Service of its cluster": {
    bad: importing(
      BOTH,
      [service({ clusters: ["cluster2", "cluster3"] }), service({ name: "greeter", clusters: ["cluster3"] })],
      [{ services: {}, host: HELLO }],
    ),
    path: "imports[0].host",
    message: `${HELLO} cannot lead to ${GREETER} in cluster3: it is a Service of its own there`,
    good: importing(
      BOTH,
      [service(), service({ name: "greeter", clusters: ["cluster3"] })],
      [{ services: {}, host: HELLO }],
    ),
  },
  "an alias in a cluster of another stack": {
    bad: withWest(OTHER),
    path: "imports[0].host",
    message: `${OTHER} leads to ${GREETER} of west, which is of another stack and has it under that name only: use ${GREETER} as host`,
    good: withWest(GREETER),
  },
  "an alias of another number in a cluster of another stack": {
    bad: two(
      "cluster1>cluster2 cluster1>west",
      [{ services: {}, host: OTHER, ports: port("http", 80) }],
      { clusters: ["west"], ports: port("http", 8080) },
      WEST,
    ),
    path: "imports[0].host",
    message: "and has it under that name only",
    good: two(
      "cluster1>cluster2 cluster1>west",
      [{ services: {}, host: GREETER, ports: port("http", 8080) }],
      { clusters: ["west"], ports: port("http", 8080) },
      WEST,
    ),
  },
  "an alias whose number leads to different ports": {
    bad: twoImporters(port("grpc", 8080)),
    path: "imports[1].ports",
    message: `leads port 8080 of ${OTHER} in cluster2 to grpc of ${HELLO}, and imports[0] to http; use another number`,
    good: twoImporters(port("grpc", 9090)),
  },
  "an alias in a cluster that imports the same host without its own pods": {
    bad: two(`${BOTH} cluster2>cluster3`, [
      { services: {}, host: OTHER, into: ["cluster1"] },
      { services: { clusters: ["cluster3"] }, host: OTHER, into: ["cluster2"] },
    ]),
    path: "imports[1]",
    message: `takes ${OTHER} into cluster2 without ${HELLO}, to which the gateway of cluster2 leads by that name for imports[0]: Istio would know one of the two`,
    good: importing(
      `${BOTH} cluster2>cluster3`,
      [service({ selector: { app: "helloworld" } }), service({ name: "greeter", clusters: ["cluster3"] })],
      [{ services: {}, host: OTHER }],
      CAPTURE,
    ),
  },
};

describe("validateMesh reports of aliases", () => testRules(aliasCases));

const own = { ...CAPTURE, links: importLinks("cluster1>cluster2") };
const local = (changes: Partial<ServiceSpec>) =>
  importing(
    "",
    [service({ clusters: ["cluster1"], ...changes }), service({ name: "greeter", clusters: ["cluster2"] })],
    [{ services: {}, host: HELLO }],
    own,
  );

const behindCases: Record<string, RuleCase> = {
  "local pods of which no accounts are known": {
    bad: local({ serviceAccounts: undefined }),
    path: "services[0].serviceAccounts",
    message: "is missing, so that whoever has an identity of the mesh could answer where imports[0] takes it",
    good: local({ serviceAccounts: ["helloworld"] }),
  },
  "local pods that a headless Service has": {
    bad: local({ headless: true }),
    path: "services[0].headless",
    message: "is true, and imports[0] adds others to it in cluster1, which clients there would never call",
    good: local({ headless: false }),
  },
  "local pods without sidecars": {
    bad: local({ injected: false }),
    path: "services[0].injected",
    message:
      "is false, and imports[0] has clients of cluster1 call its pods by mutual TLS, which nothing would take",
    good: local({ injected: true }),
  },
};

describe("validateMesh reports of what stands behind a host in the importer", () => testRules(behindCases));
