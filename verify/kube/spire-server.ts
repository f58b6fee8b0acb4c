import { X509Certificate } from "node:crypto";
import { SPIRE_NAMESPACE, SPIRE_SERVER } from "../../components/names";
import { ask } from "./ask";
import type { ClusterReader } from "./cluster-reader";
import type { MeshReader } from "./mesh-reader";
import { containerOf, isReady } from "./pods";

/** What a SPIRE server knows of a trust domain. */
export interface SpireBundle {
  /** Its roots, PEM. */
  readonly roots: string;
  /**
   * IDs of its keys for tokens, which change more often than roots; none where it never came from the trust domain's own
   * server, as Pulumi tells roots only.
   */
  readonly tokenKeys: readonly string[];
}

/** The bundles of a SPIRE server. */
export interface SpireBundles {
  readonly own: SpireBundle;
  /** Those of other trust domains, by their names. */
  readonly foreign: ReadonlyMap<string, SpireBundle>;
}

/** As the server prints it: https://github.com/spiffe/spire-api-sdk, types/bundle.proto */
interface PrintedBundle {
  readonly trust_domain: string;
  readonly x509_authorities?: readonly { readonly asn1: string }[];
  readonly jwt_authorities?: readonly { readonly key_id: string }[];
}

interface PrintedEntries {
  readonly entries?: readonly { readonly selectors?: readonly { readonly value: string }[] }[];
}

/**
 * The bundles of a cluster's SPIRE server. Of the server itself, and not from the ConfigMap in which it tells its roots:
 * that it does not write when a root is revoked.
 */
export function spireBundles(mesh: MeshReader, name: string): Promise<SpireBundles> {
  return mesh.once(`SPIRE's bundles of ${name}`, async () => {
    const cluster = mesh.cluster(name);
    const own = (await command(cluster, "bundle", "show")) as PrintedBundle;
    const { bundles = [] } = (await command(cluster, "bundle", "list")) as {
      readonly bundles?: readonly PrintedBundle[];
    };
    const foreign = new Map(bundles.map((bundle) => [bundle.trust_domain, bundleOf(bundle)]));
    return { own: bundleOf(own), foreign };
  });
}

/** UIDs of the pods of which a cluster's SPIRE server has an entry. */
export function registeredPods(mesh: MeshReader, name: string): Promise<ReadonlySet<string>> {
  return mesh.once(`SPIRE's entries of ${name}`, async () => {
    const { entries = [] } = (await command(mesh.cluster(name), "entry", "show")) as PrintedEntries;
    const values = entries.flatMap(({ selectors = [] }) => selectors.map(({ value }) => value));
    return new Set(values.flatMap((value) => /^pod-uid:(.+)$/.exec(value)?.[1] ?? []));
  });
}

/** What a command of a cluster's SPIRE server prints. */
async function command(cluster: ClusterReader, ...words: string[]): Promise<unknown> {
  const pods = await cluster.pods({ namespace: SPIRE_NAMESPACE, labels: `app=${SPIRE_SERVER}` });
  const server = pods.find(isReady);
  if (server === undefined) {
    throw new Error(
      `${cluster.name} has no ready ${SPIRE_SERVER}, without which no certificate is renewed; ` +
        `see: kubectl describe pods -n ${SPIRE_NAMESPACE} -l app=${SPIRE_SERVER}`,
    );
  }
  const line = ["/opt/spire/bin/spire-server", ...words, "-output", "json"];
  const { answer } = await ask([containerOf(server, SPIRE_SERVER)], (target) => cluster.exec(target, line));
  return JSON.parse(answer);
}

function bundleOf({
  x509_authorities: authorities = [],
  jwt_authorities: keys = [],
}: PrintedBundle): SpireBundle {
  const roots = authorities.map(({ asn1 }) => new X509Certificate(Buffer.from(asn1, "base64")).toString());
  return { roots: roots.join("\n"), tokenKeys: keys.map(({ key_id }) => key_id) };
}
