import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import { TAKING_OVER } from "../../../stacks/mesh/prior/guard";
import { LOOKED_FOR } from "../../../stacks/mesh/prior/object-faults";
import { rootCertificate } from "../../support/pki";
import {
  AT,
  beforeCreates,
  BY_ISTIOCTL,
  byHelm,
  byManager,
  CRD,
  type Has,
  named,
  record,
  serverOf,
} from "../../support/prior";
import { cluster } from "../../support/specs";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("before the base chart is installed", () => {
  const faultsOver = async (has: Has, values: object = {}) => {
    const before = await beforeCreates(await serverOf(has));
    return before(LOOKED_FOR.release, { values }).then(
      () => [],
      (error: Error) => error.message.split("\n"),
    );
  };

  test.each([
    [
      "CRDs of kubectl",
      { [AT.crds]: { ...CRD, "certificates.cert-manager.io": {} } },
      "clusters[0] (cluster1) has CustomResourceDefinition gateways.networking.istio.io already, of field manager " +
        "kubectl-client-side-apply, which Helm release istio-base cannot take over; adopt: [crds] leaves them to their owner; if nobody " +
        "has them any more, delete them, and with them all of their objects: kubectl delete crd gateways.networking.istio.io",
    ],
    [
      "CRDs of another release",
      { [AT.crds]: { "gateways.networking.istio.io": byHelm("istio-base", "other") } },
      "already, of Helm release other/istio-base, which Helm release istio-base cannot take over; adopt: [crds]",
    ],
    [
      "the webhook of another release",
      { [AT.webhooks]: { "istiod-default-validator": byHelm("base", "istio-system") } },
      "has ValidatingWebhookConfiguration istiod-default-validator already, of Helm release istio-system/base, which Helm " +
        "release istio-base cannot take over; npm run take-over gives them to it; if nothing uses them",
    ],
    [
      "an Istio of istioctl",
      {
        [AT.crds]: { "gateways.networking.istio.io": byManager("istio-operator") },
        [AT.webhooks]: { "istiod-default-validator": BY_ISTIOCTL },
        [AT.deployments]: { istiod: BY_ISTIOCTL },
      },
      "gateways.networking.istio.io and 1 more objects of Istio's already, of istioctl, which Helm release istio-base cannot take " +
        "over; npm run take-over brings the Istio that is there into this stack (docs/take-over.md), and adopt: [istiod] leaves",
    ],
    [
      "a release of that name",
      { [AT.secrets]: record("pending-install") },
      "has Helm release istio-system/istio-base already (pending-install), and Helm installs none of a name that is in use; ",
    ],
  ])("%s are told with whose they are, and what mends it", async (_, has, message) => {
    const faults = await faultsOver(has);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(message);
  });

  test("all of it is told at once", async () => {
    expect(await faultsOver({ [AT.crds]: CRD, [AT.secrets]: record("deployed") })).toHaveLength(2);
  });

  test.each([
    ["nothing is there", {}, {}],
    [
      "its own objects are left of an earlier release",
      { [AT.crds]: { "sidecars.networking.istio.io": byHelm("istio-base", "istio-system") } },
      {},
    ],
    [
      "its values leave out what is there",
      { [AT.crds]: CRD },
      { base: { excludedCRDs: ["gateways.networking.istio.io"] } },
    ],
    [
      "its values have nothing that is cluster-wide",
      { [AT.crds]: CRD },
      { global: { resourceScope: "namespace" } },
    ],
    [
      "its values have no webhook",
      { [AT.webhooks]: { "istiod-default-validator": {} } },
      { defaultRevision: "" },
    ],
    [
      "others use CRDs of Istio's group that it has not",
      { [AT.crds]: { "istiooperators.install.istio.io": {} } },
      {},
    ],
    [
      "nothing may be listed",
      { [AT.crds]: 403, [AT.webhooks]: 403, [AT.secrets]: 403, [AT.deployments]: 403 },
      {},
    ],
  ])("nothing is said where %s", async (_, has, values) => {
    expect(await faultsOver(has, values)).toEqual([]);
  });
});

describe("before an object is made", () => {
  const before = async (type: string, name: string, has: Has) => {
    const hook = await beforeCreates(await serverOf(has));
    await hook(LOOKED_FOR.release);
    return hook(type, named(name));
  };

  test.each([
    [
      "a CA",
      LOOKED_FOR.secret,
      "cacerts",
      { [AT.secrets]: { cacerts: byManager("kubectl-create") } },
      "has Secret istio-system/cacerts already, of field manager kubectl-create, which is not written over; adopt: [cacerts] with",
    ],
    [
      "a remote secret",
      LOOKED_FOR.secret,
      "istio-remote-secret-cluster2",
      { [AT.secrets]: { "istio-remote-secret-cluster2": byManager("kubectl-client-side-apply") } },
      "npm run take-over gives it this program's content without a gap, or delete it: kubectl delete secret istio-remote-secret-cluster2",
    ],
    [
      "a gateway",
      LOOKED_FOR.deployment,
      "istio-eastwestgateway",
      { [AT.deployments]: { "istio-eastwestgateway": BY_ISTIOCTL } },
      "has Deployment istio-system/istio-eastwestgateway already, of istioctl: what differs ends pulumi up with a field conflict",
    ],
  ])("%s of somebody else is refused", async (_, type, name, has, message) => {
    await expect(before(type, name, has)).rejects.toThrow(message);
  });

  test("one that an interrupted up has made, or recover let go of, is not", async () => {
    for (const manager of ["pulumi-kubernetes-1a2b3c4d", "istio-multicluster"]) {
      await before(LOOKED_FOR.secret, "cacerts", { [AT.secrets]: { cacerts: byManager(manager) } });
    }
  });

  test("one of a Helm release is warned of, which may be the same", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    await before(LOOKED_FOR.deployment, "istiod", {
      [AT.deployments]: { istiod: byHelm("istiod", "istio-system") },
    });
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining(
        "has Deployment istio-system/istiod already, of Helm release istio-system/istiod: what differs",
      ),
    ]);
  });

  test("a namespace of somebody else is warned of, since destroy would delete it", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    await before(LOOKED_FOR.namespace, "istio-system", { [AT.namespace]: byManager("kubectl-create") });
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      "clusters[0] (cluster1) has the namespace istio-system already, of field manager kubectl-create, which becomes this stack's, " +
        "so that pulumi destroy would delete it with all that is in it; adopt: [namespace] leaves it to its owner",
    ]);
  });
});

test("the server is asked once however much is made, and not at all where all is made", async () => {
  const server = await serverOf({});
  const before = await beforeCreates(server);
  expect(server.requests).toEqual([]);
  await before(LOOKED_FOR.namespace, named("istio-system"));
  await before(LOOKED_FOR.release);
  await before(LOOKED_FOR.secret, named("cacerts"));
  expect(server.requests).toHaveLength(5);
});

describe("on a mesh that runs", () => {
  const REMOTE = { [AT.secrets]: { "istio-remote-secret-cluster2": byManager("kubectl") } };
  const remote = named("istio-remote-secret-cluster2");

  test("no server is asked for new links and tokens", async () => {
    const server = await serverOf(REMOTE);
    const before = await beforeCreates(server);
    await before(LOOKED_FOR.secret, remote);
    await before(LOOKED_FOR.secret, named("istio-multicluster-reader-token-2"));
    expect(server.requests).toEqual([]);
  });

  test("a CA is looked for, which such a mesh has", async () => {
    const before = await beforeCreates(await serverOf({ [AT.secrets]: { cacerts: byManager("kubectl") } }));
    await expect(before(LOOKED_FOR.secret, named("cacerts"))).rejects.toThrow("of field manager kubectl");
  });

  test("a Secret by which images are pulled is looked for, which a mesh gets at any time", async () => {
    const before = await beforeCreates(await serverOf({ [AT.secrets]: { regcred: byManager("kubectl") } }));
    const wanted = { ...named("regcred"), type: "kubernetes.io/dockerconfigjson" };
    await expect(before(LOOKED_FOR.secret, wanted)).rejects.toThrow(
      "clusters[0] (cluster1) has Secret istio-system/regcred already, of field manager kubectl, which would be written over, and be " +
        "deleted once the config no longer has it; istio.imagePullSecrets: [regcred] uses it as it is, or give another name in " +
        "istio.imagePullCredentials",
    );
  });

  test("links of an istiod that is somebody else's are looked for", async () => {
    const adopting = { adopt: ["istiod" as const], rootCertificate: await rootCertificate() };
    const clusters = [cluster(1, { ...adopting, gateway: { enabled: true } })];
    const before = await beforeCreates(await serverOf(REMOTE), { clusters });
    await expect(before(LOOKED_FOR.secret, remote)).rejects.toThrow(
      "npm run take-over gives it this program's content",
    );
  });
});

test("where the preview was skipped, it is told that what is adopted is recorded by now", async () => {
  const before = await beforeCreates(await serverOf({ [AT.crds]: CRD }));
  vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(false);
  await expect(before(LOOKED_FOR.release)).rejects.toThrow(
    /recorded what the cluster adopts, so run pulumi destroy before/,
  );
});

test("and not where that mends nothing, whatever the words of the owner are", async () => {
  const secrets = { cacerts: {}, "istio-remote-secret-b": byManager("adopt: bot") };
  const before = await beforeCreates(await serverOf({ [AT.secrets]: secrets }));
  vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(false);
  await before(LOOKED_FOR.release);
  await expect(before(LOOKED_FOR.secret, named("istio-remote-secret-b"))).rejects.toThrow(
    /delete secret istio-remote-secret-b --namespace istio-system$/,
  );
});

test("a takeover looks at what is there by itself", async () => {
  vi.stubEnv(TAKING_OVER, "true");
  const before = await beforeCreates(await serverOf({ [AT.crds]: CRD }));
  await expect(before(LOOKED_FOR.release)).rejects.toThrow("there is no hook blue-cluster1-prior");
});
