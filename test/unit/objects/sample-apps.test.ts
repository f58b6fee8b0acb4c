import { describe, expect, test } from "vitest";
import { sampleApps, type SampleAppsInput } from "../../../components/objects/sample-apps";
import { objectsOf } from "../../support/objects";

interface Container {
  readonly image: string;
  readonly ports?: readonly { readonly containerPort?: number; readonly hostPort?: number }[];
  readonly imagePullPolicy?: string;
  readonly startupProbe?: Record<string, unknown>;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext: Record<string, unknown>;
}

interface Template {
  readonly metadata: { readonly labels: Record<string, string> };
  readonly spec: Record<string, unknown> & { readonly containers: readonly Container[] };
}

interface Deployment {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly spec: {
    readonly selector: { readonly matchLabels: Record<string, string> };
    readonly template: Template;
  };
}

const EVERYTHING = { namespace: "apps", helloworldVersions: ["v1", "v2"], client: true };

const appsOf = (input: SampleAppsInput) => objectsOf<Deployment>((chart) => sampleApps(chart, input));
const namesOf = (input: SampleAppsInput) =>
  appsOf(input).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
const deployments = appsOf(EVERYTHING).filter(({ kind }) => kind === "Deployment");

describe("the sample applications", () => {
  test("are a namespace, one Service, and account and Deployment per workload", () => {
    expect(namesOf(EVERYTHING)).toEqual([
      "Namespace apps",
      "Service helloworld",
      "ServiceAccount helloworld-v1",
      "Deployment helloworld-v1",
      "ServiceAccount helloworld-v2",
      "Deployment helloworld-v2",
      "ServiceAccount curl",
      "Deployment curl",
    ]);
  });

  test("come from Docker Hub, or from a registry that has the same", () => {
    const imagesOf = (input: SampleAppsInput) =>
      appsOf(input).flatMap(({ kind, spec }) =>
        kind === "Deployment" ? spec.template.spec.containers.map(({ image }) => image) : [],
      );
    const images = (registry: string) =>
      ["istio/examples-helloworld-v1:1.0", "istio/examples-helloworld-v2:1.0", "curlimages/curl:8.16.0"].map(
        (image) => `${registry}/${image}`,
      );
    expect(imagesOf(EVERYTHING)).toEqual(images("docker.io"));
    expect(imagesOf({ ...EVERYTHING, registry: "registry.example/hub" })).toEqual(
      images("registry.example/hub"),
    );
  });

  test("keep the Service where no version runs, because clients resolve names in their own cluster", () => {
    expect(namesOf({ namespace: "apps", helloworldVersions: [], client: false })).toEqual([
      "Namespace apps",
      "Service helloworld",
    ]);
  });

  test("run in a namespace with injection", () => {
    expect(appsOf(EVERYTHING)[0]).toEqual({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "apps", labels: { "istio-injection": "enabled" } },
    });
  });

  test("are all in that namespace", () => {
    const elsewhere = appsOf(EVERYTHING).filter(
      ({ kind, metadata }) => kind !== "Namespace" && Reflect.get(metadata, "namespace") !== "apps",
    );
    expect(elsewhere).toEqual([]);
  });

  test("have one Service for every version, on a named HTTP port", () => {
    expect(appsOf(EVERYTHING)[1]).toMatchObject({
      metadata: { name: "helloworld", labels: { app: "helloworld", service: "helloworld" } },
      spec: { selector: { app: "helloworld" }, ports: [{ name: "http", port: 5000 }], type: "ClusterIP" },
    });
    expect(appsOf(EVERYTHING)[1]?.spec.selector).toEqual({ app: "helloworld" });
  });
});

describe.each(deployments.map((deployment) => [deployment.metadata.name, deployment] as const))(
  "the Deployment %s",
  (name, { metadata, spec }) => {
    const expected =
      name === "curl" ? { app: "curl" } : { app: "helloworld", version: name.replace("helloworld-", "") };

    test("selects exactly its own pods", () => {
      expect(metadata.labels).toEqual(expected);
      expect(spec.selector).toEqual({ matchLabels: expected });
      expect(spec.template.metadata.labels).toMatchObject(expected);
    });

    test("runs under its own account, without that account's token", () => {
      expect(spec.template.spec).toMatchObject({
        serviceAccountName: name,
        automountServiceAccountToken: false,
      });
    });

    test("runs a pinned image", () => {
      expect(spec.template.spec.containers.map(({ image }) => image)).toEqual([
        name === "curl" ? "docker.io/curlimages/curl:8.16.0" : `docker.io/istio/examples-${name}:1.0`,
      ]);
    });

    // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
    test('meets pod security "restricted"', () => {
      const pod = spec.template.spec;
      const podContext = pod["securityContext"] as Record<string, unknown>;
      expect([pod["hostNetwork"], pod["hostPID"], pod["hostIPC"]].filter(Boolean)).toEqual([]);
      for (const volume of (pod["volumes"] ?? []) as object[])
        expect(Object.keys(volume).sort()).toEqual(["emptyDir", "name"]);
      expect(podContext).not.toHaveProperty("sysctls");
      expect(podContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: expect.any(Number),
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(podContext["runAsUser"]).toBeGreaterThan(0);
      for (const { ports, securityContext } of pod.containers) {
        expect((ports ?? []).filter(({ hostPort }) => hostPort !== undefined)).toEqual([]);
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          privileged: false,
          readOnlyRootFilesystem: true,
          runAsGroup: 65532,
          runAsNonRoot: true,
          runAsUser: 65532,
          seccompProfile: { type: "RuntimeDefault" },
        });
      }
    });

    test("starts from an image that a node has already, for there may be no registry", () => {
      expect(spec.template.spec.containers.map(({ imagePullPolicy }) => imagePullPolicy)).toEqual([
        "IfNotPresent",
      ]);
    });
  },
);

const podOf = (name: string) =>
  deployments.find(({ metadata }) => metadata.name === name)?.spec.template.spec ?? { containers: [] };

// https://github.com/istio/istio/blob/1.31.0/samples/helloworld/src/Dockerfile
describe("gunicorn, the server of helloworld's image,", () => {
  test.each(["helloworld-v1", "helloworld-v2"])("may write into the temporary folder of %s", (name) => {
    const { containers, volumes } = podOf(name);
    expect(containers[0]?.volumeMounts).toEqual([{ mountPath: "/tmp", name: "tmp" }]);
    expect(volumes).toEqual([{ name: "tmp", emptyDir: { medium: "Memory" } }]);
  });

  test("is ready once it answers, for which it has two minutes, and is left alone from then on", () => {
    const [container] = podOf("helloworld-v1").containers;
    expect(container?.startupProbe).toMatchObject({
      httpGet: { path: "/health", port: 5000 },
      periodSeconds: 1,
      failureThreshold: 120,
    });
    expect(container).not.toHaveProperty("readinessProbe");
    expect(container).not.toHaveProperty("livenessProbe");
  });
});

test("the client, which does not heed the signal to end, is not waited for", () => {
  expect(podOf("curl")["terminationGracePeriodSeconds"]).toBe(1);
});
