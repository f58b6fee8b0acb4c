import { CA_SECRET, ISTIO_NAMESPACE, SPIRE_NAMESPACE, SPIRE_SERVER } from "../../components/names";
import { controlPlanesOf, istiodOf } from "../../components/topology/links";
import { chainFault, type ProxyFault, type Signers } from "../judge-proxy";
import type { MeshReader } from "../kube/mesh-reader";
import { certificatesOf, fingerprint, fingerprints } from "../pem";
import { signingCa } from "./cacerts";
import { signersAt } from "./signer";

/** A mesh between istiod's certificates and SPIRE's. */
export interface Migration {
  readonly phase: "trust" | "issue";
  /** What the istiods of a cluster hand out. */
  readonly istiods: Signers;
}

/** Why a pod has to be restarted before the mesh may go on, whichever way it goes. */
export function toRestart(isSpire: boolean, phase: Migration["phase"]): ProxyFault | undefined {
  if (isSpire === (phase === "issue")) return undefined;
  const [holds, issues] = isSpire ? ["SPIRE", "istiod"] : ["istiod", "SPIRE"];
  return { text: `holds a certificate of ${holds}, though ${issues} issues now; restart its pod` };
}

/**
 * Both sides of a cluster tell each other's roots, so that workloads with certificates of either accept the other's.
 *
 * @param roots - those that the SPIRE server of the cluster tells, and with them those of the others that it federates with
 * @returns what its istiods hand out, or which side does not tell all
 */
export async function trustOfBoth(
  mesh: MeshReader,
  name: string,
  roots: { readonly own: string; readonly all: string },
): Promise<Pick<Migration, "istiods"> | { readonly distrust: string }> {
  const signing = controlPlanesOf(name, mesh.plan.clusters);
  for (const each of signing) {
    const place = istiodOf(mesh.plan, each);
    const { certificate = "", roots: trusted } = await signingCa(mesh, place);
    if (chainFault(certificatesOf(certificate), certificatesOf(roots.own), new Date()) !== undefined) {
      return {
        distrust:
          `the SPIRE server of ${name} does not tell the root above the istiod of ${place}, so whoever has a certificate of ` +
          `SPIRE would refuse one of istiod; run pulumi up, then kubectl rollout restart -n ${SPIRE_NAMESPACE} statefulset/${SPIRE_SERVER}`,
      };
    }
    const known = new Set(certificatesOf(trusted).map(fingerprint));
    const unknown = certificatesOf(roots.all).find((root) => !known.has(fingerprint(root)));
    if (unknown !== undefined) {
      return {
        distrust:
          `Secret ${ISTIO_NAMESPACE}/${CA_SECRET} of ${place} lacks root ${fingerprints(unknown.toString())} that SPIRE tells, so ` +
          "whoever has a certificate of istiod would refuse those under it; run pulumi up",
      };
    }
  }
  return { istiods: await signersAt(mesh, signing) };
}
