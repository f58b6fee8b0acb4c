import { describe, expect, test } from "vitest";
import { planMesh } from "../../../../components";
import {
  inStack,
  joinResources,
  resourcesOf,
  splitResources,
  type StateResource,
  withResources,
} from "../../../../ops/fleet/state-move";
import { mesh } from "../../../support/specs";

const urn = (type: string, name: string, stack = "prod") => `urn:pulumi:${stack}::p::${type}::${name}`;
const STACK = urn("pulumi:pulumi:Stack", "p-prod");
const OURS = "istio-multicluster:index:";
const PROVIDER = urn("pulumi:providers:kubernetes", "cluster1");

const resource = (of: string, rest: Partial<StateResource> = {}): StateResource => ({
  urn: of,
  type: (of.split("::")[2] ?? "").split("$").at(-1) ?? "",
  ...(of === STACK ? {} : { parent: STACK }),
  ...rest,
});

const PRIMARY = urn(`${OURS}ClusterPrimary`, "cluster1");
const CACERTS = urn(`${OURS}ClusterPrimary$kubernetes:core/v1:Secret`, "cluster1-cacerts");
const CA = urn(`${OURS}IntermediateCA`, "cluster1-ca");
const LINK = urn(`${OURS}RemoteSecretLink`, "cluster1.observes.cluster2");
const LINK_SECRET = urn(
  `${OURS}RemoteSecretLink$kubernetes:core/v1:Secret`,
  "cluster1.observes.cluster2-secret",
);

const SINGLE: readonly StateResource[] = [
  resource(STACK),
  resource(urn("pulumi:index:Stash", "unchangeable")),
  resource(PROVIDER, { id: "p1" }),
  resource(CA),
  resource(PRIMARY),
  resource(CACERTS, {
    parent: PRIMARY,
    provider: `${PROVIDER}::p1`,
    dependencies: [CA, PRIMARY],
    propertyDependencies: { data: [CA], metadata: null },
  }),
  resource(LINK),
  resource(LINK_SECRET, { parent: LINK, provider: `${PROVIDER}::p1`, dependencies: [PRIMARY] }),
];

const parts = splitResources(SINGLE, planMesh(mesh(2)));
const urnsOf = (resources: readonly StateResource[] = []) => resources.map((one) => one.urn);

describe("the state of one stack", () => {
  test("is split with what is under each resource, its providers, and what every stack has", () => {
    const unchangeable = urn("pulumi:index:Stash", "unchangeable");
    expect(urnsOf(parts.get("trust"))).toEqual([STACK, unchangeable, CA]);
    expect(urnsOf(parts.get("cluster/cluster1"))).toEqual([STACK, unchangeable, PROVIDER, PRIMARY, CACERTS]);
    expect(urnsOf(parts.get("cluster/cluster2"))).toEqual([STACK, unchangeable]);
    expect(urnsOf(parts.get("links"))).toEqual([STACK, unchangeable, PROVIDER, LINK, LINK_SECRET]);
  });

  test("keeps no reference to what is in another stack", () => {
    const cacerts = parts.get("cluster/cluster1")?.find((one) => one.urn === CACERTS);
    expect(cacerts).toMatchObject({
      dependencies: [PRIMARY],
      propertyDependencies: { data: [], metadata: [] },
    });
  });

  test("gets the name of another stack wherever it names its own, and loses its outputs", () => {
    const moved = inStack(parts.get("cluster/cluster1") ?? [], "prod", "prod.cluster.cluster1");
    expect(JSON.stringify(moved)).not.toMatch(/urn:pulumi:prod::|p-prod"/);
    expect(moved[0]).toMatchObject({
      urn: "urn:pulumi:prod.cluster.cluster1::p::pulumi:pulumi:Stack::p-prod.cluster.cluster1",
      outputs: {},
    });
    expect(inStack(moved, "prod.cluster.cluster1", "prod").slice(1)).toEqual(
      parts.get("cluster/cluster1")?.slice(1),
    );
  });

  test("is the same again once the parts are joined, each resource once", () => {
    const joined = joinResources([...parts.values()]);
    expect(urnsOf(joined).sort()).toEqual(urnsOf(SINGLE).sort());
  });

  test("is joined under one provider where each part had its own, and without the memory of a rotation", () => {
    const other = (parts.get("links") ?? []).map((one) =>
      one.urn === PROVIDER
        ? { ...one, id: "p2" }
        : one.provider === undefined
          ? one
          : { ...one, provider: `${PROVIDER}::p2` },
    );
    const position = resource(urn("pulumi:index:Stash", "root-position"));
    const joined = joinResources([parts.get("cluster/cluster1") ?? [], other, [position]]);
    expect(joined.find((one) => one.urn === LINK_SECRET)?.provider).toBe(`${PROVIDER}::p1`);
    expect(urnsOf(joined)).not.toContain(position.urn);
  });

  test("says what encrypts its secrets, without which the engine takes none", () => {
    const state = {
      version: 3,
      deployment: { secrets_providers: { type: "passphrase" }, resources: SINGLE },
    };
    expect(withResources(state, [])).toEqual({
      version: 3,
      deployment: { secrets_providers: { type: "passphrase" }, resources: [] },
    });
  });

  test.each([
    ["an operation that was begun", { resources: SINGLE, pending_operations: [{}] }],
    ["something that waits for its deletion", { resources: [{ ...SINGLE[0], delete: true }] }],
  ])("is not moved with %s", (_, deployment) => {
    expect(() => resourcesOf("prod", { version: 3, deployment })).toThrow(
      /update of stack prod was interrupted/,
    );
  });
});
