import type { Lab } from "../lab";

const NAMESPACE = "sample";

/** What all clusters export and import, where they do. */
const SERVICE = "helloworld";

const PER_OBSERVER = () => ({ remoteSecrets: { per: "observer" } });

/** The ways in which a mesh of this program can be linked, each with what the config says of it. */
export const FORMS = {
  /** A credential for every pair, each in a Secret of its own. */
  link: () => ({ remoteSecrets: { per: "link" } }),
  /** The same credentials, in one Secret for each observer. */
  observer: PER_OBSERVER,
  /** The same in a stack per cluster, beside one that signs and one that links. */
  stacks: PER_OBSERVER,
  /** No credentials: every cluster imports one service from all others, whose gateways come with it. */
  import: (names: readonly string[]) => ({
    dnsCapture: true,
    links: names.flatMap((observer) =>
      names
        .filter((observed) => observed !== observer)
        .map((observed) => ({ observer, observed, kind: "import" })),
    ),
    services: [
      {
        ...{ name: SERVICE, namespace: NAMESPACE, clusters: names, serviceAccounts: ["default"] },
        ports: [{ name: "http", port: 5000 }],
      },
    ],
    imports: [{ services: { name: SERVICE } }],
  }),
} as const satisfies Record<string, (names: readonly string[]) => Record<string, unknown>>;

/** One of them. */
export type Form = keyof typeof FORMS;

/** What of a mesh changes while it is measured. */
export interface Changes {
  /** Whether the token of its first cluster has been replaced. @default false */
  readonly rotated?: boolean;
}

/** The config of a mesh of these clusters, over what a lab's has. */
export function meshOf(form: Form, lab: Lab, { rotated = false }: Changes = {}): Record<string, unknown> {
  return {
    sampleApps: undefined,
    ...FORMS[form](lab.clusters.map(({ name }) => name)),
    clusters: lab.clusters.map(({ name, network }, index) => ({
      ...{ name, network, access: { kubeconfigFile: lab.kubeconfig, context: name } },
      ...(rotated && index === 0 ? { readerTokenEpoch: 2 } : {}),
    })),
  };
}

/** How many other clusters each istiod has to be in step with. */
export function observedBy(form: Form, { clusters }: Lab): number {
  return form === "import" ? 0 : clusters.length - 1;
}
