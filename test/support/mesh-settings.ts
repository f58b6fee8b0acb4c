import fc from "fast-check";
import type { ClusterSpec, GatewaySpec, IstiodSpec, IstioSpec, Platform } from "../../components";
import { PLATFORMS } from "../../components/topology/platforms";
import { TestCa } from "./ca";

/** Certificates for specs, PEM. */
export interface Certificates {
  readonly roots: readonly string[];
  /** A CA under the first root. */
  readonly intermediate: string;
}

export async function makeCertificates(): Promise<Certificates> {
  const [root, other] = [await TestCa.root("root"), await TestCa.root("other root")];
  const intermediate = await root.sign("intermediate", { to: 300 });
  return { roots: [root.certificate, other.certificate], intermediate: intermediate.certificate };
}

/** What the parts of a spec are made of. */
export interface Vocabulary extends Certificates {
  /** Whether texts and references may be anything. */
  readonly wild: boolean;
  /** One of the given texts; with `wild` sometimes nonsense. */
  readonly text: (...fitting: string[]) => fc.Arbitrary<string>;
  readonly pem: fc.Arbitrary<string>;
  readonly count: fc.Arbitrary<number>;
  readonly istio: fc.Arbitrary<IstioSpec>;
  readonly istiod: fc.Arbitrary<IstiodSpec>;
  readonly gateway: fc.Arbitrary<GatewaySpec>;
  /** What sets a cluster off from its role, if anything. */
  readonly stray: fc.Arbitrary<Partial<ClusterSpec>>;
}

/** Set in every other case. */
export function some<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 2 });
}

/** Set in few cases, so that not every mesh has a fault. */
export function rare<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 14, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

const NONSENSE = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom("", "*", "a/b", "A", "..", "-", "fe80::1%e/64", "constructor"),
);

export function vocabulary(certificates: Certificates, wild: boolean): Vocabulary {
  const text = (...fitting: string[]) => {
    const good = fc.constantFrom(...fitting);
    return wild ? fc.oneof({ weight: 4, arbitrary: good }, NONSENSE) : good;
  };
  const count = fc.integer({ min: 1, max: 4 });
  const pem = text(...certificates.roots, certificates.roots.join(""));
  const names = text("a", "b", "c");
  return {
    ...certificates,
    wild,
    text,
    pem,
    count,
    istio: fc.record({
      version: some(text("1.31.1", "1.31.0", "1.30.4", "1.24.0")),
      hub: rare(text("registry.example")),
      charts: rare(
        fc.constantFrom({ folder: "charts" }, { oci: "oci://r" }, { folder: "x", oci: "oci://r" }),
      ),
    }),
    istiod: fc.record({
      replicas: rare(count),
      remoteCredentials: rare(fc.boolean()),
      values: rare(
        fc.constantFrom<Record<string, unknown>>(
          { revision: "canary" },
          { env: { ENABLE_MCS_AUTO_EXPORT: true } },
          { env: null, pilot: null, global: null, meshConfig: null },
          { meshConfig: { serviceSettings: [] } },
        ),
      ),
    }),
    gateway: gateway(text, count),
    stray: rare(
      fc.oneof(
        fc.record({ controlPlanes: fc.array(names, { maxLength: 2 }) }),
        fc.record({
          externalControlPlane: fc.record({
            host: names,
            publicEndpoint: some(
              fc.record({ hostName: text("istiod.example.com"), certificateSecret: some(text("tls")) }),
            ),
          }),
        }),
      ),
    ).map((stray) => stray ?? {}),
  };
}

function gateway(text: Vocabulary["text"], count: fc.Arbitrary<number>): fc.Arbitrary<GatewaySpec> {
  return fc.record({
    enabled: rare(fc.boolean()),
    replicas: rare(count),
    minReplicas: rare(count),
    maxReplicas: rare(count),
    hosts: rare(fc.array(text("*.local", "web.shop.svc.cluster.local"), { maxLength: 2 })),
    addressType: some(fc.constantFrom("ip" as const, "hostname" as const)),
    serviceAnnotations: rare(fc.dictionary(text("example.com/a"), text("b"), { noNullPrototype: true })),
    sourceRanges: rare(ranges(text)),
    internal: rare(fc.boolean()),
    idleTimeoutSeconds: rare(
      fc.oneof(fc.constantFrom(600, 240), fc.double({ noNaN: true, noDefaultInfinity: true })),
    ),
    addressPool: rare(text("pool")),
    values: rare(
      fc.constantFrom<Record<string, unknown>>(
        { networkGateway: "n1" },
        { labels: null },
        { service: { type: "NodePort" } },
      ),
    ),
  });
}

function ranges(text: Vocabulary["text"]): fc.Arbitrary<string[]> {
  return fc.array(text("10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/24", "fd00::/8", "0.0.0.0/0"), {
    maxLength: 2,
  });
}

/** Everything of a cluster but its name and role. */
export function settingsOf({
  text,
  pem,
  count,
  istio,
  istiod,
  gateway: gateways,
}: Vocabulary): fc.Arbitrary<Omit<ClusterSpec, "name">> {
  const platforms = Object.keys(PLATFORMS) as Platform[];
  return fc
    .record({
      network: text("n1", "n2", "n3"),
      trustDomain: rare(text("foo.com", "bar.com")),
      formerName: rare(text("old", "older", "a")),
      platform: some(fc.constantFrom(...platforms)),
      webhookHostName: rare(text("istiod.example.com")),
      istio: rare(istio),
      gateway: some(gateways),
      istiod: rare(istiod),
      base: rare(fc.constant({ values: {} })),
      podCidrs: rare(ranges(text)),
      serviceCidrs: rare(ranges(text)),
      ingress: rare(
        fc.record({
          routes: fc.array(
            fc.record({
              host: rare(text("web.example.com")),
              prefix: rare(text("/api")),
              service: text("web.shop.svc.cluster.local"),
              port: fc.constant(80),
            }),
            { minLength: 1, maxLength: 2 },
          ),
          credentialName: rare(text("certificate")),
          values: rare(fc.constant({ imagePullPolicy: "IfNotPresent" })),
        }),
      ),
      gatewayAddresses: rare(
        fc.array(text("192.0.2.7", "gateway.example.com"), { minLength: 1, maxLength: 2 }),
      ),
      region: rare(text("eu", "us")),
      intermediateEpoch: rare(count),
      caEpoch: rare(count),
      intermediateValidityDays: rare(fc.integer({ min: 1, max: 4000 })),
      caValidityDays: rare(fc.integer({ min: 1, max: 4000 })),
      whenUnreachable: some(fc.constantFrom("fail" as const, "skip" as const, "forget" as const)),
      readerTokenEpoch: rare(count),
      istioctlAnalyze: some(fc.boolean()),
      leaving: rare(fc.boolean()),
      adoption: rare(
        fc.record({
          adopt: fc.subarray(["namespace" as const, "crds" as const, "cacerts" as const, "istiod" as const]),
          rootCertificate: pem,
        }),
      ),
    })
    .map(({ adoption, ...settings }) => ({
      ...settings,
      ...(settings.platform === "openshift" ? { istioCni: true } : {}),
      ...adoption,
    }));
}
