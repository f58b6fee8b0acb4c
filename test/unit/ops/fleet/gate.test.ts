import { expect, test } from "vitest";
import { gate } from "../../../../ops/fleet/gate";
import { fakeMeshTests } from "../../../support/fake-mesh-tests";
import { mesh } from "../../../support/specs";

const { start } = fakeMeshTests();

test("a gate that opens tells what will expire soon, each once", async () => {
  const { plan, access } = await start(mesh(2));
  const lines: string[] = [];
  const open = { plan: { ...plan, ca: { ...plan.ca, expiryWarningDays: 1000 } }, kubeConfigs: access };
  await gate(open, undefined, { waitSeconds: 0, say: (line) => lines.push(line) });
  expect(lines).toEqual([
    expect.stringMatching(/^verify: as planned, \d+ checks$/),
    expect.stringMatching(
      /^verify: the CA of cluster1 expires in \d+ days, on .*; root "CN=Root" of cluster1/,
    ),
    expect.stringMatching(/^verify: the CA of cluster2 expires in/),
  ]);
});
