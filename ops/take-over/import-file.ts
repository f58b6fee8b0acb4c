/** An entry of the file that `pulumi preview --import-file` writes and `pulumi import --file` reads. */
export interface ImportEntry {
  readonly type: string;
  /** Unique in the file. */
  readonly name: string;
  /** Its name in the program, where another resource of the file has that one. */
  readonly logicalName?: string;
  readonly id?: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly component?: boolean;
  /** Of a provider its configuration; of another resource with `outputs` what the program is taken to have said. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** The state that the resource gets without being read by its provider. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** What a program would create, in the form in which it could be imported. */
export interface ImportFile {
  /** Parents and providers that the stack has already. */
  readonly nameTable?: Readonly<Record<string, string>>;
  readonly resources?: readonly ImportEntry[];
}

/** A Kubernetes object as a program declares it: unknown values are placeholders, secret ones are hidden. */
export interface Declared {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** An object or a Helm release that a program would create in a cluster. */
export interface Candidate {
  readonly entry: ImportEntry;
  readonly cluster: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  /** Nothing for a Helm release. */
  readonly declared?: Declared | undefined;
}

const PROVIDER = "pulumi:providers:kubernetes";
export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** Key of a resource among those that a preview shows. */
export function resourceKey(type: string, name: string): string {
  return `${type}::${name}`;
}

/** What of a file can be there already; a patch of an object cannot. */
export function candidatesOf(
  { resources = [], nameTable = {} }: ImportFile,
  declared: ReadonlyMap<string, Declared>,
): Candidate[] {
  return resources.flatMap((entry): Candidate[] => {
    const { type, name, logicalName = name, provider } = entry;
    if (provider === undefined || !type.startsWith("kubernetes:") || type.endsWith("Patch")) return [];
    const cluster = providerName(provider, resources, nameTable);
    const inputs = declared.get(resourceKey(type, logicalName));
    if (inputs === undefined) return [];
    if (type === RELEASE) {
      const { name: release, namespace } = inputs as { name?: string; namespace?: string };
      return release === undefined ? [] : [{ entry, cluster, name: release, namespace }];
    }
    const { name: object, namespace } = inputs.metadata ?? {};
    return object === undefined ? [] : [{ entry, cluster, name: object, namespace, declared: inputs }];
  });
}

function providerName(
  provider: string,
  resources: readonly ImportEntry[],
  nameTable: Readonly<Record<string, string>>,
): string {
  const known = nameTable[provider];
  if (known !== undefined) return known.split("::").at(-1) ?? provider;
  const entry = resources.find(({ type, name }) => type === PROVIDER && name === provider);
  return entry?.logicalName ?? provider;
}

/** The parts of a file that bring the given entries into the state: these, the components around them, and their providers. */
export function importOf(
  { resources = [], nameTable }: ImportFile,
  found: ReadonlyMap<ImportEntry, Partial<ImportEntry>>,
): ImportFile {
  const needed = new Set<string>();
  const need = (name: string | undefined) => {
    if (name === undefined || needed.has(name)) return;
    needed.add(name);
    const entry = resources.find((candidate) => candidate.name === name);
    need(entry?.parent);
    need(entry?.provider);
  };
  for (const { name } of found.keys()) need(name);
  return {
    ...(nameTable === undefined ? {} : { nameTable }),
    resources: resources
      .filter(({ name }) => needed.has(name))
      .map((entry) => ({ ...entry, ...found.get(entry) })),
  };
}
