import { afterAll, beforeAll } from "vitest";
import type { MeshSpec } from "../../components";
import type { Manifest } from "../../components/internal/manifests";
import { ChartRenderer, FIRST_START } from "./chart-renderer";
import { deploy, LOAD_BALANCER } from "./deploy";
import type { Registration } from "./mocks";

/** What renders Istio's own charts while the tests of a file run. */
export function istioCharts() {
  let renderer: ChartRenderer;
  beforeAll(async () => {
    renderer = await ChartRenderer.start();
  }, FIRST_START);
  afterAll(() => renderer.stop());
  return {
    renderer: () => renderer,
    /** Deploys a mesh with what this program says to the charts, and with nothing of what the lab says besides. */
    deployCharts: (spec: MeshSpec) => {
      const istio = { charts: { folder: renderer.charts }, imagePullSecrets: ["pull"] };
      return deploy({ ...spec, istio }, { ...LOAD_BALANCER, render: (options) => renderer.render(options) });
    },
  };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: Record<string, unknown>;
}

interface Pod {
  readonly securityContext?: { readonly sysctls?: readonly { readonly name: string }[] };
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Record<string, unknown>[];
}

/** The pod that a Deployment makes. */
export function podOf(deployment: Manifest | Registration["inputs"]): Pod {
  return (deployment as { spec: { template: { spec: Pod } } }).spec.template.spec;
}

/** The environment of its first container. */
export function envOf(deployment: Manifest): Record<string, string | undefined> {
  const env = podOf(deployment).containers[0]?.env ?? [];
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}
