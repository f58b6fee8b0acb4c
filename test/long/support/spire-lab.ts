import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { installCertManager, makeIssuer } from "../../lab/support/cert-manager";
import type { OnDemand } from "../../../lab/toolchain";
import { apply } from "../../lab/support/apply";
import type { Suite } from "../../lab/support/suite";

/** SPIRE itself, which some labs have besides what every lab has. */
export const SPIRE_SERVER_TOOLS: OnDemand[] = ["spire", "spire-controller-manager", "spiffe-csi"];

/** That, and what is above it and uses it elsewhere. */
export const SPIRE_TOOLS: OnDemand[] = [
  ...(["cert-manager", "cert-manager-files", "bookinfo"] as const),
  ...SPIRE_SERVER_TOOLS,
];

/**
 * A volume on a cluster's first node that the next claim without a class gets, in place of a cloud's disks: a folder of
 * the lab, which outlives the node and goes with the lab.
 *
 * @see https://kubernetes.io/docs/concepts/storage/volumes/#local
 */
export function provideVolume(suite: Suite, cluster: string, name: string): void {
  const node = suite.lab.clusters.find((each) => each.name === cluster)!.nodes[0]!;
  const path = join(suite.lab.dir, "clusters", cluster, "volumes", name);
  mkdirSync(path, { recursive: true });
  const isNode = { key: "kubernetes.io/hostname", operator: "In", values: [node] };
  apply(suite, cluster, [
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: {
        capacity: { storage: "10Gi" },
        accessModes: ["ReadWriteOnce"],
        local: { path },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [isNode] }] } },
      },
    },
  ]);
}

/** A CA that was made elsewhere. */
export interface Root {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The trust domain of each cluster, and the root that cert-manager has for it. */
export type TrustDomains = Readonly<Record<string, { readonly trustDomain: string; readonly root: Root }>>;

/** Gives a cluster what has to be there before SPIRE: cert-manager with an issuer for a root, and a disk. */
export function prepareSpire(suite: Suite, cluster: string, issuer: string, root: Root): void {
  installCertManager(suite, cluster);
  replaceRoot(suite, cluster, issuer, root);
  provideVolume(suite, cluster, "spire-data");
}

/** Gives an issuer another root to sign with. */
export function replaceRoot(suite: Suite, cluster: string, issuer: string, root: Root): void {
  const files = { "tls.crt": root.certificate, "tls.key": root.privateKey };
  makeIssuer(suite, cluster, issuer, files, { ca: { secretName: issuer } });
}
