import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { apply, type KubernetesObject } from "../../lab/support/apply";
import { clientExec } from "../../lab/support/pods";
import type { Suite } from "../../lab/support/suite";

const SOON = { timeout: 60_000, interval: 1000 };

/**
 * Who of both trust domains may call bar's helloworld, which is the only one as long as foo has none: until the next
 * `up --refresh`.
 */
export function principalScenario(suite: Suite): void {
  /** What each cluster's client gets: status and version. */
  const answers = async () => ({ foo: await hello(suite, "foo"), bar: await hello(suite, "bar") });

  beforeAll(() => {
    suite.kubectl("foo", "delete", "service,deployment", "-n", "sample", "-l", "app=helloworld");
  });
  afterAll(() => {
    suite.kubectl("bar", "delete", "authorizationpolicy", "-n", "sample", "helloworld");
  });

  test("without foo's own Service and pods its client is answered by bar", async () => {
    await vi.waitFor(async () => expect(await hello(suite, "foo")).toBe("200 v2"), SOON);
  });

  test("a principal of the other trust domain passes where it is named, and nobody else does", async () => {
    apply(suite, "bar", [allow("foo.com/ns/sample/sa/curl")]);
    await vi.waitFor(async () => expect(await answers()).toEqual({ foo: "200 v2", bar: "403 -" }), SOON);
  });

  test("a workload of the other trust domain is refused where one with its name is allowed", async () => {
    apply(suite, "bar", [allow("bar.com/ns/sample/sa/curl")]);
    await vi.waitFor(async () => expect(await answers()).toEqual({ foo: "403 -", bar: "200 v2" }), SOON);
  });

  test("with trustDomainAliases, which nothing here sets, that policy would let it pass", async () => {
    const meshConfig = ["configmap", "-n", "istio-system", "istio"];
    const { data } = JSON.parse(suite.kubectl("bar", "get", ...meshConfig, "-o", "json")) as {
      data: { mesh: string };
    };
    const set = (mesh: string) =>
      suite.kubectl("bar", "patch", ...meshConfig, "--type=merge", "-p", JSON.stringify({ data: { mesh } }));
    set(`${data.mesh}\ntrustDomainAliases: [foo.com]\n`);
    await vi.waitFor(async () => expect(await answers()).toEqual({ foo: "200 v2", bar: "200 v2" }), SOON);
    set(data.mesh);
    await vi.waitFor(async () => expect(await answers()).toEqual({ foo: "403 -", bar: "200 v2" }), SOON);
  });
}

async function hello(suite: Suite, cluster: string): Promise<string> {
  const url = "http://helloworld.sample:5000/hello";
  const answer = await clientExec(suite, cluster, "curl", [
    "curl",
    "-s",
    "-m",
    "5",
    "-w",
    " %{http_code}",
    url,
  ]);
  return `${/(\d+)$/.exec(answer)?.[1]} ${/version: (v\d)/.exec(answer)?.[1] ?? "-"}`;
}

function allow(principal: string): KubernetesObject {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: "helloworld", namespace: "sample" },
    spec: {
      selector: { matchLabels: { app: "helloworld" } },
      action: "ALLOW",
      rules: [{ from: [{ source: { principals: [principal] } }] }],
    },
  };
}
