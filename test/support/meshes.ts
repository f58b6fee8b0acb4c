import fc from "fast-check";
import type { CaSpec, ClusterSpec, MeshSpec, ProvidedCaSpec, ServiceSpec } from "../../components";
import { type Certificates, rare, settingsOf, some, type Vocabulary, vocabulary } from "./mesh-settings";
import { identities } from "./identities";
import { exporters, importing, serviceImport } from "./imports";
import "./seed";

/** Few, so that references often hit. */
export const NAMES = ["a", "b", "c", "d", "e"] as const;

/**
 * Meshes in which most references fit, so that many of them are valid: of every role, linked in every way, with every
 * kind of setting.
 */
export function plausibleMeshes(certificates: Certificates): fc.Arbitrary<MeshSpec> {
  return meshes(vocabulary(certificates, false));
}

/** Meshes with whatever the config's schema lets pass. */
export function wildMeshes(certificates: Certificates): fc.Arbitrary<MeshSpec> {
  return meshes(vocabulary(certificates, true));
}

/** A mesh, and the same with its clusters in another order. */
export function reordered(spec: MeshSpec): fc.Arbitrary<readonly [MeshSpec, MeshSpec]> {
  const { length } = spec.clusters;
  return fc
    .shuffledSubarray([...spec.clusters], { minLength: length, maxLength: length })
    .map((clusters) => [spec, { ...spec, clusters }] as const);
}

/** What a cluster does in a mesh, before it is known which others there are. */
interface Draft {
  readonly name: string;
  readonly role: "primary" | "remote" | "config" | "host";
  readonly pick: number;
  readonly stray: Partial<ClusterSpec>;
}

const ROLE = fc.constantFrom<Draft["role"]>("primary", "primary", "primary", "remote", "config", "host");
const PLAIN = { noNullPrototype: true, maxKeys: 4 };

function meshes(words: Vocabulary): fc.Arbitrary<MeshSpec> {
  return (
    fc
      .shuffledSubarray([...NAMES], { minLength: words.wild ? 0 : 1 })
      .chain((names) => fc.tuple(...names.map((name) => draft(name, words))))
      .chain((drafts) => {
        const clusters = drafts.map((own) =>
          settingsOf(words).map((settings): ClusterSpec => {
            return { ...settings, ...roleOf(own, drafts), ...own.stray, name: own.name };
          }),
        );
        const spec = fc.record({ ...meshSettings(words, drafts), clusters: fc.tuple(...clusters) });
        const primaries = named(drafts, "primary", "config");
        if (primaries.length === 0) return spec;
        const imports = importing(words, primaries, named(drafts, "primary", "remote", "config"));
        return fc.tuple(spec, seldom(imports)).map(([own, imported]) => ({ ...own, ...imported }));
      })
      // Plain objects, as a config has.
      .map((spec) => structuredClone(spec))
  );
}

/** In one case of four. */
function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

function draft(name: string, { wild, text, stray }: Vocabulary): fc.Arbitrary<Draft> {
  return fc.record({ name: wild ? text(name) : fc.constant(name), role: ROLE, pick: fc.nat(9), stray });
}

/** The part of a cluster's spec that says its role, with the others that it needs, if there are any. */
function roleOf({ name, role, pick }: Draft, drafts: readonly Draft[]): Partial<ClusterSpec> {
  const host = named(drafts, "host")[named(drafts, "config").indexOf(name)];
  if (role === "config" && host !== undefined) return { externalControlPlane: { host } };
  const primaries = named(drafts, "primary");
  if (role !== "remote" || primaries.length === 0) return {};
  const [first = "", second = ""] = [...primaries, ...primaries].slice(pick % primaries.length);
  return { controlPlanes: pick > 5 && first !== second ? [first, second] : [first] };
}

function named(drafts: readonly Draft[], ...roles: Draft["role"][]): string[] {
  return drafts.filter(({ role }) => roles.includes(role)).map(({ name }) => name);
}

function meshSettings(words: Vocabulary, drafts: readonly Draft[]) {
  const members = named(drafts, "primary", "remote", "config");
  const names = words.wild || members.length === 0 ? [...NAMES] : members;
  const { text, count, istio, istiod, gateway } = words;
  const name = text(...names);
  return {
    meshId: rare(text("mesh2")),
    trustDomain: rare(text("td.example")),
    mtls: some(fc.constantFrom("STRICT" as const, "PERMISSIVE" as const)),
    istio: rare(istio),
    ca: some(ca(words, names, named(drafts, "primary", "config"))),
    workloadCertificates: rare(fc.record({ ttlMinutes: rare(fc.integer({ min: 1, max: 200_000 })) })),
    identity: rare(identities(words, names)),
    base: rare(fc.constant({ values: {} })),
    istiod: rare(istiod),
    gateway: rare(gateway),
    remoteSecrets: rare(
      fc.record({
        per: some(fc.constantFrom("link" as const, "observer" as const)),
        migrating: rare(fc.boolean()),
      }),
    ),
    links: rare(fc.array(link(name), { maxLength: 4 })),
    hubs: rare(fc.array(name, { maxLength: 2 })),
    groups: rare(fc.array(fc.array(name, { maxLength: 3 }), { maxLength: 2 })),
    services: rare(fc.array(service(words, names), { maxLength: 2 })),
    imports: rare(fc.array(serviceImport(words, names), { maxLength: 2 })),
    exporters: rare(exporters(words)),
    stubNamespaces: some(fc.boolean()),
    serviceStubs: rare(fc.boolean()),
    dnsCapture: rare(fc.boolean()),
    clusterLocal: rare(fc.array(text("*.shop.svc.cluster.local"), { maxLength: 1 })),
    readerTokenEpoch: rare(count),
    istioctlAnalyze: rare(fc.boolean()),
    sampleApps: some(
      fc.record({
        namespace: rare(text("apps", "shop")),
        helloworld: fc.dictionary(name, fc.subarray(["v1", "v2"]), PLAIN),
        clients: rare(fc.uniqueArray(name, { maxLength: 3 })),
        failover: rare(
          fc.constantFrom({}, { failoverPriority: [] }, { failover: [{ from: "eu", to: "us" }] }),
        ),
      }),
    ),
  };
}

function link(name: fc.Arbitrary<string>) {
  const kind = rare(fc.constantFrom("discovery" as const, "import" as const));
  return fc.record({ observer: name, observed: name, kind, migrating: rare(fc.boolean()) });
}

function service({ text, wild }: Vocabulary, names: readonly string[]): fc.Arbitrary<ServiceSpec> {
  const minLength = wild ? 0 : 1;
  const port = fc.record({ name: text("http", "tcp-db"), port: fc.constantFrom(80, 5432) });
  return fc.record({
    name: text("web", "db"),
    namespace: text("shop", "pay"),
    ports: fc.array(port, { minLength, maxLength: wild ? 3 : 1 }),
    clusters: fc.uniqueArray(text(...names), { minLength, maxLength: 3 }),
    headless: rare(fc.boolean()),
    injected: rare(fc.boolean()),
  });
}

const ROOTS: readonly CaSpec["root"][] = [
  { generation: 2, phase: "trust-both" },
  { generation: 2, phase: "sign-new", verified: "trust-both" },
  { generation: 2, phase: "drop-old", verified: "sign-new" },
  { phase: "sign-new" },
  { generation: 2 },
];

function ca(words: Vocabulary, names: readonly string[], signing: readonly string[]): fc.Arbitrary<CaSpec> {
  const { text, pem, count, roots } = words;
  const generated = fc.record({
    rootValidityDays: rare(fc.integer({ min: 1, max: 9999 })),
    intermediateValidityDays: rare(fc.integer({ min: 1, max: 9999 })),
    protectRoot: rare(fc.boolean()),
    trustBundle: some(fc.oneof(fc.constant(roots), fc.array(pem, { maxLength: 2 }))),
    intermediateEpoch: rare(count),
    expiryWarningDays: rare(count),
    root: rare(fc.constantFrom(...ROOTS)),
  });
  const issuer = fc.record({
    name: text("pki"),
    kind: some(text("Issuer", "ClusterIssuer")),
    cluster: some(text(...names)),
    namespace: rare(text("pki")),
    renewBeforeDays: rare(count),
  });
  return fc.oneof(
    { weight: 4, arbitrary: generated },
    { weight: 1, arbitrary: fc.record({ issuer, protectRoot: rare(fc.boolean()) }) },
    {
      weight: 1,
      arbitrary: fc.record({ provided: provided(words, signing), trustBundle: rare(fc.constant([])) }),
    },
  );
}

function provided(words: Vocabulary, signing: readonly string[]): fc.Arbitrary<ProvidedCaSpec> {
  const { wild, text, pem, roots, intermediate } = words;
  const own = fc.record({
    certificate: wild ? pem : fc.constant(intermediate),
    chain: rare(pem),
    privateKeySecret: fc.constant("key"),
  });
  return fc.record({
    rootCertificate: fc.constant(roots.join("")),
    intermediates: wild
      ? fc.dictionary(text(...NAMES), own, PLAIN)
      : fc.record(Object.fromEntries(signing.map((name) => [name, own]))),
    signingRequests: rare(fc.dictionary(text(...NAMES), words.count, PLAIN)),
    crl: rare(text("-----BEGIN X509 CRL-----")),
  });
}
