import { expect, test } from "vitest";
import { buildEnvironment, buildRequirements } from "../../../lab/toolchain/build";
import { tools } from "../../../lab/toolchain/tools";

test("labs build cert-manager, Vault, SPIRE, MinIO and Helm only if they ask for them", () => {
  const onDemand = Object.entries(tools).flatMap(([name, tool]) => ("onDemand" in tool ? [name] : []));
  expect(onDemand).toEqual([
    "cert-manager",
    "cert-manager-files",
    "vault",
    "spire",
    "spire-controller-manager",
    "spiffe-csi",
    "minio",
    "helm",
  ]);
});

test("only the build of the SPIRE server, which has C code, takes a C compiler", () => {
  const takesOne = Object.entries(tools).filter(
    ([, tool]) => buildEnvironment(tool)["CGO_ENABLED"] === "1" && buildRequirements(tool).includes("cc"),
  );
  expect(takesOne.map(([name]) => name)).toEqual(["spire"]);
  expect(Object.values(tools).filter((tool) => buildRequirements(tool).includes("cc"))).toHaveLength(1);
});

test("what the clusters need is built first, then what only the program needs", () => {
  const uses = Object.entries(tools).map(([name, tool]) =>
    "onDemand" in tool ? "on demand" : "forProgram" in tool ? name : "clusters",
  );
  const program = ["pulumi", "pulumi-tls", "pulumi-kubernetes"];
  expect([...new Set(uses)]).toEqual(["clusters", ...program, "on demand"]);
});
