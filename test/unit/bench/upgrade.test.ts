import { describe, expect, test } from "vitest";
import { isListedChange, isListedStep, listedNames } from "../../../bench/upgrade/listed";
import { changesBetween, type Recorded } from "../../../bench/upgrade/objects";

const recorded = (uid: string, values: Record<string, string> = {}, starts = ""): Recorded => ({
  uid,
  starts,
  values: new Map(Object.entries(values)),
});

const OWNER = JSON.stringify(["metadata", "annotations", "istio-multicluster/owner"]);

describe("what became of objects", () => {
  const before = new Map([
    ["c1 Namespace istio-system", recorded("1")],
    ["c1 Deployment istio-system/istiod", recorded("2", { a: "1" })],
    ["c1 Pod istio-system/istiod-1", recorded("3", {}, "09:00,0")],
    ["c1 Service istio-system/istiod", recorded("4")],
    ["c1 Secret istio-system/cacerts", recorded("5")],
  ]);
  const after = new Map([
    ["c1 Namespace istio-system", recorded("1", { [OWNER]: '"me"' })],
    ["c1 Deployment istio-system/istiod", recorded("2", { a: "1" })],
    ["c1 Pod istio-system/istiod-1", recorded("3", {}, "09:00,1")],
    ["c1 Service istio-system/istiod", recorded("6")],
    ["c1 ConfigMap istio-system/new", recorded("7")],
  ]);

  test("is told by UID, by starts of pods, and by the values that differ", () => {
    expect(changesBetween(before, after)).toEqual([
      {
        object: "c1 Namespace istio-system",
        what: "changed",
        paths: [["metadata", "annotations", "istio-multicluster/owner"]],
      },
      { object: "c1 Pod istio-system/istiod-1", what: "restarted", paths: [] },
      { object: "c1 Service istio-system/istiod", what: "replaced", paths: [] },
      { object: "c1 Secret istio-system/cacerts", what: "deleted", paths: [] },
      { object: "c1 ConfigMap istio-system/new", what: "made", paths: [] },
    ]);
  });
});

describe("what docs/upgrade.md lists", () => {
  const names = listedNames(
    "Not `this`.\n\n| shows | why |\n| --- | --- |\n| a new `<cluster>.identifier`, `<cluster>-base` | `istio-multicluster/owner`, `istiod` |\n",
  );
  const change = (what: "changed" | "deleted", ...paths: string[][]) =>
    isListedChange({ object: "c1 Namespace istio-system", what, paths }, names);

  test("are changes each field of which is in a table, and no end of anything", () => {
    expect(change("changed", ["metadata", "annotations", "istio-multicluster/owner"])).toBe(true);
    expect(change("changed", ["metadata", "annotations", "istio-multicluster/owner"], ["spec"])).toBe(false);
    expect(change("changed", ["metadata", "annotations", "this"])).toBe(false);
    expect(change("deleted", ["metadata", "annotations", "istio-multicluster/owner"])).toBe(false);
  });

  test("are changes of an object whose name is in a table, whatever of it changed", () => {
    const named = (object: string) => isListedChange({ object, what: "changed", paths: [["spec"]] }, names);
    expect(named("c1 Deployment istio-system/istiod")).toBe(true);
    expect(named("c1 ClusterRole istiod")).toBe(true);
    expect(named("c1 ClusterRole istiod-reader")).toBe(false);
  });

  test("are resources of a name that a table has for any cluster, and no replacement", () => {
    const step = (op: string, type: string, name: string) =>
      isListedStep({ op, type, name, paths: [] }, names, ["c1", "c2"]);
    expect(step("create", "pulumi:index:Stash", "c2.identifier")).toBe(true);
    expect(step("create", "pulumi:index:Stash", "c2.other")).toBe(false);
    expect(step("update", "kubernetes:core/v1:Namespace", "c1-istio-system")).toBe(true);
    expect(step("update", "kubernetes:helm.sh/v3:Release", "c1-base")).toBe(true);
    expect(step("update", "kubernetes:helm.sh/v3:Release", "c1-other")).toBe(false);
    expect(step("replace", "kubernetes:core/v1:Namespace", "c1-istio-system")).toBe(false);
  });
});
