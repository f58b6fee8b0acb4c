import { planMesh } from "../../components/spec/mesh/plan";
import type { MeshSpec } from "../../components/spec/types";
import { verifyMesh, type VerifyReport } from "../../verify";
import { FakeMesh } from "./fake-mesh";
import { rowName } from "./report-rows";
import { importing, service } from "./specs";

export const HELLO = "helloworld.sample.svc.cluster.local";
export const SHOP = "web.shop.mesh.internal";
export const WEB = service({
  name: "web",
  namespace: "shop",
  ports: [{ name: "http", port: 8080 }],
  clusters: ["cluster2", "cluster3"],
  serviceAccounts: ["web"],
});

/** cluster1 imports helloworld of cluster2 by its own name, and a service of two clusters by another one; nothing else is linked. */
export const IMPORTING: MeshSpec = importing(
  "cluster1>cluster2 cluster1>cluster3",
  [service(), WEB],
  [
    { services: { name: "helloworld" } },
    { services: { name: "web" }, host: SHOP, ports: [{ name: "http", port: 80 }] },
  ],
  { dnsCapture: true, sampleApps: { helloworld: { cluster2: ["v1"] } } },
);

/** A mesh with imports as verify sees it, and what proxies print changed by tests. */
export class ImportingMesh {
  private constructor(public readonly fake: FakeMesh) {}

  public static async start(spec: MeshSpec = IMPORTING): Promise<ImportingMesh> {
    return new ImportingMesh(await FakeMesh.start(planMesh(spec)));
  }

  public stop(): Promise<void> {
    return this.fake.stop();
  }

  /** Changes what proxies of a cluster print on a page: those of gateways, or all others. */
  public change(
    name: string,
    page: string,
    whose: "gateway" | "client",
    edit: (output: string) => string,
  ): void {
    this.fake.cluster(name).onOutput = (output, { pod, command }) => {
      const isMeant = pod.startsWith("istio-eastwestgateway") === (whose === "gateway");
      return isMeant && command.join(" ").includes(page) ? edit(output) : output;
    };
  }

  public verify(): Promise<VerifyReport> {
    return verifyMesh(this.fake.plan, this.fake.access);
  }

  public async failedRows(): Promise<Record<string, string>> {
    return rows(await this.verify());
  }
}

/** The rows with a status, as `check cluster -> peer`, each with what it says. */
export function rows({ checks }: VerifyReport, status = "failed"): Record<string, string> {
  return Object.fromEntries(
    checks.filter((row) => row.status === status).map((row) => [rowName(row), row.detail]),
  );
}
