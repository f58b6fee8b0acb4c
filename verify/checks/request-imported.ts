import { HELLOWORLD_PORT } from "../../components/names";
import { portProtocol } from "../../components/spec/services/port-protocol";
import { helloworldHost } from "../../components/spec/services/hosts";
import type { MeshPlan, SampleAppsPlan, ServiceImportPlan } from "../../components/spec/types";
import { getLoop, getSeconds, type Got, readGets, unanswered } from "../get-loop";
import { importers, importsIn, isVisibleIn } from "../imported";
import { ask, type Asked } from "../kube/ask";
import type { MeshReader } from "../kube/mesh-reader";
import { clientContainers, sampleAppsOf } from "../kube/pods";
import { failed, ok, type Outcome, type Probe, skipped } from "../probe";

/** Protocols of ports that any client may be answered on. */
const SPOKEN = ["HTTP", "HTTP2"];

/**
 * Every client gets answers from whatever it imports. What they say is the services' business, so any answer will do that
 * is not a proxy's in their place. helloworld's own host has rows of its own, where it is told who answers.
 */
export function requestImported(plan: MeshPlan): Probe[] {
  return importers(plan).flatMap(({ name }): Probe[] => {
    const apps = sampleAppsOf(plan, name);
    if (!apps?.client) return [];
    return importsIn(plan, name)
      .filter((imported) => !isHelloworld(imported, apps))
      .map((imported): Probe => ({
        check: "request",
        cluster: name,
        peer: imported.host,
        run: (mesh) => checkHost(mesh, name, apps, imported),
      }));
  });
}

function isHelloworld({ host, ports }: ServiceImportPlan, { namespace }: SampleAppsPlan): boolean {
  return host === helloworldHost(namespace) && ports.some(({ port }) => port === HELLOWORLD_PORT);
}

async function checkHost(
  mesh: MeshReader,
  client: string,
  apps: SampleAppsPlan,
  imported: ServiceImportPlan,
): Promise<Outcome> {
  const { host, exportTo, ports } = imported;
  if (!isVisibleIn(imported, apps.namespace)) {
    return skipped(
      `the curl client of ${client} is in ${apps.namespace}, and ${host} is for ${exportTo.join(", ")}`,
    );
  }
  const url = urlOf(imported);
  if (url === undefined) {
    const names = ports.map(({ name }) => name).join(", ");
    return skipped(
      `no port of ${host} is one for HTTP by its name (${names}): only a client of its own can ask it`,
    );
  }
  const { answer, remark } = await askAll(mesh, client, apps);
  return judgeHost(client, readGets(answer, url), remark);
}

/** Whether a host answered a client. */
export function judgeHost(client: string, got: Got, remark: string): Outcome {
  const { url, statuses, error } = got;
  const lost = unanswered(got);
  const told = [...new Set(statuses)].join(", ");
  if (lost === 0 && statuses.length > 0)
    return ok(`${statuses.length} answers of ${url}: HTTP ${told}${remark}`);
  const reason = [told === "" ? "" : `HTTP ${told}`, error].filter((part) => part !== "").join(", ");
  return failed(
    `the curl client in ${client} got no answer of ${url} (${reason}); see the import rows of ${client}, and the export and gateway rows of those who export it${remark}`,
  );
}

function urlOf({ host, ports }: ServiceImportPlan): string | undefined {
  const port = ports.find(({ name }) => SPOKEN.includes(portProtocol(name) ?? ""));
  return port === undefined ? undefined : `http://${host}:${port.port}/`;
}

/** Asks for all that a client imports, in one command. */
function askAll(mesh: MeshReader, client: string, apps: SampleAppsPlan): Promise<Asked<string>> {
  return mesh.once(`imported hosts asked by ${client}`, async () => {
    const cluster = mesh.cluster(client);
    const urls = importsIn(mesh.plan, client)
      .filter((imported) => isVisibleIn(imported, apps.namespace) && !isHelloworld(imported, apps))
      .flatMap((imported) => urlOf(imported) ?? []);
    const targets = await clientContainers(cluster, apps.namespace, "curl");
    return ask(targets, (target) => cluster.exec(target, getLoop(urls), getSeconds(urls)));
  });
}
