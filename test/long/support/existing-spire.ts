import { App, Chart } from "cdk8s";
import { SPIRE_DATABASE, SPIRE_SOCKET } from "../../../components/names";
import { spireAgent } from "../../../components/objects/spire/agent";
import { spireBase, spireServer } from "../../../components/objects/spire/server";
import { SPIRE_IMAGES } from "../../../components/spec/spire/images";
import { apply, type KubernetesObject } from "../../lab/support/apply";
import type { Suite } from "../../lab/support/suite";

/** How a SPIRE differs from the program's own. */
export interface ExistingSpire {
  readonly trustDomain: string;
  readonly className: string;
  readonly socketFile: string;
}

/**
 * Installs SPIRE in a cluster without Pulumi, under the CA in the Secret `upstream` of the namespace `spire`, which has to
 * be there: another tool's, that heeds objects of its class only, with a socket of another name.
 */
export function installExistingSpire(suite: Suite, cluster: string, existing: ExistingSpire): void {
  const { trustDomain, className, socketFile } = existing;
  const chart = new Chart(new App(), "spire", { disableResourceNameHashes: true });
  spireBase(chart, true);
  const shared = { clusterName: cluster, trustDomain, images: SPIRE_IMAGES };
  const times = { caTtl: "24h", svidTtl: "1h", refreshHint: "5m" };
  const database = SPIRE_DATABASE;
  spireServer(chart, { ...shared, ...times, database, storageSize: "1Gi", upstreamSecret: "upstream" });
  spireAgent(chart, shared);
  const objects = JSON.stringify(chart.toJson())
    .replaceAll(SPIRE_SOCKET, socketFile)
    .replaceAll('\\"kind\\":\\"ControllerManagerConfig\\"', `$&,\\"className\\":\\"${className}\\"`);
  apply(suite, cluster, JSON.parse(objects) as KubernetesObject[]);
  for (const workload of ["statefulset/spire-server", "daemonset/spire-agent"])
    suite.kubectl(cluster, "rollout", "status", "-n", "spire", workload, "--timeout=180s");
}
