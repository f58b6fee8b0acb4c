import { describe, expect, test } from "vitest";
import { bookinfo } from "../../../components/objects/bookinfo";
import { BOOKINFO_WORKLOADS } from "../../../components/spec/sample-apps/bookinfo";
import { objectsOf } from "../../support/objects";

interface Live {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly securityContext: object;
        readonly containers: readonly { readonly image: string; readonly securityContext: object }[];
      };
    };
  };
}

const of = (workloads: readonly string[], registry?: string) =>
  objectsOf<Live>((chart) => bookinfo(chart, { namespace: "sample", workloads, registry }));
const names = (objects: readonly Live[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
const pods = (objects: readonly Live[]) =>
  objects.filter(({ kind }) => kind === "Deployment").map(({ spec }) => spec.template.spec);

describe("bookinfo", () => {
  test("has all four names wherever any of it runs, and the workloads that are asked for", () => {
    expect(names(of(["productpage-v1"]))).toEqual([
      "Service productpage",
      "ServiceAccount bookinfo-productpage",
      "Deployment productpage-v1",
      "Service details",
      "Service reviews",
      "Service ratings",
    ]);
  });

  test("has one account for the versions of a service", () => {
    const accounts = names(of(BOOKINFO_WORKLOADS)).filter((name) => name.startsWith("ServiceAccount"));
    expect(accounts).toHaveLength(4);
    const used = pods(of(["reviews-v1", "reviews-v3"])).map(({ serviceAccountName }) => serviceAccountName);
    expect(used).toEqual(["bookinfo-reviews", "bookinfo-reviews"]);
  });

  test("meets pod security restricted, as the users of its images", () => {
    for (const { securityContext, containers } of pods(of(BOOKINFO_WORKLOADS))) {
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(containers[0]?.securityContext).toMatchObject({
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      });
    }
    const [reviews] = pods(of(["reviews-v2"]));
    expect(reviews?.securityContext).toMatchObject({ runAsUser: 1001 });
  });

  test("comes from Docker Hub, or from a registry that has the same", () => {
    const image = (registry?: string) => pods(of(["ratings-v1"], registry))[0]?.containers[0]?.image;
    expect(image()).toBe("docker.io/istio/examples-bookinfo-ratings-v1:1.20.3");
    expect(image("registry.example/hub")).toBe(
      "registry.example/hub/istio/examples-bookinfo-ratings-v1:1.20.3",
    );
  });
});
