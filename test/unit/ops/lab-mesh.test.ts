import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Lab } from "../../../lab";
import type { PulumiToolchain } from "../../../lab/toolchain";
import { tools } from "../../../lab/toolchain/tools";
import { labMeshConfig, labPlace, writeLabProject } from "../../../ops/lab-mesh";

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

describe("the project of a lab", () => {
  const dir = mkdtempSync(join(tmpdir(), "lab-mesh-"));
  afterAll(() => rmSync(dir, { recursive: true }));
  const clusters = [{ name: "west", network: "network1" }];
  const lab = { name: "dev", dir, kubeconfig: join(dir, "kubeconfig"), clusters } as unknown as Lab;
  const toolchain = { bin: {}, pluginDir: "", versions: { istio: "1.31.1" } } as unknown as PulumiToolchain;

  test("is found as it was written, and keeps what it says", async () => {
    const written = await writeLabProject(lab, toolchain, { mtls: "PERMISSIVE" });
    expect(labPlace(lab, toolchain)).toEqual(written);
    const settings = parse(readFileSync(join(written.workDir, "Pulumi.dev.yaml"), "utf8"));
    expect(settings.config["istio-multicluster:mesh"]).toMatchObject({ mtls: "PERMISSIVE", clusters });
  });
});
