import type { ServiceSpec } from "istio-multicluster";

/** The service that crosses, as both meshes describe it. */
export const helloworld: ServiceSpec = {
  name: "helloworld",
  namespace: "sample",
  ports: [{ name: "http", port: 5000 }],
  serviceAccounts: ["helloworld-v1"],
  clusters: ["west"],
};
