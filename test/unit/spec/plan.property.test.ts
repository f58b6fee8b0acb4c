import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LinkSpec, type MeshSpec, planMesh, validateMesh } from "../../../components";
import { mergeValues } from "../../../components/spec/settings";
import "../../support/seed";

const sizes = fc.integer({ min: 1, max: 7 });

/** Clusters on few networks, so that some share one. */
function clustersOf(size: number): fc.Arbitrary<MeshSpec["clusters"]> {
  return fc
    .array(fc.integer({ min: 1, max: 3 }), { minLength: size, maxLength: size })
    .map((networks) =>
      networks.map((network, index) => ({ name: `cluster${index + 1}`, network: `network${network}` })),
    );
}

const fullMeshes: fc.Arbitrary<MeshSpec> = sizes
  .chain(clustersOf)
  .map((clusters): MeshSpec => ({ clusters }));

const linkedMeshes: fc.Arbitrary<MeshSpec> = sizes.chain(clustersOf).chain((clusters) => {
  const pairs = clusters.flatMap(({ name: observer }) =>
    clusters
      .filter(({ name }) => name !== observer)
      .map(({ name: observed }): LinkSpec => ({ observer, observed })),
  );
  return fc.shuffledSubarray(pairs).map((links): MeshSpec => ({ clusters, links }));
});

const meshes = fc.oneof(fullMeshes, linkedMeshes);

const text = ({ observer, observed }: LinkSpec) => `${observer}>${observed}`;

describe("for every mesh", () => {
  test("a full mesh has N(N-1) links, none to itself and none twice", () => {
    fc.assert(
      fc.property(fullMeshes, (spec) => {
        const { links, clusters } = planMesh(spec);
        expect(links).toHaveLength(clusters.length * (clusters.length - 1));
        expect(new Set(links.map(text)).size).toBe(links.length);
        expect(links.filter(({ observer, observed }) => observer === observed)).toEqual([]);
      }),
    );
  });

  test("a cluster has a gateway if and only if a cluster of another network observes it", () => {
    fc.assert(
      fc.property(meshes, (spec) => {
        const { clusters, links } = planMesh(spec);
        const network = new Map(clusters.map((cluster) => [cluster.name, cluster.network]));
        for (const { name, gateway } of clusters) {
          const observers = links.filter(({ observed }) => observed === name).map(({ observer }) => observer);
          const needed = observers.some((observer) => network.get(observer) !== network.get(name));
          expect([name, gateway !== undefined]).toEqual([name, needed]);
        }
      }),
    );
  });

  test("a link crosses networks if and only if its ends are on different ones", () => {
    fc.assert(
      fc.property(meshes, (spec) => {
        const { clusters, links } = planMesh(spec);
        const network = new Map(clusters.map((cluster) => [cluster.name, cluster.network]));
        for (const link of links) {
          expect(link.crossNetwork).toBe(network.get(link.observer) !== network.get(link.observed));
        }
      }),
    );
  });

  test("a further cluster leaves the plans and links of the others as they are", () => {
    const next = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(fullMeshes, next, (spec, network) => {
        const before = planMesh(spec);
        const added = { name: "added", network: `network${network}` };
        const after = planMesh({ ...spec, clusters: [...spec.clusters, added] });
        const known = after.clusters.filter(({ name }) => name !== "added");
        // A gateway or a reader may come, because the new cluster needs it; none goes or changes.
        expect(
          known.map(({ gateway, reader, ...cluster }, index) => ({
            ...cluster,
            gateway: before.clusters[index]?.gateway && gateway,
            reader: before.clusters[index]?.reader && reader,
          })),
        ).toEqual(before.clusters);
        expect(after.links.filter((link) => ![link.observer, link.observed].includes("added"))).toEqual(
          before.links,
        );
      }),
    );
  });

  test("a spec whose links are valid has no problems and can be planned", () => {
    fc.assert(
      fc.property(meshes, (spec) => {
        expect(validateMesh(spec)).toEqual([]);
        expect(planMesh(spec).clusters).toHaveLength(spec.clusters.length);
      }),
    );
  });
});

describe("merging Helm values", () => {
  const keys = fc.constantFrom("a", "b", "c");
  const leaves = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.integer()));
  const { maps } = fc.letrec<{ maps: Record<string, unknown>; values: unknown }>((tie) => ({
    maps: fc.dictionary(keys, tie("values"), { maxKeys: 3, noNullPrototype: true }),
    values: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaves, tie("maps")),
  }));

  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);

  /** Every leaf with its path; an empty map counts as one. */
  function leavesOf(map: Record<string, unknown>, path: string[] = []): [path: string[], value: unknown][] {
    return Object.entries(map).flatMap(([key, value]) =>
      isMap(value) && Object.keys(value).length > 0
        ? leavesOf(value, [...path, key])
        : [[[...path, key], value] as [string[], unknown]],
    );
  }

  const at = (map: unknown, path: string[]): unknown =>
    path.reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), map);

  test("keeps every leaf of the override", () => {
    fc.assert(
      fc.property(maps, maps, (base, over) => {
        const merged = mergeValues(base, over);
        for (const [path, value] of leavesOf(over)) {
          if (isMap(value)) expect(isMap(at(merged, path))).toBe(true);
          else expect(at(merged, path)).toEqual(value);
        }
      }),
    );
  });

  test("keeps every leaf of the base that the override does not replace", () => {
    fc.assert(
      fc.property(maps, maps, (base, over) => {
        const merged = mergeValues(base, over);
        for (const [path, value] of leavesOf(base)) {
          const parents = path.map((_, index) => at(over, path.slice(0, index + 1)));
          const untouched = parents.every(
            (parent, index) => parent === undefined || (isMap(parent) && index < path.length - 1),
          );
          if (untouched) expect(at(merged, path)).toEqual(value);
        }
      }),
    );
  });

  test("adds nothing of its own and changes neither side", () => {
    fc.assert(
      fc.property(maps, maps, (base, over) => {
        const [baseBefore, overBefore] = [structuredClone(base), structuredClone(over)];
        const known = new Set([...leavesOf(base), ...leavesOf(over)].map(([path]) => path.join(".")));
        for (const [path] of leavesOf(mergeValues(base, over))) expect(known).toContain(path.join("."));
        expect([base, over]).toEqual([baseBefore, overBefore]);
      }),
    );
  });

  test("replaces lists, and keeps null, with which Helm removes a chart's default", () => {
    const base = { list: [1, 2], map: { a: 1, b: 2 } };
    expect(mergeValues(base, { list: [3], map: { a: null } })).toEqual({ list: [3], map: { a: null, b: 2 } });
  });
});
