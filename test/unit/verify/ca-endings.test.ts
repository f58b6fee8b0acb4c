import type { V1Secret } from "@kubernetes/client-node";
import { beforeAll, describe, expect, test } from "vitest";
import { renderReport } from "../../../verify";
import { caEndings } from "../../../verify/ca-endings";
import { makeReport } from "../../../verify/report";
import { TestCa } from "../../support/ca";
import { fakeMeshTests } from "../../support/fake-mesh-tests";
import { detailOf, failedRows } from "../../support/report-rows";
import { mesh } from "../../support/specs";

const CA = { expiryWarningDays: 30 } as Parameters<typeof caEndings>[2]["ca"];
const ISSUED = { ...CA, issuer: { name: "issuer" } } as typeof CA;
const over = { to: -0.5 };
const near = { to: 5.5 };

let root: TestCa;
let good: TestCa;
beforeAll(async () => {
  root = await TestCa.root("Root");
  good = await root.sign("Good");
});

/** What is told of a CA, shortened to what is over or near. */
function told(certificate: string, roots: string, crl?: string, ca = CA) {
  const endings = caEndings("cluster1", { certificate, roots, crl, changed: undefined }, { ca });
  const short = (texts: readonly string[]) => texts.map((text) => text.replace(/,? on .*/, ""));
  return [short(endings.over), short(endings.near)];
}

describe("of a cluster's CA", () => {
  test("nothing is told while all ends late", async () => {
    expect(told(good.certificate, root.certificate, await root.crl([]))).toEqual([[], []]);
  });

  test("its own end is told before, and is a fault once it is there", async () => {
    const [short, gone] = [await root.sign("Short", near), await root.sign("Gone", over)];
    expect(told(short.certificate, root.certificate)).toEqual([[], ["the CA of cluster1 expires in 5 days"]]);
    expect(told(gone.certificate, root.certificate)[0]).toEqual(["the CA of cluster1 expired"]);
  });

  test("the end of its revocation list is told before, and is a fault once it is there", async () => {
    expect(told(good.certificate, root.certificate, await root.crl([], 5.5))).toEqual([
      [],
      ["a revocation list of cluster1 expires in 5 days"],
    ]);
    expect(told(good.certificate, root.certificate, await root.crl([], -0.5))[0]).toEqual([
      "a revocation list of cluster1 expired",
    ]);
  });

  test("the end of its only root is a fault, and of one among others is told", async () => {
    const gone = await TestCa.root("Old", over);
    expect(told(good.certificate, gone.certificate)[0]).toEqual(['root "CN=Old" of cluster1 expired']);
    expect(told(good.certificate, root.certificate + gone.certificate)).toEqual([
      [],
      ['root "CN=Old" of cluster1 expired'],
    ]);
  });

  test("its own end is not told before where cert-manager renews it", async () => {
    const short = await root.sign("Short", near);
    expect(told(short.certificate, root.certificate, undefined, ISSUED)).toEqual([[], []]);
  });
});

describe("verify", () => {
  const meshTests = fakeMeshTests();

  /** Gives cluster1 another signing CA, under another name of the same root. */
  async function signBy(options: { to: number }): Promise<void> {
    const fake = await meshTests.start(mesh(2));
    const own = await root.sign("Own", options);
    fake.cluster("cluster1").change<V1Secret>("secrets", "cacerts", ({ data = {} }) => {
      data["ca-cert.pem"] = Buffer.from(own.certificate).toString("base64");
    });
  }

  test("warns of a CA that ends soon, which is no failure", async () => {
    await signBy(near);
    const report = await meshTests.verify({ only: ["root"] });
    expect([report.ok, failedRows(report)]).toEqual([true, []]);
    expect(report.checks.map(({ cluster, warning }) => [cluster, warning])).toEqual([
      [
        "cluster1",
        expect.stringMatching(/^the CA of cluster1 expires in 5 days, on .*; pulumi preview says/),
      ],
      ["cluster2", undefined],
    ]);
    expect(renderReport(report)).toMatch(
      /\nNot for long:\n {2}root cluster1:\n {4}the CA of cluster1 expires/,
    );
  });

  test("fails for a CA that has ended, before the certificates that it has signed do", async () => {
    await signBy(over);
    const report = await meshTests.verify({ only: ["root"] });
    expect(failedRows(report)).toEqual(["root cluster1"]);
    expect(detailOf(report, "root cluster1")).toMatch(/^the CA of cluster1 expired on /);
  });
});

test("what several rows warn of is said once, beside what fails", () => {
  const row = { check: "root", status: "ok", detail: "fine", warning: "soon" } as const;
  const report = makeReport(
    [
      { ...row, cluster: "c1" },
      { ...row, cluster: "c2" },
    ],
    [],
  );
  expect(renderReport(report)).toContain("Not for long:\n  root c1, root c2:\n    soon\n");
});
