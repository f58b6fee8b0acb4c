import { beforeAll, describe, expect, test } from "vitest";
import { type MeshSpec, type ServiceSpec, validateMesh } from "../../../components";
import { importOf, withExporter } from "../../support/import-specs";
import { selfSigned } from "../../support/pki";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, mesh, service } from "../../support/specs";

/** A service that meshes of other stacks import, and nobody here. */
const offering = (changes: Partial<ServiceSpec> = {}, more: Partial<MeshSpec> = {}) =>
  mesh(3, { links: [], services: [service({ exported: true, ...changes })], ...more });

const WEST = { exporters: [{ name: "west", addresses: ["192.0.2.9"] }] };

const offerCases: Record<string, RuleCase> = {
  "a headless service that is exported": {
    bad: offering({ headless: true }),
    path: "services[0].headless",
    message: "is true, and exported offers it to other stacks, which learn no addresses of its pods",
    good: offering({ headless: false }),
  },
  "a service without sidecars that is exported": {
    bad: offering({ injected: false }),
    path: "services[0].injected",
    message: "is false, and exported offers it to other stacks by way of a gateway",
    good: offering({ injected: true }),
  },
  "an exported service that runs elsewhere": {
    bad: offering({ clusters: ["west"] }, WEST),
    path: "services[0].exported",
    message: "is true, but it runs in no cluster of this mesh (west); the stack of those exports it",
    good: offering({ clusters: ["west", "cluster2"] }, WEST),
  },
  "an exported service that the listed hosts of its gateway leave out": {
    bad: offering({}, { gateway: { hosts: ["*.other.svc.cluster.local"] } }),
    path: "services[0].clusters[0]",
    message: "leave out helloworld.sample.svc.cluster.local, so meshes of other stacks would get no answer",
    good: offering({}, { gateway: { hosts: ["*.sample.svc.cluster.local"] } }),
  },
  "a gateway of an exported service that is turned off": {
    bad: offering({}, withExporter({ gateway: { enabled: false } })),
    path: "clusters[1].gateway.enabled",
    message: "is false, but cluster2 (network2) is to export to other stacks; enable the gateway",
    good: offering({}, withExporter({ gateway: { enabled: true } })),
  },
  "a service account that is none": {
    bad: importOf({ serviceAccounts: ["helloworld-v1", "sample/helloworld"] }),
    path: "services[0].serviceAccounts[1]",
    message: '"sample/helloworld" is no name of a service account; write the name alone, such as helloworld',
    good: importOf({ serviceAccounts: ["helloworld-v1", "hello.world"] }),
  },
  "a selector of everything": {
    bad: importOf({ selector: {} }),
    path: "services[0].selector",
    message: "is empty, and would take every pod of namespace sample; list labels of its pods, or remove it",
    good: importOf({ selector: { app: "helloworld" } }),
  },
};

describe("validateMesh reports of what is exported", () => testRules(offerCases));

describe("validateMesh reports of an export from a cluster whose istiod is adopted", () => {
  let root: string;
  beforeAll(async () => {
    root = await selfSigned("Root");
  });

  test("that its gateway leads there by nobody's word here", () => {
    const adopted = (changes: object): MeshSpec => {
      const own = { adopt: ["istiod" as const], rootCertificate: root };
      return offering(
        {},
        { clusters: [cluster(1, own), cluster(2, { ...own, ...changes }), cluster(3, own)] },
      );
    };
    expect(validateMesh(adopted({ gatewayAddresses: ["192.0.2.1"] }))).toEqual([
      {
        path: "services[0].clusters[0]",
        message: expect.stringContaining(
          "is cluster2, whose gateway is its own (adopt: istiod), so that exported",
        ),
      },
    ]);
    expect(validateMesh(adopted({ gateway: { enabled: true } }))).toEqual([]);
  });
});
