import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { nameOf, stepRecorder, type Suite } from "../support/suite";

/** Charts come from a Helm repository over HTTP as well as from a folder. */
export function httpChartsScenario(suite: Suite): void {
  test("the same charts from an HTTP Helm repository render the same objects", async () => {
    const repository = await serveCharts(suite);
    try {
      await suite.configure({ istio: { charts: { folder: undefined, repository: repository.url } } });
      const { steps, onEvent } = stepRecorder();
      await suite.stack.preview({ onEvent });
      // Only what names the charts' source changes: Helm's own record, and the charts themselves.
      expect(Object.keys(steps)).toEqual(["update"]);
      expect((steps["update"] ?? []).map(nameOf).sort()).toEqual(
        suite.lab.clusters
          .flatMap(({ name }) => [`${name}-base`, `${name}-gateway-chart`, `${name}-istiod`])
          .sort(),
      );
      await suite.stack.up();
      expect(repository.served).toEqual(
        expect.arrayContaining(["/index.yaml", "/base.tgz", "/istiod.tgz", "/gateway.tgz"]),
      );
    } finally {
      repository.close();
      await suite.configure();
    }
    await suite.stack.up();
  });
}

async function serveCharts(suite: Suite) {
  const folder = join(suite.lab.dir, "repository");
  packageCharts(join(suite.lab.dir, "charts"), folder, suite.toolchain.versions.istio);
  const served: string[] = [];
  const server = createServer((request, response) => {
    served.push(request.url ?? "");
    try {
      response.end(readFileSync(join(folder, request.url ?? "")));
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, served, close: () => server.close() };
}

function packageCharts(charts: string, folder: string, version: string): void {
  mkdirSync(folder, { recursive: true });
  const entries = ["base", "istiod", "gateway"].map((name) => {
    execFileSync("tar", ["-czf", join(folder, `${name}.tgz`), "-C", charts, name]);
    const chart = parse(readFileSync(join(charts, name, "Chart.yaml"), "utf8"));
    expect(chart.version).toBe(version);
    return [name, [{ ...chart, urls: [`${name}.tgz`] }]] as const;
  });
  writeFileSync(
    join(folder, "index.yaml"),
    stringify({
      apiVersion: "v1",
      entries: Object.fromEntries(entries),
      generated: new Date().toISOString(),
    }),
  );
}
