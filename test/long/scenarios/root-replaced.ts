import { expect, test, vi } from "vitest";
import { CrossingLoad } from "../../lab/support/crossing-load";
import { makeCa, verifyChain } from "../../lab/support/issued-chain";
import { previewedSteps, type Suite } from "../../lab/support/suite";
import { replaceRoot } from "../support/spire-lab";
import {
  activateAuthority,
  activeAuthority,
  forgetRoot,
  prepareAuthority,
  restartServer,
} from "../support/spire-server";
import { fingerprints, proxySvid } from "../support/svid";

const SPREADING = { timeout: 180_000, interval: 2000 };

/** foo.com gets another root from its issuer, by the steps that its SPIRE server else takes in its own time. */
export function rootScenario(suite: Suite, issuer: string, old: string): void {
  const root = makeCa("New root of foo.com");
  const trusted = async (cluster: string) => {
    const { roots } = await proxySvid(suite, cluster, "sample", "app=curl");
    return fingerprints(roots["foo.com"] ?? []);
  };
  const expectTrusted = async (...pems: string[]) => {
    for (const cluster of ["foo", "bar"]) {
      const expected = fingerprints(pems).sort();
      await vi.waitFor(async () => expect((await trusted(cluster)).sort()).toEqual(expected), SPREADING);
    }
  };

  test("the root of one trust domain is replaced, and no request fails", async () => {
    const load = await CrossingLoad.start(suite);
    const before = activeAuthority(suite, "foo");
    replaceRoot(suite, "foo", issuer, root);
    const prepared = prepareAuthority(suite, "foo");
    await expectTrusted(old, root.certificate);
    activateAuthority(suite, "foo", prepared);
    await vi.waitFor(async () => {
      for (const selector of ["app=curl", "app=helloworld"]) {
        const { chain } = await proxySvid(suite, "foo", "sample", selector);
        verifyChain([...chain], root.certificate);
      }
    }, SPREADING);
    forgetRoot(suite, "foo", before);
    await expectTrusted(root.certificate);
    restartServer(suite, "foo");
    await load.expectNoFailure();
  });

  test("up tells bar's server the new root, for the case that it had missed it, and nothing else changes", async () => {
    expect(await previewedSteps(suite.stack)).not.toEqual({});
    await suite.stack.up();
    expect(await previewedSteps(suite.stack)).toEqual({});
    await suite.expectWorkingMesh();
  });
}
