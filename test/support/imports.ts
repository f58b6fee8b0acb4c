import fc from "fast-check";
import type { ExporterSpec, MeshSpec, ServiceImportSpec, ServiceSpec } from "../../components";
import { rare, some, type Vocabulary } from "./mesh-settings";

const HOSTS = ["hello.shop.svc.cluster.local", "web.shop.svc.cluster.local", "hello.mesh.internal"] as const;

/** Clusters of other stacks, of which references are taken once each. */
export function exporters({ text }: Vocabulary): fc.Arbitrary<ExporterSpec[]> {
  return fc.array(
    fc.record({
      name: text("west"),
      addresses: some(fc.array(text("192.0.2.9", "gateway.example.com"), { maxLength: 2 })),
      from: rare(fc.record({ stackReference: text("org/mesh/west"), output: rare(text("exports")) })),
      addressType: rare(fc.constantFrom("ip" as const, "hostname" as const)),
      region: rare(text("eu")),
      trustDomain: rare(text("west.example")),
    }),
    { maxLength: 2 },
  );
}

/** What clusters import of any kind of service, whether or not there is a link for it. */
export function serviceImport(words: Vocabulary, names: readonly string[]): fc.Arbitrary<ServiceImportSpec> {
  const { text } = words;
  return fc.record({
    services: fc.record({
      name: some(text("web", "db")),
      matchLabels: some(fc.dictionary(text("team"), text("shop"), { noNullPrototype: true, maxKeys: 2 })),
      namespaces: rare(fc.array(text("shop", "pay"), { maxLength: 2 })),
      clusters: rare(fc.uniqueArray(text(...names, "west"), { maxLength: 2 })),
    }),
    into: rare(fc.uniqueArray(text(...names), { maxLength: 2 })),
    host: some(text(...HOSTS)),
    namespaces: rare(fc.array(text("frontend"), { maxLength: 2 })),
    ports: rare(fc.array(fc.record({ name: text("http"), port: fc.constant(8080) }), { maxLength: 2 })),
    failover: rare(
      fc.constantFrom({}, { failoverPriority: ["topology.istio.io/cluster"] }, { failoverPriority: [] }),
    ),
    anyIdentity: some(fc.boolean()),
  });
}

/** The part of a mesh in which one of its clusters, or one of another stack, exports to another one what it imports. */
export function importing(
  words: Vocabulary,
  primaries: readonly string[],
  members: readonly string[],
): fc.Arbitrary<Pick<MeshSpec, "links" | "services" | "imports" | "exporters">> {
  const { text } = words;
  const foreign = fc.record({
    name: fc.constant("west"),
    addresses: fc.constantFrom(["192.0.2.9"], ["gateway.example.com"]),
    region: rare(text("eu")),
  });
  return fc
    .record({
      observer: fc.constantFrom(...primaries),
      observed: fc.constantFrom(...members, "west"),
      both: rare(fc.constant(true)),
      service: importedService(words),
      host: some(text(...HOSTS)),
      failover: rare(fc.constant({})),
      exporters: fc.tuple(foreign),
    })
    .filter(({ observer, observed }) => observer !== observed)
    .map(({ observer, observed, both, service, host, failover, exporters: given }) => ({
      links: [
        { observer, observed, kind: "import" as const, ...(both ? { migrating: true } : {}) },
        ...(both ? [{ observer, observed }] : []),
      ],
      services: [{ ...service, clusters: [observed] }],
      imports: [{ services: { name: service.name }, host, failover }],
      exporters: given,
    }));
}

function importedService({ text }: Vocabulary): fc.Arbitrary<Omit<ServiceSpec, "clusters">> {
  const pods = fc.constantFrom(
    { ports: [{ name: "http", port: 80 }] },
    { ports: [{ name: "http", port: 80, targetPort: 8080 }], selector: { app: "web" } },
  );
  const own = fc.record({
    name: text("web", "db"),
    namespace: text("shop"),
    labels: rare(fc.constant({ team: "shop" })),
    serviceAccounts: fc.constant(["web"]),
    exported: rare(fc.boolean()),
  });
  return fc.tuple(own, pods).map(([service, more]) => ({ ...service, ...more }));
}
