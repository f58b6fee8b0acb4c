import { expect, test, vi } from "vitest";
import { clientExec } from "../../lab/support/pods";
import type { Suite } from "../../lab/support/suite";

const SOON = { timeout: 90_000, interval: 1000 };

/** bookinfo's workloads by cluster: what foo's productpage needs is in bar, but for one of two reviews. */
export const BOOKINFO = {
  foo: ["productpage-v1", "reviews-v1"],
  bar: ["details-v1", "reviews-v2", "ratings-v1"],
};

const hostOf = (service: string) => `${service}.sample.svc.cluster.local`;

/** bar's way in for clients outside of the mesh. */
export const INGRESS = {
  replicas: 1,
  // As the lab's other gateways, for its nodes have no registry.
  values: { imagePullPolicy: "IfNotPresent" },
  routes: [
    { prefix: "/hello", service: hostOf("helloworld"), port: 5000 },
    { prefix: "/productpage", service: hostOf("productpage"), port: 9080 },
  ],
};

/** Several workloads that call each other, and clients from outside, across the trust domains. */
export function entranceScenario(suite: Suite): void {
  const get = (url: string) => clientExec(suite, "foo", "curl", ["curl", "-s", "-m", "10", url]);

  /** Asks until all has been seen. */
  const expectSeen = async (url: string, ...texts: string[]) => {
    const seen = new Set<string>();
    await vi.waitFor(async () => {
      const answer = await get(url);
      for (const text of texts.filter((each) => answer.includes(each))) seen.add(text);
      expect([...seen].sort(), answer).toEqual(texts.sort());
    }, SOON);
  };

  test("bookinfo is one application, of which each part answers in whichever trust domain it is", async () => {
    const page = "http://productpage.sample:9080/productpage";
    // Details and ratings are in bar only; of the two reviews only bar's shows ratings.
    await expectSeen(
      page,
      "William Shakespeare",
      'podname": "reviews-v1-',
      'podname": "reviews-v2-',
      '"stars": 5',
    );
  });

  test("from a pod of foo bar's ingress gateway leads to helloworld, and on to a page that foo serves", async () => {
    const { ingressAddresses } = await suite.stack.outputs();
    const address = (ingressAddresses?.value as Record<string, string>)["bar"];
    await expectSeen(`http://${address}/hello`, "version: v1", "version: v2");
    await expectSeen(`http://${address}/productpage`, "William Shakespeare");
  });
}
