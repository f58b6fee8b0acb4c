import { X509Certificate } from "node:crypto";
import { expect, test, vi } from "vitest";
import type { Suite } from "../../lab/support/suite";

const DAY_MS = 86_400_000;

/** The kubelet gives files to pods in its own time. */
const RELOAD = { timeout: 120_000, interval: 2000 };

/**
 * istiod's own certificate is not SPIRE's: its CA is renewed for another lifetime, which istiod takes while it runs. Brings
 * back what of the mesh others have deleted.
 */
export function istiodCaScenario(suite: Suite, configure: (days: number) => Promise<void>): void {
  test("istiod's CA goes from 60 to 30 days, and istiod's log tells the new end of its certificate", async () => {
    expect(daysOfCa(suite)).toBe(60);
    const since = new Date().toISOString();
    await configure(30);
    await suite.stack.up({ refresh: true });
    expect(daysOfCa(suite)).toBe(30);
    await vi.waitFor(() => {
      const log = suite.kubectl(
        "foo",
        "logs",
        "-n",
        "istio-system",
        "deployment/istiod",
        `--since-time=${since}`,
      );
      expect(log).toContain("Update Istiod cacerts");
      const [, end = ""] = /x509 cert - .*NotAfter: "([^"]+)"/.exec(log) ?? [];
      expect(Date.parse(end) - Date.now()).toBeLessThanOrEqual(30 * DAY_MS);
    }, RELOAD);
    await suite.expectWorkingMesh();
  });
}

function daysOfCa(suite: Suite): number {
  const path = "jsonpath={.data.ca-cert\\.pem}";
  const encoded = suite.kubectl("foo", "get", "secret", "-n", "istio-system", "cacerts", "-o", path);
  const { validFromDate, validToDate } = new X509Certificate(Buffer.from(encoded, "base64"));
  return Math.round((validToDate.getTime() - validFromDate.getTime()) / DAY_MS);
}
