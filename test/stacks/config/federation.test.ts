import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { find } from "../../support/components";
import { kubeconfig } from "../../support/kubeconfigs";
import { runFailingProgram, runProgram } from "../../support/mocks";
import { valueOf } from "../../support/outputs";
import { loadProgram } from "../../support/program";
import { service } from "../../support/specs";

const HOST = "hello.west.mesh.internal";
const WEST = "organization/istio-multicluster/west";

const configOf = (name: string) => ({
  clusters: [{ name, network: name, access: { kubeconfigSecret: "kubeconfig" } }],
  services: [service({ clusters: ["west"], serviceAccounts: ["helloworld-v1"] })],
});
const secretOf = (name: string) => ({
  "istio-multicluster:kubeconfig": kubeconfig([{ name }], { "current-context": name }),
});

/** What west's stack tells once it has run, as the backend keeps it. */
async function toldByWest(address: string, changes: object = {}): Promise<unknown> {
  const config = configOf("west");
  const services = config.services.map((each) => ({ ...each, exported: true, ...changes }));
  const { result } = await runProgram(() => loadProgram({ ...config, services }, secretOf("west")), {
    ingress: [{ ip: address }],
  });
  const told: unknown = await valueOf(pulumi.output(result.exports));
  vi.resetModules();
  return JSON.parse(JSON.stringify(told));
}

/** A mesh that imports from west. */
const east = () =>
  loadProgram(
    {
      ...configOf("east"),
      exporters: [{ name: "west", from: { stackReference: WEST } }],
      links: [{ observer: "east", observed: "west", kind: "import" }],
      imports: [{ services: {}, host: HOST }],
      dnsCapture: true,
    },
    secretOf("east"),
  );

beforeEach(() => vi.resetModules());

describe("a program whose exporter is another stack of this program", () => {
  const runEast = (exports: unknown) => runProgram(east, { stackOutputs: { [WEST]: { exports } } });

  test("imports from the address that the other one tells, as it is now", async () => {
    const addressIn = async (exports: unknown) => {
      const { registrations } = await runEast(exports);
      vi.resetModules();
      const entry = find(registrations, `east.imports.${HOST}:istio-system/import-${HOST}`, "ServiceEntry");
      return (entry.inputs["spec"] as { endpoints: unknown }).endpoints;
    };
    for (const address of ["192.0.2.9", "192.0.2.10"]) {
      expect(await addressIn(await toldByWest(address))).toMatchObject([
        { address, network: "import-west", ports: { http: 15443 } },
      ]);
    }
  });

  test("reaches no cluster but its own, and holds no credential", async () => {
    const { registrations, result } = await runEast(await toldByWest("192.0.2.9"));
    const providers = registrations.filter(({ type }) => type === "pulumi:providers:kubernetes");
    expect(providers.map(({ name }) => name)).toEqual(["east", "istio-multicluster.charts"]);
    expect(result).toMatchObject({ links: [], credentials: 0 });
  });

  test("stops where the other one describes the service otherwise, before anything is imported", async () => {
    const exports = await toldByWest("192.0.2.9", { serviceAccounts: ["helloworld"] });
    const { failures, registrations } = await runFailingProgram(east, {
      stackOutputs: { [WEST]: { exports } },
    });
    expect(failures.join("\n")).toContain(
      `exporters[0].from: output exports of ${WEST} has other serviceAccounts of sample/helloworld`,
    );
    expect(registrations.filter(({ type }) => type.endsWith(":ServiceEntry"))).toEqual([]);
  });
});
