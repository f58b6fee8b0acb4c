import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import type { ReaderRule } from "../../../components";
import { istiodRequests, uses } from "../support/audit";
import { readerToken, statusWith } from "../support/reader-token";
import type { Suite } from "../support/suite";

const READ = ["list", "watch"];

/** The lab has no CRDs of the Gateway API, so istiod never asks for its objects. */
const NEVER_USED = ["list/watch gateway.networking.k8s.io/gateways"];

/**
 * Readers may do what istiods ask of them, and istioctl, nothing that these do without, and get no Secret.
 * Needs an audit log.
 *
 * @param unused - permissions of which nothing in the lab makes use
 */
export function leastPrivilegeScenario(suite: Suite, unused: readonly string[] = []): void {
  test("no istiod is denied anything by the clusters that it observes", async () => {
    for (const { name } of await observed(suite)) {
      const requests = istiodRequests(suite, name);
      expect(requests.length, name).toBeGreaterThan(0);
      expect(requests.filter(({ status }) => status === 401 || status === 403)).toEqual([]);
    }
  });

  test("each permission is one that some istiod made use of", async () => {
    for (const { name, rules } of await observed(suite)) {
      const requests = istiodRequests(suite, name);
      const idle = rules
        .filter(({ command }) => command === undefined)
        .flatMap(singleVerbs)
        .filter((rule) => !requests.some((request) => uses(rule, request)))
        .map(({ apiGroup, resources, verbs }) => `${verbs.join("/")} ${apiGroup}/${resources.join()}`);
      expect(idle, name).toEqual([...NEVER_USED, ...unused]);
    }
  });

  test("istioctl analyze gets to see every cluster", () => {
    for (const { name } of suite.lab.clusters) {
      const args = ["analyze", "-A", "--kubeconfig", suite.kubeconfigOf(name)];
      const { signal, stderr } = spawnSync(suite.toolchain.bin.istioctl, args, { timeout: 60_000 });
      expect([name, signal, stderr.toString()]).toEqual([
        name,
        null,
        expect.not.stringMatching(/forbidden/i),
      ]);
    }
  });

  test("with its token no Secret can be got, and nothing else that istiod does without", async () => {
    for (const { name } of await observed(suite)) {
      const token = readerToken(suite, name);
      const status = (path: string) => statusWith(suite, name, token, path);
      expect(status("/api/v1/pods"), name).toBe("200");
      expect(status("/api/v1/namespaces/istio-system/secrets/cacerts"), name).toBe("403");
      expect(status("/api/v1/configmaps"), name).toBe("403");
      expect(status("/api/v1/namespaces/istio-system/configmaps/values"), name).toBe("403");
      expect(status("/apis/apps/v1/deployments"), name).toBe("403");
      expect(status("/apis/security.istio.io/v1/peerauthentications"), name).toBe("200");
      // The istiod of this version cannot do without the list; see docs/reader-permissions.md.
      expect(status("/api/v1/secrets"), name).toBe("200");
    }
  });
}

/** The clusters that others observe, and what their readers may do. */
async function observed(suite: Suite): Promise<{ name: string; rules: readonly ReaderRule[] }[]> {
  const { plan } = await suite.openMesh();
  return plan.clusters.flatMap(({ name, reader }) => (reader ? [{ name, rules: reader.rules }] : []));
}

/** A rule per resource and verb; istiod reads by lists or by watches, as the API allows. */
function singleVerbs(rule: ReaderRule): ReaderRule[] {
  const writes = rule.verbs.filter((verb) => !READ.includes(verb)).map((verb) => [verb]);
  const verbs = rule.verbs.some((verb) => READ.includes(verb)) ? [READ, ...writes] : writes;
  return rule.resources.flatMap((resource) =>
    verbs.map((some) => ({ ...rule, resources: [resource], verbs: some })),
  );
}
