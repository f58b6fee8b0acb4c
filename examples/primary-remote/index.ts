import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "istio-multicluster";
import { configureMesh, deployMesh } from "istio-multicluster/mesh";

const config = new pulumi.Config();
const platforms: Platform[] = ["eks", "gke", "aks", "openshift", "on-premises", "kind"];

/** A cluster that is there already; its kubeconfig is a secret config value. */
function existing(name: string) {
  const platform = config.get<Platform>(`${name}Platform`, { allowedValues: platforms });
  return {
    cluster: { name, network: `${name}-network`, platform, istioCni: config.getBoolean(`${name}IstioCni`) },
    access: {
      kubeconfig: config.requireSecret(`${name}Kubeconfig`),
      context: config.get(`${name}Context`),
      apiServer: config.get(`${name}ApiServer`),
    },
  };
}

const primary = existing("cluster1");
const remote = existing("cluster2");

const mesh = deployMesh(
  configureMesh(
    {
      ca: { protectRoot: config.getBoolean("protectRoot") },
      clusters: [
        { ...primary.cluster, webhookHostName: config.get("webhookHostName") },
        { ...remote.cluster, controlPlanes: ["cluster1"] },
      ],
      sampleApps: { helloworld: { cluster1: ["v1"], cluster2: ["v2"] } },
    },
    { cluster1: primary.access, cluster2: remote.access },
  ),
);

export const { rootCertificate, gatewayAddresses, links } = mesh;
