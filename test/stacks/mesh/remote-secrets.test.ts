import { describe, expect, test } from "vitest";
import type { MeshSpec } from "../../../components";
import { configureMesh, deployMesh } from "../../../stacks/mesh/library";
import { allBefore, componentsOf, decoded, find } from "../../support/components";
import { deploy, LOAD_BALANCER, meshProgram } from "../../support/deploy";
import { CA_DATA } from "../../support/kubeconfigs";
import { type Registration, runFailingProgram, runProgram } from "../../support/mocks";
import { apiServer } from "../../support/served-namespaces";
import { cluster, mesh } from "../../support/specs";
import { claimed } from "../../support/state";

const PER_OBSERVER = { remoteSecrets: { per: "observer" } } as const;
const TO_OBSERVER = { remoteSecrets: { per: "observer", migrating: true } } as const;
const TO_LINK = { remoteSecrets: { per: "link", migrating: true } } as const;

const secretsOf = (registrations: readonly Registration[]) =>
  componentsOf(registrations).filter((text) => /^(RemoteSecretLink|ObserverSecret) /.test(text));
const keysOf = (registrations: readonly Registration[], name: string) =>
  decoded(find(registrations, `${name}-secret`).inputs["data"]);

describe("a mesh with one Secret per observer", () => {
  test("has the credentials of all others in it, once their gateways have addresses", async () => {
    const { registrations, result } = await deploy(mesh(3, PER_OBSERVER));
    expect(secretsOf(registrations).sort()).toEqual(
      [1, 2, 3].map((index) => `ObserverSecret cluster${index}.observes`),
    );
    expect(result.credentials).toBe(6);
    const keys = keysOf(registrations, "cluster1.observes");
    expect(Object.keys(keys)).toEqual(["cluster2", "cluster3"]);
    expect(keys["cluster3"]).toContain("token-of-cluster3-reader-token");
    const before = find(registrations, "cluster1.observes-secret").dependsOn;
    for (const name of ["cluster2", "cluster3"]) {
      expect(before).toContain(`Service ${name}-gateway-chart:istio-system/istio-eastwestgateway`);
    }
    expect(allBefore(registrations, "cluster1.observes-secret")).toContain(
      "Deployment cluster1-istiod:istio-system/istiod",
    );
  });

  test("has links of their own for remotes, whose gateways wait for them", async () => {
    const clusters = [cluster(1), cluster(2, { controlPlanes: ["cluster1"] }), cluster(3)];
    const { registrations } = await deploy({ clusters, ...PER_OBSERVER });
    expect(secretsOf(registrations).sort()).toEqual([
      "ObserverSecret cluster1.observes",
      "ObserverSecret cluster3.observes",
      "RemoteSecretLink cluster1.observes.cluster2",
    ]);
    expect(Object.keys(keysOf(registrations, "cluster1.observes"))).toEqual(["cluster3"]);
    expect(Object.keys(keysOf(registrations, "cluster3.observes"))).toEqual(["cluster1", "cluster2"]);
  });

  test("keeps the Secret of an observer that is renamed", async () => {
    const links = [{ observer: "cluster1", observed: "cluster2" }];
    const before = mesh(2, { ...PER_OBSERVER, links });
    const after = {
      ...PER_OBSERVER,
      clusters: [cluster(1, { name: "eu", formerName: "cluster1" }), cluster(2)],
      links: [{ observer: "eu", observed: "cluster2" }],
    };
    const { registrations: state } = await runProgram(() => meshProgram(before), LOAD_BALANCER);
    const { registrations: program } = await runProgram(() => meshProgram(after), LOAD_BALANCER);
    const kept = claimed(state, program);
    expect(state.filter(({ urn }) => !kept.has(urn))).toEqual([]);
  });
});

describe("a mesh on its way", () => {
  test("to one Secret has it first, and then links without kubeconfigs", async () => {
    const { registrations } = await deploy(mesh(3, TO_OBSERVER));
    expect(secretsOf(registrations)).toHaveLength(9);
    expect(keysOf(registrations, "cluster1.observes")["cluster2"]).toContain("token-of-cluster2");
    expect(keysOf(registrations, "cluster1.observes.cluster2")).toEqual({ cluster2: "" });
    expect(allBefore(registrations, "cluster1.observes.cluster2-secret")).toContain(
      "Secret cluster1.observes-secret",
    );
  });

  test("to links has all of these first, and then the one Secret without kubeconfigs", async () => {
    const { registrations } = await deploy(mesh(3, TO_LINK));
    expect(keysOf(registrations, "cluster1.observes.cluster2")["cluster2"]).toContain("token-of-cluster2");
    expect(keysOf(registrations, "cluster1.observes")).toEqual({ cluster2: "", cluster3: "" });
    const before = allBefore(registrations, "cluster1.observes-secret");
    for (const name of ["cluster2", "cluster3"]) {
      expect(before).toContain(`Secret cluster1.observes.${name}-secret`);
    }
  });
});

describe("Secrets from which a live istiod may have clusters", () => {
  const link = { "istio-remote-secret-cluster2": {} };
  const one = { "istio-remote-secrets": { "istio-multicluster/clusters": "cluster2" } };
  const superseded = { "istio-multicluster/superseded": "true" };

  const program = async (changes: Partial<MeshSpec>, secrets: Record<string, Record<string, string>>) => {
    const access = await Promise.all(
      [1, 2].map(async (index) => {
        const served = { "kube-system": { uid: String(index) }, secrets: index === 1 ? secrets : {} };
        const kubeconfig = await apiServer(`cluster${index}`, served);
        const caBundle = Buffer.from(CA_DATA, "base64").toString();
        return [`cluster${index}`, { kubeconfig, caBundle, loopbackIsShared: true }] as const;
      }),
    );
    return () => deployMesh(configureMesh(mesh(2, changes), Object.fromEntries(access)));
  };
  const PREVIEW = { ...LOAD_BALANCER, preview: true };

  const toRemote = { clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"] })] };
  const REFUSED: [string, Partial<MeshSpec>, Record<string, Record<string, string>>, string][] = [
    [
      "one Secret in one step",
      PER_OBSERVER,
      link,
      "run pulumi up once with remoteSecrets: { per: observer, migrating",
    ],
    ["links in one step", {}, one, "run pulumi up once with remoteSecrets: { per: link, migrating: true }"],
    [
      "the link of a remote",
      { ...toRemote, ...PER_OBSERVER },
      one,
      "go over to remoteSecrets: { per: link } first",
    ],
    ["the link of a remote, on the way", { ...toRemote, ...TO_LINK }, one, "{ per: link } first"],
  ];
  test.each(REFUSED)("are not left for %s", async (_, changes, secrets, mend) => {
    const { failures } = await runFailingProgram(await program(changes, secrets), PREVIEW);
    expect(failures.join()).toContain(
      `the istiod of cluster1 may have cluster2 from Secret ${Object.keys(secrets).join()}, where it would not be any more, and would drop it; `,
    );
    expect(failures.join()).toContain(mend);
  });

  test.each<[string, Partial<MeshSpec>, Record<string, Record<string, string>>]>([
    ["on the way", TO_OBSERVER, link],
    ["on the way back", TO_LINK, one],
    ["once they are superseded", PER_OBSERVER, { "istio-remote-secret-cluster2": superseded, ...one }],
    ["once the one is superseded", {}, { ...link, "istio-remote-secrets": superseded }],
    ["if they are of others", PER_OBSERVER, { "istio-remote-secret-other": {} }],
    [
      "if the cluster is not observed any more",
      { links: [{ observer: "cluster2", observed: "cluster1" }] },
      one,
    ],
  ])("let a preview through %s", async (_, changes, secrets) => {
    const { registrations } = await runProgram(await program(changes, secrets), PREVIEW);
    expect(secretsOf(registrations).length).toBeGreaterThan(0);
  });
});
