import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect, test } from "vitest";
import { recover } from "../../../ops/recover";
import { CrossingLoad } from "../support/crossing-load";
import { killUpAt } from "../support/kill";
import { proxyEndpoints } from "../support/istio";
import { readerToken, readerTokens, statusWith, tokenInUse } from "../support/reader-token";
import { nameOf, stepRecorder, type Suite } from "../support/suite";

/** An API server remembers a good token for ten seconds. */
const FORGETTING_MS = 20_000;

/** New reader tokens while requests flow: by one change of the config, and again after an interruption. */
export function rotationScenario(suite: Suite): void {
  const names = () => suite.lab.clusters.map(({ name }) => name);

  test("every token is replaced in one up, and no request fails", async () => {
    const load = await CrossingLoad.start(suite);
    const old = Object.fromEntries(names().map((name) => [name, readerToken(suite, name)]));
    const { steps, onEvent } = stepRecorder();
    const order: string[] = [];
    const alive: string[] = [];
    await suite.configure({ readerTokenEpoch: 2 });
    await suite.stack.up({
      onEvent: (event) => {
        onEvent(event);
        const step = rotationStep(event);
        if (step === undefined) return;
        order.push(step);
        if (step === "link") alive.push(...names().map((name) => statusWith(suite, name, old[name] ?? "")));
      },
    });
    expectRotation(steps, names());
    expect(order.lastIndexOf("link")).toBeLessThan(order.indexOf("delete"));
    expect(new Set(alive)).toEqual(new Set(["200"]));
    await expectOneTokenInUse(suite, names(), "istio-multicluster-reader-token-2.1", old);
    await load.expectNoFailure();
  });

  test("pods that go and come after the rotation are noticed by every other cluster", async () => {
    const gateways = (await suite.stack.outputs())["gatewayAddresses"]?.value as Record<string, string>;
    const endpoint = `${gateways["cluster2"]}:15443`;
    const others = names().filter((name) => name !== "cluster2");
    const known = () => Promise.all(others.map((name) => proxyEndpoints(suite, name)));
    const scale = (count: number) =>
      suite.kubectl("cluster2", "scale", "-n", "sample", "deployment/helloworld-v1", `--replicas=${count}`);
    scale(0);
    await expect.poll(async () => (await known()).flat(), { timeout: 60_000 }).not.toContain(endpoint);
    scale(1);
    const { answers } = await suite.expectWorkingMesh();
    for (const endpoints of await known()) expect(endpoints).toContain(endpoint);
    for (const { client, byCluster } of answers) expect(byCluster["cluster2"], client).toBeGreaterThan(0);
  });

  test("a rotation that is killed between two links ends right when it is run again", async () => {
    const load = await CrossingLoad.start(suite);
    const old = Object.fromEntries(names().map((name) => [name, readerToken(suite, name)]));
    await suite.configure({ readerTokenEpoch: 3 });
    await killUpAt(suite.place, { phase: "done", urn: /observes.*-secret$/ });
    for (const name of names()) expect(statusWith(suite, name, old[name] ?? ""), name).toBe("200");
    await recover(suite.stack.workspace, suite.stack.name);
    await suite.stack.up();
    await expectOneTokenInUse(suite, names(), "istio-multicluster-reader-token-3.1", old);
    const { deployment } = await suite.stack.exportStack();
    expect(deployment.resources.filter((resource: { delete?: boolean }) => resource.delete)).toEqual([]);
    await suite.expectWorkingMesh();
    await load.expectNoFailure();
  });
}

/** `link` for a remote secret that has been changed, `delete` for a token whose removal begins. */
function rotationStep({ resourcePreEvent, resOutputsEvent }: EngineEvent): "link" | "delete" | undefined {
  const done = resOutputsEvent?.metadata;
  if (done?.op === "update" && /observes.*-secret$/.test(done.urn)) return "link";
  const begun = resourcePreEvent?.metadata;
  if (begun?.op === "delete-replaced" && begun.urn.endsWith("-reader-token")) return "delete";
  return undefined;
}

/** The steps are those of a rotation and no others: new tokens, changed links, old tokens gone. */
function expectRotation(steps: Record<string, string[]>, names: readonly string[]): void {
  const tokens = names.map((name) => `${name}-reader-token`);
  const links = names.flatMap((observer) =>
    names.filter((name) => name !== observer).map((observed) => `${observer}.observes.${observed}-secret`),
  );
  const sorted = Object.fromEntries(Object.entries(steps).map(([op, urns]) => [op, urns.map(nameOf).sort()]));
  expect(sorted).toEqual({
    replace: tokens,
    "create-replacement": tokens,
    update: links.sort(),
    "delete-replaced": tokens,
  });
}

/** Each cluster has one token, of the given name, all links use it, and the old one is dead. */
async function expectOneTokenInUse(
  suite: Suite,
  names: readonly string[],
  secret: string,
  old: Readonly<Record<string, string>>,
): Promise<void> {
  for (const observed of names) {
    const tokens = readerTokens(suite, observed);
    expect(Object.keys(tokens), observed).toEqual([secret]);
    for (const observer of names.filter((name) => name !== observed)) {
      expect(tokenInUse(suite, observer, observed), `${observer} of ${observed}`).toBe(tokens[secret]);
    }
    await expect
      .poll(() => statusWith(suite, observed, old[observed] ?? ""), { timeout: FORGETTING_MS })
      .toBe("401");
  }
}
