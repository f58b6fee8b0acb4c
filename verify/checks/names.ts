import { HELLOWORLD_PORT, ISTIO_NAMESPACE } from "../../components/names";
import { helloworldHost } from "../../components/spec/services/hosts";
import { istiodOf } from "../../components/topology/links";
import { outboundCluster, tlsByCluster, tlsPage } from "../envoy-config";
import { importsHelloworld } from "../imported";
import { sharedPage } from "../kube/admin-page";
import type { MeshReader } from "../kube/mesh-reader";
import { clientContainers } from "../kube/pods";
import { failed, type Outcome } from "../probe";

/**
 * What is amiss with the names of which a client takes answers of helloworld, where its peer is in another trust domain:
 * without one of that it refuses them, whatever roots it knows.
 */
export async function namesFault(
  mesh: MeshReader,
  client: string,
  peer: string,
  namespace: string,
): Promise<Outcome | undefined> {
  const { plan } = mesh;
  const [own, other] = [client, peer].map(
    (name) => plan.clusters.find((each) => each.name === name)?.trustDomain,
  );
  // Whose answers are taken of what is imported the import rows tell.
  if (own === other || importsHelloworld(plan, client, namespace)) return undefined;
  const host = helloworldHost(namespace);
  const cluster = mesh.cluster(client);
  const targets = await clientContainers(cluster, namespace, "istio-proxy");
  const { answer } = await sharedPage(mesh, cluster, targets, tlsPage([host]));
  const names = tlsByCluster(answer).get(outboundCluster(host, HELLOWORLD_PORT))?.subjectAltNames ?? [];
  if (names.length === 0 || names.some((name) => name.startsWith(`spiffe://${other}/`))) return undefined;
  return failed(
    `the proxy of the curl client in ${client} takes answers of helloworld from ${names.join(", ")} only, so none of ${peer}, whose trust domain is ${other}; ` +
      `istiod of ${istiodOf(plan, client)} reads that from meshConfig.trustDomain in ConfigMap ${ISTIO_NAMESPACE}/istio of ${peer}: see what that says, then istiod's log`,
  );
}
