import { expect, test } from "vitest";
import { describeFailure } from "../../../ops/failure";
import { pulumi } from "../../../ops/pulumi-cli";
import { clientExec, runningPod } from "../support/pods";
import type { Suite } from "../support/suite";
import { until } from "../support/until";
import { endpointsIn, FAILOVER } from "./failover";

/** A service that runs in cluster2 only, and one that every cluster keeps to itself. */
export const SERVICES = {
  services: [
    {
      name: "greeter",
      namespace: "sample",
      ports: [{ name: "http", port: 5000 }],
      clusters: ["cluster2"],
    },
  ],
  clusterLocal: ["diary.sample.svc.cluster.local"],
} as const;

/** What a mesh says of services holds for clients: these are both other names of helloworld. */
export function exportedServicesScenario(suite: Suite): void {
  test("a service of another cluster is called by its name, through a gateway that leads to little else", async () => {
    addName(suite, "cluster2", "greeter", "v2");
    await until("an answer of greeter", async () => /version: v2/.test(await ask(suite, "greeter")));
    const addresses = (await suite.stack.outputs())["gatewayAddresses"]?.value as Record<string, string>;
    expect(await addressesOf(suite, "greeter")).toEqual([`${addresses["cluster2"]}:15443`]);
  });

  test("a cluster-local service is known with the endpoints of the own cluster, though the other has it too", async () => {
    addName(suite, "cluster2", "diary", "v2");
    addName(suite, "cluster2", "notes", "v2");
    addName(suite, "cluster1", "diary", "v1");
    addName(suite, "cluster1", "notes", "v1");
    // The same without the setting, by which it is clear that the other cluster's endpoints have been heard of.
    await until("endpoints of both", async () => (await addressesOf(suite, "notes")).length === 2);
    const { ip } = runningPod(suite, "cluster1", "sample", "app=helloworld");
    expect(await addressesOf(suite, "diary")).toEqual([`${ip}:5000`]);
  });

  test("a gateway leads to what is exported, not to the rest that is in its network", async () => {
    const gateway = runningPod(suite, "cluster2", "istio-system", "istio=eastwestgateway").name;
    const dump = ["pilot-agent", "request", "GET", "config_dump?resource=dynamic_listeners"];
    const page = suite.kubectl("cluster2", "exec", "-n", "istio-system", gateway, "--", ...dump);
    const names = [...page.matchAll(/"server_names": \[\s*"([^"]+)"/g)].map(([, name]) => name);
    expect([...new Set(names)].sort()).toEqual([
      "outbound_.5000_._.greeter.sample.svc.cluster.local",
      "outbound_.5000_._.helloworld.sample.svc.cluster.local",
    ]);
  });

  test("a Service of somebody else neither becomes a stub nor goes with the one that it was", async () => {
    const [greeter] = SERVICES.services;
    const previewed = async (...services: object[]) => {
      await suite.configure({ ...SERVICES, services, sampleApps: { failover: FAILOVER } });
      return suite.stack.preview().then(() => "went on", describeFailure);
    };
    expect(await previewed(greeter, { ...greeter, name: "notes" })).toContain(
      "clusters[0] (cluster1) has Service sample/notes already, of field manager kubectl-expose, which would become a stub",
    );
    const selector = JSON.stringify({ spec: { selector: { app: "helloworld" } } });
    suite.kubectl("cluster1", "patch", "service", "greeter", "-n", "sample", "-p", selector);
    const refused = await previewed({ ...greeter, clusters: ["cluster1", "cluster2"] });
    expect(refused).toContain(
      "clusters[0] (cluster1) has a Service sample/greeter that was a stub and leads to pods by now",
    );
    // Told at the object and at the end.
    const told = [...refused.matchAll(/pulumi state delete '([^']+)' --yes/g)].map(([, urn = ""]) => urn);
    const forgotten = [...new Set(told)];
    expect(forgotten).toHaveLength(2);
    const { name: stack, workspace } = suite.stack;
    for (const urn of forgotten) await pulumi(workspace, ["state", "delete", urn, "--yes", "--stack", stack]);
    await suite.stack.up();
    expect(suite.kubectl("cluster1", "get", "service", "greeter", "-n", "sample", "-o", "name")).toBe(
      "service/greeter\n",
    );
  });
}

/** Another name for a cluster's helloworld. */
function addName(suite: Suite, cluster: string, name: string, version: string): void {
  const ports = [{ name: "http", port: 5000, targetPort: 5000, protocol: "TCP" }];
  const overrides = JSON.stringify({ apiVersion: "v1", spec: { ports } });
  const deployment = `deployment/helloworld-${version}`;
  suite.kubectl(
    cluster,
    ...["expose", deployment, "-n", "sample", "--name", name, "--port", "5000", "--overrides", overrides],
  );
}

function ask(suite: Suite, name: string): Promise<string> {
  const url = `http://${name}.sample:5000/hello`;
  return clientExec(suite, "cluster1", "curl", ["curl", "-s", "-m", "5", url]).catch(String);
}

async function addressesOf(suite: Suite, service: string): Promise<string[]> {
  return (await endpointsIn(suite, "cluster1", service)).map(({ address }) => address);
}
