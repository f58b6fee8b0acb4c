import { BlockList, isIP } from "node:net";

/** Addresses that mean the caller's own machine; some tools write the unspecified address for it. */
const OWN_MACHINE = new BlockList();
OWN_MACHINE.addSubnet("127.0.0.0", 8, "ipv4");
OWN_MACHINE.addAddress("0.0.0.0", "ipv4");
OWN_MACHINE.addAddress("::1", "ipv6");
OWN_MACHINE.addAddress("::", "ipv6");

/** Names by which each cluster's pods reach the API of their own. */
const OWN_CLUSTER = /^kubernetes(\.default(\.svc(\..+)?)?)?$/;

/** Names that Docker and Podman give containers, and some tools the machine, for the machine that they run on. */
const CONTAINER_HOST = /\.(docker|containers)\.internal$/;

/** Whether an API address means the caller's own machine, so that no other cluster can use it. */
export function isLoopback(server: string): boolean {
  const host = hostOf(server);
  const family = isIP(host);
  if (family === 0) return host === "localhost" || host.endsWith(".localhost");
  return OWN_MACHINE.check(host, family === 4 ? "ipv4" : "ipv6");
}

/**
 * Says why no other cluster can use an API address, and how to mend it; nothing where one may.
 *
 * @param loopbackIsShared - whether all control planes share one host's network
 */
export function addressFault(cluster: string, server: string, loopbackIsShared: boolean): string | undefined {
  if (isLoopback(server) && !loopbackIsShared) {
    return (
      `gives ${cluster}'s API the loopback address ${server}, which other clusters cannot reach; ` +
      "set apiServer to an address that they can, or loopbackIsShared: true if all control planes share one host's network"
    );
  }
  if (!OWN_CLUSTER.test(hostOf(server))) return undefined;
  return (
    `gives ${cluster}'s API the address ${server}, which in every other cluster means that cluster's own API; ` +
    "set apiServer to an address that the others can reach"
  );
}

/**
 * Says what other clusters may not be able to use of a kubeconfig's way to an API, and how to mend it: they get its
 * address, and the token of an account of that cluster. Nobody here can know, so whoever does sets `apiServer`.
 *
 * @see https://ranchermanager.docs.rancher.com/how-to-guides/new-user-guides/authentication-permissions-and-global-configuration/jwt-authentication
 * @see https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#dnsendpointconfig
 */
export function addressDoubts(cluster: string, server: string, proxyUrl: string | null = null): string[] {
  const gives = `gives ${cluster}'s API the address ${server}`;
  const shown = `istiods of other clusters show it the token of an account of ${cluster}`;
  const mend = "set apiServer and caBundle to the API server's own address and CA";
  const doubts: string[] = [];
  if (CONTAINER_HOST.test(hostOf(server))) {
    doubts.push(
      `${gives}, a name that container engines have for the machine that they run on, and other clusters may not know it; ` +
        "set apiServer to an address that their pods can reach",
    );
  }
  if (hostOf(server).endsWith(".gke.goog")) {
    doubts.push(
      `${gives}, a DNS endpoint of GKE, and ${shown}, which it takes only with enableK8sTokensViaDns; enable that, or ${mend}`,
    );
  }
  if (URL.canParse(server) && new URL(server).pathname !== "/") {
    doubts.push(
      `${gives}, by its path a proxy's, and ${shown}, which Rancher's takes only with JWT Authentication enabled for the ` +
        `cluster (Rancher 2.9 or newer); enable that, or ${mend}`,
    );
  }
  if (proxyUrl !== null && proxyUrl !== "") {
    doubts.push(
      `reaches ${cluster}'s API through its proxy-url, which other clusters are not told; ` +
        "set apiServer to an address that their pods reach without a proxy",
    );
  }
  return doubts.map((doubt) => `${doubt}, or to ${server} if that is right for them`);
}

function hostOf(server: string): string {
  return URL.canParse(server) ? new URL(server).hostname.replace(/^\[|\]$/g, "") : server;
}
