import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { V1Pod, V1Service } from "@kubernetes/client-node";

/** Files that every container of a pod has in /etc. */
export const ETC_FILES = ["hosts", "hostname", "resolv.conf", "nsswitch.conf", "passwd", "group"] as const;

const PASSWD = `root:x:0:0:root:/root:/bin/sh
curl_user:x:100:101::/:/bin/sh
istio-proxy:x:1337:1337::/:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;
const GROUP = "root:x:0:\ncurl_group:x:101:\nistio-proxy:x:1337:\nnogroup:x:65534:\n";

/** Writes the files of /etc for a new pod. */
export async function createEtcFiles(podFolder: string, { metadata }: V1Pod): Promise<void> {
  const search = [`${metadata!.namespace}.svc.cluster.local`, "svc.cluster.local", "cluster.local"].join(" ");
  const files: Record<(typeof ETC_FILES)[number], string> = {
    hosts: "",
    hostname: `${metadata!.name}\n`,
    // No DNS server runs in the lab, so what the hosts file does not know is refused at once.
    "resolv.conf": `search ${search}\nnameserver 127.0.0.1\noptions ndots:5 timeout:1 attempts:1\n`,
    "nsswitch.conf": "hosts: files dns\n",
    passwd: PASSWD,
    group: GROUP,
  };
  await mkdir(join(podFolder, "etc"), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(podFolder, "etc", name), content);
    await chmod(join(podFolder, "etc", name), 0o644);
  }
}

/** Writes a pod's hosts file in place: its containers have this very file mounted. */
export async function writeHosts(podFolder: string, content: string): Promise<void> {
  await writeFile(join(podFolder, "etc", "hosts"), content);
}

/** The names of a cluster's Services, as lines of a hosts file: the lab's stand-in for a DNS server. */
export function serviceHosts(services: readonly V1Service[], podNamespace: string): string {
  const lines = services
    .filter(({ spec }) => spec?.clusterIP && spec.clusterIP !== "None")
    .map(({ metadata, spec }) => {
      const { name, namespace } = metadata!;
      const names = [
        `${name}.${namespace}`,
        `${name}.${namespace}.svc`,
        `${name}.${namespace}.svc.cluster.local`,
      ];
      if (namespace === podNamespace) names.push(name!);
      return `${spec!.clusterIP}\t${names.join(" ")}\n`;
    });
  return lines.sort().join("");
}
