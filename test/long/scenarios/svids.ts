import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { verifyChain } from "../../lab/support/issued-chain";
import { previewedSteps, type Suite } from "../../lab/support/suite";
import type { TrustDomains } from "../support/spire-lab";
import { fingerprints, proxySvid } from "../support/svid";

/** Proxies whose certificates are looked at: a sidecar's and a gateway's. */
const PROXIES = [
  { namespace: "sample", selector: "app=curl", account: "curl" },
  {
    namespace: "istio-system",
    selector: "istio=eastwestgateway",
    account: "istio-eastwestgateway",
  },
];

/** Every identity is SPIRE's, under its own trust domain's root, and requests cross. */
export function svidScenario(suite: Suite, domains: TrustDomains): void {
  test("requests cross in both directions", async () => {
    await suite.expectWorkingMesh();
  });

  test("sidecars and gateways have SVIDs: cert-manager's root, SPIRE's intermediate, their own", async () => {
    for (const [cluster, { trustDomain, root }] of Object.entries(domains)) {
      for (const { namespace, selector, account } of PROXIES) {
        const { chain } = await proxySvid(suite, cluster, namespace, selector);
        const certificates = [...chain, root.certificate].map((pem) => new X509Certificate(pem));
        const lines = certificates.map(
          ({ subject, issuer }) => `  ${oneLine(subject)} by ${oneLine(issuer)}`,
        );
        console.log([`${cluster} ${namespace} ${account}`, ...lines].join("\n"));
        expect(certificates).toHaveLength(3);
        expect(certificates[0]?.subjectAltName).toBe(
          `URI:spiffe://${trustDomain}/ns/${namespace}/sa/${account}`,
        );
        verifyChain([...chain], root.certificate);
      }
    }
  });

  test("proxies trust each trust domain under its own root, and no other", async () => {
    const expected = Object.fromEntries(
      Object.values(domains).map(({ trustDomain, root }) => [trustDomain, fingerprints([root.certificate])]),
    );
    for (const cluster of Object.keys(domains)) {
      for (const { namespace, selector } of PROXIES) {
        const { roots } = await proxySvid(suite, cluster, namespace, selector);
        const trusted = Object.entries(roots).map(([name, pems]) => [name, fingerprints(pems)]);
        expect(Object.fromEntries(trusted), `${selector} of ${cluster}`).toEqual(expected);
      }
    }
  });

  test("a second preview changes nothing", async () => {
    expect(await previewedSteps(suite.stack)).toEqual({});
  });
}

function oneLine(name: string): string {
  return name.replaceAll("\n", ", ");
}
