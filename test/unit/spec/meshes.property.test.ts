import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type MeshSpec, planMesh, type Problem, validateMesh, warningsOf } from "../../../components";
import { expectedAnswers } from "../../../components/spec/sample-apps/answers";
import { describePlan } from "../../../ops/plan";
import { meshConfigSchema } from "../../../stacks/config/schema";
import { makeCertificates } from "../../support/mesh-settings";
import { NAMES, plausibleMeshes, reordered, wildMeshes } from "../../support/meshes";

let plausible: fc.Arbitrary<MeshSpec>;
let wild: fc.Arbitrary<MeshSpec>;

beforeAll(async () => {
  const certificates = await makeCertificates();
  plausible = plausibleMeshes(certificates);
  wild = wildMeshes(certificates);
});

const isValid = (spec: MeshSpec) => validateMesh(spec).length === 0;

/** What only the program needs, to reach clusters. */
const OF_ACCESS = ["access", "identity", "apiServer", "tlsServerName", "caBundle"];
const asConfig = (spec: MeshSpec) => ({
  ...spec,
  clusters: spec.clusters.map((cluster) => ({ ...cluster, access: { kubeconfigFile: "f" } })),
});

describe("the meshes that are tried", () => {
  test("are ones that the config takes, and say everything that it can say", () => {
    const specs = fc.sample(plausible, 300);
    for (const spec of specs) expect(meshConfigSchema.safeParse(asConfig(spec)).error).toBeUndefined();
    const said = (some: readonly object[]) =>
      [
        ...new Set(
          some.flatMap((one) => Object.keys(one).filter((key) => Reflect.get(one, key) !== undefined)),
        ),
      ].sort();
    const { shape } = meshConfigSchema;
    expect(said(specs)).toEqual(keysOf(shape).filter((key) => key !== "loopbackIsShared"));
    expect(said(specs.flatMap(({ clusters }) => clusters))).toEqual(
      keysOf(shape.clusters.element.shape).filter((key) => !OF_ACCESS.includes(key)),
    );
  });

  test("are valid often enough, in every role", () => {
    const valid = fc.sample(plausible, 600).filter(isValid);
    expect(valid.length).toBeGreaterThan(120);
    expect(valid.filter(({ imports = [] }) => imports.length > 0).length).toBeGreaterThan(10);
    const roles = valid.flatMap((spec) => planMesh(spec).clusters).map(roleOf);
    expect([...new Set(roles)].sort()).toEqual(["adopted", "config cluster", "host", "primary", "remote"]);
  });
});

function keysOf(shape: object): string[] {
  return Object.keys(shape).sort();
}

function roleOf({
  runsIstiodOf,
  externalControlPlane,
  controlPlanes,
  adopt,
}: ReturnType<typeof planMesh>["clusters"][number]) {
  if (runsIstiodOf !== undefined) return "host";
  if (externalControlPlane !== undefined) return "config cluster";
  if (controlPlanes.length > 0) return "remote";
  return adopt.length > 0 ? "adopted" : "primary";
}

describe("whatever a config says", () => {
  test("it is judged, not stumbled over", () => {
    fc.assert(
      fc.property(fc.oneof(plausible, wild), (spec) => {
        for (const { path, message } of [...validateMesh(spec), ...warningsOf(spec)]) {
          expect([path, message].join(" ")).not.toMatch(/undefined|NaN|\[object/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("what is valid can be planned, described and verified", () => {
    fc.assert(
      fc.property(plausible.filter(isValid), (spec) => {
        const plan = planMesh(spec);
        expect(describePlan(plan, [], warningsOf(spec))).not.toMatch(/undefined|NaN|\[object/);
        for (const { name } of plan.clusters) expect(expectedAnswers(plan, name).versions).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});

describe("the order of clusters", () => {
  test("does not matter to what is wrong", () => {
    fc.assert(
      fc.property(plausible.chain(reordered), ([spec, other]) => {
        expect(kindsOf(validateMesh(other))).toEqual(kindsOf(validateMesh(spec)));
        expect(kindsOf(warningsOf(other))).toEqual(kindsOf(warningsOf(spec)));
      }),
      { numRuns: 300 },
    );
  });

  test("does not matter to the plan", () => {
    fc.assert(
      fc.property(plausible.filter(isValid).chain(reordered), ([spec, other]) => {
        expect(unordered(other)).toEqual(unordered(spec));
      }),
      { numRuns: 200 },
    );
  });
});

/** Problems without the names, indices and ranges in them: of two clusters the later one is told, whichever it is. */
function kindsOf(problems: readonly Problem[]): string[] {
  const names = new RegExp(`\\b(${NAMES.join("|")})\\b(, \\b(${NAMES.join("|")})\\b)*`, "g");
  return problems
    .map(({ path, message }) =>
      `${path} ${message}`
        .replace(names, "N")
        .replace(/\[\d+\]/g, "[]")
        .replace(/[\da-f.:]+\/\d+/g, "RANGE"),
    )
    .sort();
}

/** A plan with everything sorted that has an entry for each cluster. */
function unordered(spec: MeshSpec): unknown {
  const { clusters, links, imports, serviceStubs, sampleApps, ...plan } = planMesh(spec);
  const by = <T>(key: (item: T) => string, list: readonly T[]) =>
    list.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
  return {
    ...plan,
    clusters: by(
      ({ name }) => name,
      clusters.map((cluster) => ({ ...cluster, remotes: cluster.remotes.toSorted() })),
    ),
    links: by(({ observer, observed }) => `${observer} ${observed}`, links),
    imports: by(({ cluster, host }) => `${cluster} ${host}`, imports),
    exports: by(({ cluster }) => cluster, plan.exports),
    offers: by(({ cluster }) => cluster, plan.offers),
    serviceStubs: by(({ cluster }) => cluster, serviceStubs),
    sampleApps: by(({ cluster }) => cluster, sampleApps),
  };
}
