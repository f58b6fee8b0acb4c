import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { tools } from "../../../lab/toolchain/tools";
import { labMeshConfig } from "../../../ops/lab-mesh";

describe("Pulumi.dev.yaml", () => {
  test("is the mesh of the default lab, with paths from the repository's root", () => {
    const { config } = parse(readFileSync(join(__dirname, "../../../Pulumi.dev.yaml"), "utf8"));
    const clusters = [1, 2, 3].map((index) => ({ name: `cluster${index}`, network: `network${index}` }));
    expect(config["istio-multicluster:mesh"]).toEqual(
      labMeshConfig(clusters, tools.istio.version, {
        kubeconfig: ".lab/dev/kubeconfig",
        charts: ".lab/dev/charts",
      }),
    );
  });
});
