import type { MeshSpec } from "istio-multicluster";
import { helloworld } from "./helloworld";

/** The mesh of the team that runs helloworld, and lets its gateway lead there. */
export const exporting: Omit<MeshSpec, "clusters"> = {
  services: [{ ...helloworld, exported: true }],
  sampleApps: { helloworld: { west: ["v1"] } },
};
