import { expect, test } from "vitest";
import { type Form, FORMS, meshOf, observedBy } from "../../../bench/forms";
import { type MeshSpec, planMesh, validateMesh } from "../../../components";
import type { Lab } from "../../../lab";

const clusters = ["cluster1", "cluster2", "cluster3"].map((name) => ({ name, network: "network1" }));
const lab = { kubeconfig: "kubeconfig", clusters } as Lab;

test.each(Object.keys(FORMS) as Form[])(
  "the form %s is a mesh in which all clusters know each other",
  (form) => {
    const spec = meshOf(form, lab, { rotated: form !== "import" }) as unknown as MeshSpec;
    expect(validateMesh(spec)).toEqual([]);
    const { links, imports } = planMesh(spec);
    expect(links.filter(({ observer }) => observer === "cluster1")).toHaveLength(observedBy(form, lab));
    const exporters = imports
      .filter(({ cluster }) => cluster === "cluster1")
      .flatMap(({ endpoints }) => endpoints.map(({ cluster }) => cluster));
    expect(exporters).toEqual(form === "import" ? ["cluster2", "cluster3"] : []);
  },
);

test("a token is replaced by the config of its one cluster", () => {
  const token = (rotated: boolean) =>
    planMesh(meshOf("observer", lab, { rotated }) as unknown as MeshSpec).clusters.map(
      ({ reader }) => reader?.tokenSecret,
    );
  expect(token(true)[0]).not.toBe(token(false)[0]);
  expect(token(true).slice(1)).toEqual(token(false).slice(1));
});
