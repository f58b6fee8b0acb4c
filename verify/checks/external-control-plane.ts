import type { V1Pod } from "@kubernetes/client-node";
import { EXTERNAL_ISTIOD, ISTIO_NAMESPACE } from "../../components/names";
import type { AddressType, MeshPlan } from "../../components/spec/types";
import { externalIstiodPorts } from "../../components/topology/ports";
import { describeError, isRefusal } from "../kube/errors";
import type { MeshReader } from "../kube/mesh-reader";
import { failed, ok, type Outcome, type Probe, unseen } from "../probe";
import { judgeTrial, readCredential, tryCredential } from "./credential";
import { gatewayAddresses, sorted } from "./gateway";

const WHERE = `Service ${ISTIO_NAMESPACE}/${EXTERNAL_ISTIOD}`;
const KUBECONFIG_SECRET = "istio-kubeconfig";

/** Istiods outside of their clusters can be reached, may read them, and really inject their proxies. */
export function externalControlPlane(plan: MeshPlan): Probe[] {
  return plan.clusters.flatMap(({ name, remotes, externalControlPlane: external }): Probe[] => {
    if (external === undefined) return [];
    const { host, addressType } = external;
    const served = [name, ...remotes];
    return [
      { check: "control-plane", cluster: host, run: (mesh) => checkEntrance(mesh, host, addressType) },
      {
        check: "reader-credential",
        cluster: host,
        peer: name,
        run: (mesh) => checkCredential(mesh, host, name),
      },
      ...served.map((cluster): Probe => ({
        check: "control-plane",
        cluster,
        peer: host,
        run: (mesh) => checkInjection(mesh, cluster, host),
      })),
    ];
  });
}

async function checkEntrance(mesh: MeshReader, host: string, addressType: AddressType): Promise<Outcome> {
  const service = await mesh.cluster(host).service(ISTIO_NAMESPACE, EXTERNAL_ISTIOD);
  if (service === undefined) return failed(`${WHERE} of ${host} does not exist; run pulumi up --refresh`);
  const addresses = gatewayAddresses(service);
  if (addresses.length === 0) {
    return failed(
      `${WHERE} of ${host} has no load balancer address; see: kubectl describe service -n ${ISTIO_NAMESPACE} ${EXTERNAL_ISTIOD}`,
    );
  }
  const ports = sorted(service.spec?.ports ?? []);
  const expected = sorted(externalIstiodPorts(addressType));
  if (ports === expected) return ok(addresses.join(", "));
  return failed(`${WHERE} of ${host} opens ports ${ports} instead of ${expected}; run pulumi up --refresh`);
}

async function checkCredential(mesh: MeshReader, host: string, cluster: string): Promise<Outcome> {
  const where = `Secret ${ISTIO_NAMESPACE}/${KUBECONFIG_SECRET} of ${host}`;
  const secret = await mesh.cluster(host).secret(ISTIO_NAMESPACE, KUBECONFIG_SECRET);
  if (secret === undefined) return failed(`${where} does not exist; run pulumi up --refresh`);
  const credential = readCredential(secret, "config");
  if (typeof credential === "string") return failed(`${where} ${credential}; run pulumi up --refresh`);
  return judgeTrial(await tryCredential(mesh, credential, cluster), where, cluster, credential);
}

/** A pod that istiod is to inject; the API server asks for it in a dry run too. */
const TRIAL: V1Pod = {
  metadata: { generateName: "verify-injection-", labels: { "sidecar.istio.io/inject": "true" } },
  spec: { containers: [{ name: "trial", image: "trial" }] },
};

/** The way of a webhook: API server, Service, load balancer, istiod, and the certificate on it. */
async function checkInjection(mesh: MeshReader, cluster: string, host: string): Promise<Outcome> {
  const target = mesh.cluster(cluster);
  await target.ready();
  try {
    const pod = await target.dryRun(ISTIO_NAMESPACE, TRIAL);
    const { containers = [], initContainers = [] } = pod.spec ?? {};
    if ([...containers, ...initContainers].some(({ name }) => name === "istio-proxy")) {
      return ok("injects");
    }
    return failed(
      `${cluster} makes pods without a proxy; see: kubectl get mutatingwebhookconfigurations on ${cluster}`,
    );
  } catch (error) {
    if (isRefusal(error)) {
      return unseen(
        `the API of ${cluster} lets nobody try an injection: ${describeError(error)}; docs/verify.md has the rights`,
      );
    }
    return failed(
      `the API of ${cluster} gets no injection from istiod in ${host}: ${describeError(error)}; ` +
        `check ${WHERE} of ${host}, ports 15012 and 15017 through its firewalls, and istiod's log there`,
    );
  }
}
