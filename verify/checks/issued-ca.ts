import { X509Certificate } from "node:crypto";
import { CA_SECRET, CERTIFICATES_NAMESPACE, ISTIO_NAMESPACE, issuedSecretName } from "../../components/names";
import { signingClusters } from "../../components/spec/adopt/adopted";
import { istiodOf } from "../../components/topology/links";
import type { CaIssuerPlan, MeshPlan } from "../../components/spec/types";
import type { ClusterReader } from "../kube/cluster-reader";
import type { MeshReader } from "../kube/mesh-reader";
import { failed, ok, type Outcome, type Probe } from "../probe";

/** Where one cluster's issuer signs for all, each istiod has the CA that cert-manager issued for it last. */
export function issuedCa(plan: MeshPlan): Probe[] {
  const { issuer } = plan.ca;
  if (issuer?.cluster === undefined) return [];
  const { cluster: source } = issuer;
  return signingClusters(plan.clusters).map(({ name }) => ({
    check: "issued-ca",
    cluster: name,
    ...(name === source ? {} : { peer: source }),
    run: (mesh) => checkCopy(mesh, name, source, issuer),
  }));
}

async function checkCopy(
  mesh: MeshReader,
  name: string,
  source: string,
  { namespace = CERTIFICATES_NAMESPACE }: CaIssuerPlan,
): Promise<Outcome> {
  const issued = await certificate(mesh.cluster(source), namespace, issuedSecretName(name), "tls.crt");
  const place = istiodOf(mesh.plan, name);
  const copy = await certificate(mesh.cluster(place), ISTIO_NAMESPACE, CA_SECRET, "ca-cert.pem");
  if (issued.fingerprint256 === copy.fingerprint256) return ok(`valid until ${dateOf(copy)}`);
  return failed(
    `Secret ${ISTIO_NAMESPACE}/${CA_SECRET} of ${place} is stale: its CA is valid until ${dateOf(copy)}, ` +
      `and ${source} has issued one that is until ${dateOf(issued)}; run pulumi up`,
  );
}

async function certificate(
  cluster: ClusterReader,
  namespace: string,
  name: string,
  key: string,
): Promise<X509Certificate> {
  const encoded = (await cluster.secret(namespace, name))?.data?.[key];
  if (encoded !== undefined) return new X509Certificate(Buffer.from(encoded, "base64"));
  throw new Error(
    `Secret ${namespace}/${name} of ${cluster.name} is missing or has no ${key}; run pulumi up --refresh`,
  );
}

function dateOf({ validToDate }: X509Certificate): string {
  return validToDate.toISOString();
}
