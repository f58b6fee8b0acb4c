import type { SpireImagesSpec } from "./types";

/** What SPIRE's pods run, unless a spec says otherwise: the one place for these names and versions. */
export const SPIRE_IMAGES = {
  server: "ghcr.io/spiffe/spire-server:1.13.3",
  agent: "ghcr.io/spiffe/spire-agent:1.13.3",
  controllerManager: "ghcr.io/spiffe/spire-controller-manager:0.6.3",
  csiDriver: "ghcr.io/spiffe/spiffe-csi-driver:0.2.7",
  nodeDriverRegistrar: "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.15.0",
} as const satisfies Readonly<Record<keyof SpireImagesSpec, string>>;
