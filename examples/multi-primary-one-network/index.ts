import * as pulumi from "@pulumi/pulumi";
import { configureMesh, deployMesh } from "istio-multicluster/mesh";
import { connectPods, gkeCluster, type Place } from "./gke";

const places: Record<string, Place> = {
  cluster1: { zone: "europe-west1-b", nodeCidr: "10.0.1.0/24", podCidr: "10.1.0.0/16" },
  cluster2: { zone: "europe-west4-b", nodeCidr: "10.0.2.0/24", podCidr: "10.2.0.0/16" },
  cluster3: { zone: "us-east1-b", nodeCidr: "10.0.3.0/24", podCidr: "10.3.0.0/16" },
};
const names = Object.keys(places);

connectPods(Object.values(places));

const mesh = deployMesh(
  configureMesh(
    {
      ca: { protectRoot: new pulumi.Config().getBoolean("protectRoot") },
      // One network: endpoints are pod addresses, and nobody needs a gateway.
      clusters: names.map((name) => ({ name, network: "vpc", platform: "gke" })),
      sampleApps: { helloworld: { cluster1: ["v1"], cluster2: ["v1"], cluster3: ["v2"] } },
    },
    Object.fromEntries(
      Object.entries(places).map(([name, place]) => [name, { kubeconfig: gkeCluster(name, place) }]),
    ),
  ),
);

export const { rootCertificate, links } = mesh;
