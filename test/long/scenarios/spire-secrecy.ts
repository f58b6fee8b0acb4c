import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { clusterSecrets, inState, leaks, needlesOfPem, type Secrets } from "../../lab/scenarios/secrecy";
import type { Suite } from "../../lab/support/suite";
import { type TrustDomains, volumePath } from "../support/spire-lab";

/** With an issuer as upstream SPIRE's keys never come near Pulumi. */
export function secrecyScenario(suite: Suite, domains: TrustDomains): void {
  test("keys are nowhere in the clear, and those above SPIRE's certificates are not in the state at all", async () => {
    const others = clusterSecrets(suite);
    const chain = { ...rootKeys(domains), ...serverKeys(suite) };
    expect(await leaks(suite, { ...others, ...chain })).toEqual([]);
    expect(inState(suite, { ...others, ...chain })).toEqual(Object.keys(others));
  });
}

function rootKeys(domains: TrustDomains): Secrets {
  const roots = Object.values(domains);
  return Object.fromEntries(
    roots.map(({ trustDomain, root }) => [`root key of ${trustDomain}`, needlesOfPem(root.privateKey)]),
  );
}

/** The keys that each cluster's SPIRE server has on its volume. @param volume - its name @default - the first one */
export function serverKeys(suite: Suite, volume?: string): Secrets {
  return Object.fromEntries(
    suite.lab.clusters.flatMap(({ name }) => {
      const { keys } = JSON.parse(readFileSync(`${volumePath(suite, name, volume)}/keys.json`, "utf8")) as {
        keys: Record<string, string>;
      };
      const found = Object.entries(keys).map(([id, der]) => {
        const pem = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
        return [`SPIRE's key ${id} in ${name}`, needlesOfPem(pem)] as const;
      });
      expect(found.length).toBeGreaterThan(0);
      return found;
    }),
  );
}
