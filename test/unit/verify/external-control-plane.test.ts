import { describe, expect, test } from "vitest";
import { planMesh } from "../../../components";
import { externalControlPlane } from "../../../verify/checks/external-control-plane";
import { remoteSync } from "../../../verify/checks/remote-sync";
import { root } from "../../../verify/checks/root";
import { hostedMesh } from "../../support/hosted";
import { cluster } from "../../support/specs";

describe("verify", () => {
  const plan = planMesh(hostedMesh());
  const rowsOf = (probes: ReturnType<typeof root>) =>
    probes.map(({ check, cluster: from, peer }) => [check, from, peer].join(" ").trim());

  test("looks for an external control plane's way, credential and injections", () => {
    expect(rowsOf(externalControlPlane(plan))).toEqual([
      "control-plane cluster1",
      "reader-credential cluster1 cluster2",
      "control-plane cluster2 cluster1",
      "control-plane cluster3 cluster1",
    ]);
    expect(externalControlPlane(planMesh({ clusters: [cluster(1)] }))).toEqual([]);
  });

  test("asks nothing of the host that only members have", () => {
    expect(rowsOf(root(plan))).toEqual(["root cluster2", "root cluster3"]);
    expect(rowsOf(remoteSync(plan))).toEqual(["remote-sync cluster2 cluster3", "remote-sync cluster2"]);
  });
});
