import { afterEach } from "vitest";
import { planMesh } from "../../components/spec/mesh/plan";
import type { MeshPlan, MeshSpec } from "../../components/spec/types";
import { verifyMesh, type VerifyOptions, type VerifyReport } from "../../verify";
import { FakeMesh } from "./fake-mesh";
import { mesh } from "./specs";

/** Where its helloworld runs. */
export const HELLOWORLD = { cluster1: ["v1"], cluster2: ["v1"], cluster3: ["v2"] };

/** Verifies one fake mesh in each test of a file. */
export function fakeMeshTests() {
  let fake: FakeMesh;
  afterEach(() => fake.stop());
  return {
    get fake() {
      return fake;
    },
    start: async (
      spec: MeshSpec = mesh(3, { sampleApps: { helloworld: HELLOWORLD } }),
    ): Promise<FakeMesh> => {
      fake = await FakeMesh.start(planMesh(spec));
      return fake;
    },
    verify: (options: VerifyOptions = {}, plan: MeshPlan = fake.plan): Promise<VerifyReport> =>
      verifyMesh(plan, fake.access, options),
  };
}
