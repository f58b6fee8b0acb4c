import { describe, expect, test } from "vitest";
import { spireAgent } from "../../../components/objects/spire/agent";
import { federatedTrustDomain, workloadIdentities } from "../../../components/objects/spire/identities";
import { SPIRE_IMAGES } from "../../../components/spec/spire/images";
import { objectsOf } from "../../support/objects";
import { type Live, one } from "../../support/spire-objects";

const agent = objectsOf<Live>((chart) =>
  spireAgent(chart, { clusterName: "foo", trustDomain: "foo.com", images: SPIRE_IMAGES }),
);

describe("SPIRE's agents", () => {
  const { template } = one(agent, "DaemonSet").spec;
  const config = one(agent, "ConfigMap").data["agent.conf"];

  test("run on every Linux node, where they see who asks", () => {
    expect(template.spec).toMatchObject({
      hostPID: true,
      hostNetwork: true,
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations: [{ operator: "Exists" }],
    });
  });

  test("are replaced on a tenth of the nodes at a time, however many there are", () => {
    expect(one(agent, "DaemonSet").spec).toMatchObject({
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
    });
  });

  test("give Envoy its certificate, and the roots of every trust domain, under Istio's names", () => {
    expect(config).toContain('default_svid_name = "default"');
    expect(config).toContain('default_all_bundles_name = "ROOTCA"');
    expect(config).toContain('default_bundle_name = "null"');
  });

  test("have a socket that is not Istio's default, in the folder that the driver brings into pods", () => {
    expect(config).toContain('socket_path = "/run/spire/agent-sockets/spire-agent.sock"');
    const [own, driver] = template.spec.containers;
    expect(own?.volumeMounts).toContainEqual({ name: "sockets", mountPath: "/run/spire/agent-sockets" });
    expect(driver?.args).toEqual([
      "-workload-api-socket-dir",
      "/spire-agent-socket",
      "-plugin-name",
      "csi.spiffe.io",
      "-csi-socket-path",
      "/spiffe-csi/csi.sock",
    ]);
    expect(one(agent, "CSIDriver").metadata.name).toBe("csi.spiffe.io");
  });

  test("show the server a token that is for it alone", () => {
    const token = template.spec.volumes.find(({ name }) => name === "token");
    expect(token?.projected?.sources).toEqual([
      { serviceAccountToken: { path: "spire-agent", expirationSeconds: 7200, audience: "spire-server" } },
    ]);
  });
});

describe("identities", () => {
  const identities = (federatesWith: string[], className?: string) =>
    one(
      objectsOf((chart) => workloadIdentities(chart, { federatesWith, className })),
      "ClusterSPIFFEID",
    ).spec;

  test("are those that Istio expects, for pods with a proxy", () => {
    expect(identities([])).toEqual({
      spiffeIDTemplate:
        "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}",
      podSelector: { matchExpressions: [{ key: "service.istio.io/canonical-name", operator: "Exists" }] },
    });
    expect(identities(["bar.com"], "own")).toMatchObject({ federatesWith: ["bar.com"], className: "own" });
  });

  test("of another trust domain are known by its roots, and its endpoint by an identity of it", () => {
    const objects = objectsOf<Live>((chart) =>
      federatedTrustDomain(chart, {
        trustDomain: "bar.com",
        bundleEndpointUrl: "https://192.0.2.1:8443/?roots=ab",
        bundle: "{}",
      }),
    );
    expect(one(objects, "ClusterFederatedTrustDomain", "bar.com").spec).toEqual({
      trustDomain: "bar.com",
      bundleEndpointURL: "https://192.0.2.1:8443/?roots=ab",
      bundleEndpointProfile: { type: "https_spiffe", endpointSPIFFEID: "spiffe://bar.com/spire/server" },
      trustDomainBundle: "{}",
    });
  });
});
