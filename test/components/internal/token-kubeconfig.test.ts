import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { encodedKubeconfig } from "../../../components/internal/token-kubeconfig";
import { CA_DATA } from "../../support/kubeconfigs";
import { runFailingProgram, runProgram } from "../../support/mocks";
import { unknown, valueOf } from "../../support/outputs";

const access = (cluster: string, caData = CA_DATA) => ({ cluster, server: "https://a", caData, token: "t" });

describe("the kubeconfig by which an istiod reads a cluster", () => {
  // Names of countries and of numbers, which YAML 1.1 takes for something else.
  test.each(["no", "on", "y", "1e3", "0x1f", "1_000", "true", "eu"])(
    "of cluster %s is read by Kubernetes with that name",
    async (name) => {
      const { result } = await runProgram(() => encodedKubeconfig(access(name)));
      const text = Buffer.from(await valueOf(result), "base64").toString();
      const as = parse(text, { version: "1.1" });
      expect([as.clusters[0].name, as.users[0].name, as["current-context"]]).toEqual([name, name, name]);
      expect(as.contexts).toEqual([{ name, context: { cluster: name, user: name } }]);
    },
  );

  test("is refused where its CA is not in base64, and is not known before its CA is", async () => {
    const { failures } = await runFailingProgram(() =>
      encodedKubeconfig(access("eu", "-----BEGIN CERTIFICATE-----\nca\n")),
    );
    expect(failures).toEqual([
      expect.stringContaining("caData of cluster eu is PEM text; give it in base64, as a kubeconfig has it"),
    ]);
    const { result } = await runProgram(() => encodedKubeconfig({ ...access("eu"), caData: unknown() }), {
      preview: true,
    });
    expect(await valueOf(result)).toBeUndefined();
  });
});
