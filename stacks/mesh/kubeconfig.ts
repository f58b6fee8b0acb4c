import { parse, stringify } from "yaml";
import { z } from "zod";
import { FOR_KUBERNETES } from "../../components/internal/token-kubeconfig";

/** A kubeconfig from which what was asked cannot be had. The message says what, and how to mend it. */
export class KubeconfigError extends Error {
  override readonly name = "KubeconfigError";
}

/** How another cluster reaches an API server. */
export interface ApiEndpoint {
  readonly server: string;
  /** PEM bundle, base64-encoded as in a kubeconfig. */
  readonly caData: string;
  /** Name that the API's certificate is checked for. @default - the host of `server` */
  readonly tlsServerName?: string;
}

/** What a cluster's config says of its API, which takes precedence over a kubeconfig. */
export interface EndpointOverrides {
  readonly apiServer?: string | undefined;
  /** PEM bundle. */
  readonly caBundle?: string | undefined;
  readonly tlsServerName?: string | undefined;
}

/** As kubectl takes it: what a file has none of may be null, and entries that nobody uses may lack anything but a name. */
const kubeconfigSchema = z.looseObject({
  "current-context": z.string().nullish(),
  clusters: entries({
    cluster: part({
      server: z.string().optional(),
      "certificate-authority-data": z.string().optional(),
      "certificate-authority": z.string().optional(),
      "insecure-skip-tls-verify": z.boolean().optional(),
      "tls-server-name": z.string().optional(),
      "proxy-url": z.string().nullish(),
    }),
  }),
  contexts: entries({ context: part({ cluster: z.string().default(""), user: z.string().default("") }) }),
  users: entries({ user: part({}) }),
});

function entries<Shape extends z.ZodRawShape>(shape: Shape) {
  const list = z.array(z.looseObject({ name: z.string(), ...shape }));
  return z.preprocess((value) => value ?? [], list);
}

function part<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess((value) => value ?? {}, z.looseObject(shape));
}

/** One context of a kubeconfig, with the cluster and user that it names. Each may have more than is told here. */
export interface SelectedContext {
  readonly context: KubeconfigContext;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
}

// By themselves and not by the schema: declarations that lead to zod's do not pass in every program that imports this.

interface KubeconfigContext {
  readonly name: string;
  readonly context: { readonly cluster: string; readonly user: string };
}

interface KubeconfigCluster {
  readonly name: string;
  readonly cluster: {
    readonly server?: string | undefined;
    readonly "certificate-authority-data"?: string | undefined;
    readonly "certificate-authority"?: string | undefined;
    readonly "insecure-skip-tls-verify"?: boolean | undefined;
    readonly "tls-server-name"?: string | undefined;
    readonly "proxy-url"?: string | null | undefined;
  };
}

interface KubeconfigUser {
  readonly name: string;
  readonly user: Readonly<Record<string, unknown>>;
}

/**
 * Picks a context out of a kubeconfig.
 *
 * @param text - YAML or JSON of a kubeconfig
 * @param contextName - a context in it; its current context when left out
 * @throws {@link KubeconfigError} when the text is no kubeconfig, or lacks the context or what it refers to
 */
export function selectContext(text: string, contextName?: string): SelectedContext {
  const config = parseKubeconfig(text);
  const name = contextName ?? config["current-context"] ?? "";
  if (name === "") {
    throw new KubeconfigError(`has no current context; name one of ${known(config.contexts)}`);
  }
  const context = byName(config.contexts, name, "context");
  return {
    context,
    cluster: byName(config.clusters, context.context.cluster, "cluster"),
    user: byName(config.users, context.context.user, "user"),
  };
}

/** A kubeconfig that holds one context only, so that no credential goes where it is not needed. */
export function singleContext({ context, cluster, user }: SelectedContext): string {
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": context.name,
      contexts: [context],
      clusters: [cluster],
      users: [user],
    },
    FOR_KUBERNETES,
  );
}

/**
 * What a link needs of the observed cluster's kubeconfig: its API address, inline CA and the name in its certificate,
 * nothing else. No user's credential can pass through here.
 *
 * @throws {@link KubeconfigError} when neither the kubeconfig nor the overrides give an address or a CA
 */
export function apiEndpoint({ cluster }: SelectedContext, overrides: EndpointOverrides): ApiEndpoint {
  const server = overrides.apiServer ?? cluster.cluster.server;
  if (server === undefined || server === "") {
    throw new KubeconfigError(`names no server for cluster "${cluster.name}"; set apiServer`);
  }
  const tlsServerName = overrides.tlsServerName ?? cluster.cluster["tls-server-name"];
  const endpoint = { server, caData: caDataOf(cluster, overrides) };
  return tlsServerName === undefined || tlsServerName === "" ? endpoint : { ...endpoint, tlsServerName };
}

function caDataOf({ name, cluster }: SelectedContext["cluster"], { caBundle }: EndpointOverrides): string {
  if (caBundle !== undefined) return encodedBundle(caBundle);
  if (cluster["insecure-skip-tls-verify"] === true) {
    throw new KubeconfigError(
      `does not verify the API of cluster "${name}" (insecure-skip-tls-verify), over which others would send their credential to anybody; set caBundle to the PEM text of its CA`,
    );
  }
  const caData = cluster["certificate-authority-data"];
  if (caData !== undefined && caData !== "") return caData;
  const file = cluster["certificate-authority"];
  const known = file === undefined ? "" : ` (only the file ${file}, which no other cluster can read)`;
  throw new KubeconfigError(`has no inline CA for cluster "${name}"${known}; set caBundle to its PEM text`);
}

/** Clouds tell a cluster's CA in base64, with which istiods would trust nobody, and say so in their logs alone. */
function encodedBundle(caBundle: string): string {
  if (caBundle.includes("-----BEGIN CERTIFICATE-----")) return Buffer.from(caBundle).toString("base64");
  throw new KubeconfigError(
    "has a caBundle beside it that is no PEM text; give the certificate from -----BEGIN CERTIFICATE----- on, decoded where a cloud has it in base64",
  );
}

function parseKubeconfig(text: string) {
  let data: unknown;
  try {
    data = parse(text);
  } catch {
    // The parser's message quotes the text, which may hold credentials.
    throw new KubeconfigError("is not valid YAML; write it anew with your cloud's or cluster's own tool");
  }
  const result = kubeconfigSchema.safeParse(data);
  if (!result.success) {
    const where = result.error.issues.map((issue) => issue.path.join(".") || "its root").join(", ");
    throw new KubeconfigError(`is not a kubeconfig (see ${where})`);
  }
  return result.data;
}

function byName<T extends { name: string }>(items: T[], name: string, kind: string): T {
  const item = items.find((candidate) => candidate.name === name);
  if (item === undefined) {
    throw new KubeconfigError(`has no ${kind} "${name}"; it has ${known(items)}`);
  }
  return item;
}

function known(items: readonly { name: string }[]): string {
  return items.map((item) => `"${item.name}"`).join(", ") || "none";
}
