import * as pulumi from "@pulumi/pulumi";
import { configureMesh, deployMesh } from "istio-multicluster/mesh";
import { aksCluster } from "./aks";
import { eksCluster } from "./eks";

const config = new pulumi.Config();
/**
 * Whether aks runs the control plane of eks too. The other way round, eks would need a `webhookHostName`: its gateway has
 * a host name, at which not every API server calls webhooks.
 */
const primaryRemote = config.getBoolean("primaryRemote") ?? false;
/** Whether pods of either cloud reach those of the other, as over a VPN. */
const oneNetwork = config.getBoolean("oneNetwork") ?? false;

const mesh = deployMesh(
  configureMesh(
    {
      ca: { protectRoot: config.getBoolean("protectRoot") },
      // The load balancers of the two clouds drop idle connections after 350 and 240 seconds.
      gateway: { idleTimeoutSeconds: 3600 },
      clusters: [
        {
          name: "eks",
          network: oneNetwork ? "wan" : "aws",
          platform: "eks",
          controlPlanes: primaryRemote ? ["aks"] : [],
        },
        { name: "aks", network: oneNetwork ? "wan" : "azure", platform: "aks" },
      ],
      sampleApps: { helloworld: { eks: ["v1"], aks: ["v2"] } },
    },
    {
      // With the identity of each, one that is replaced gets the mesh anew. A private API has an address that only Pulumi's kubeconfig or only the other cloud can use.
      eks: { ...eksCluster("eks", "10.10"), apiServer: config.get("eksApiServer") },
      aks: { ...aksCluster("aks"), apiServer: config.get("aksApiServer") },
    },
  ),
);

// A host name on AWS, an IP on Azure.
export const { rootCertificate, gatewayAddresses, links } = mesh;
