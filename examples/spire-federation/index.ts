import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "istio-multicluster";
import { configureMesh, deployMesh } from "istio-multicluster/mesh";

const config = new pulumi.Config();

const NAMES = ["foo", "bar"] as const;

/** Two clusters on networks of their own, each in the trust domain that has its name. */
const clusters = NAMES.map((name) => ({
  name,
  network: name,
  trustDomain: `${name}.com`,
  platform: config.get<Platform>(`${name}Platform`, {
    allowedValues: ["eks", "gke", "aks", "openshift", "on-premises", "kind"],
  }),
}));

const access = Object.fromEntries(
  NAMES.map((name) => [
    name,
    { kubeconfig: config.requireSecret(`${name}Kubeconfig`), context: config.get(`${name}Context`) },
  ]),
);

/** Every output of the mesh. */
export = deployMesh(
  configureMesh(
    {
      ca: { protectRoot: config.getBoolean("protectRoot") },
      clusters,
      identity: { provider: "spire", spire: { upstream: { issuer: config.get("issuer") } } },
      sampleApps: { helloworld: { foo: ["v1"], bar: ["v2"] } },
    },
    access,
  ),
);
