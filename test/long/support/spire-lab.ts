import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { installCertManager, makeIssuer } from "../../lab/support/cert-manager";
import type { MadeCa } from "../../lab/support/issued-chain";
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
 * A volume on a cluster's last node that the next claim without a class gets, in place of a cloud's disks: a folder of
 * the lab, which outlives the node and goes with the lab.
 *
 * @see https://kubernetes.io/docs/concepts/storage/volumes/#local
 */
export function provideVolume(suite: Suite, cluster: string, name = VOLUME): void {
  const node = lastNode(suite, cluster);
  const path = volumePath(suite, cluster, name);
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

const VOLUME = "spire-data";

/** The folder of a volume. */
export function volumePath(suite: Suite, cluster: string, name = VOLUME): string {
  return join(suite.lab.dir, "clusters", cluster, "volumes", name);
}

/** Takes away what a cluster's SPIRE server has on its volume. */
export function emptyVolume(suite: Suite, cluster: string): void {
  const folder = volumePath(suite, cluster);
  for (const file of readdirSync(folder)) rmSync(join(folder, file), { recursive: true });
}

/** The node on which a cluster's SPIRE server is, because its volume is there. */
export function lastNode(suite: Suite, cluster: string): string {
  return suite.lab.clusters.find((each) => each.name === cluster)!.nodes.at(-1)!;
}

/** Leaves a cluster's last node to the SPIRE server, unless a pod can run nowhere else. */
export function reserveLastNode(suite: Suite, cluster: string): void {
  suite.kubectl(cluster, "taint", "nodes", lastNode(suite, cluster), "lab/reserved=spire:PreferNoSchedule");
}

/** The trust domain of each cluster, and the root that cert-manager has for it. */
export type TrustDomains = Readonly<Record<string, { readonly trustDomain: string; readonly root: MadeCa }>>;

/** Gives clusters what has to be there before SPIRE: cert-manager with an issuer for a root, and a disk. */
export function prepareSpire(suite: Suite, issuer: string, domains: TrustDomains): void {
  // All of them first, as each takes a while until it can sign.
  for (const cluster of Object.keys(domains)) installCertManager(suite, cluster);
  for (const [cluster, { root }] of Object.entries(domains)) {
    provideVolume(suite, cluster);
    replaceRoot(suite, cluster, issuer, root);
  }
}

/** Gives an issuer another root to sign with. */
export function replaceRoot(suite: Suite, cluster: string, issuer: string, root: MadeCa): void {
  const files = { "tls.crt": root.certificate, "tls.key": root.privateKey };
  makeIssuer(suite, cluster, issuer, files, { ca: { secretName: issuer } });
}
